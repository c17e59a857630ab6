"""Statements are found in flattened pages, and every synthetic question has an exact answer that stands on the page."""

from __future__ import annotations

from collections import Counter

import pytest

from finslm.answer import execute, holds, numbers_of, parse_line
from finslm.config import shipped
from finslm.distill.examples import Example, read_examples, write_examples
from finslm.distill.synth import load_families, synthesised
from finslm.distill.tables import statements
from finslm.errors import BrokenLine

PAGE = """Northmere plc
Consolidated Statement of Income
(in millions, except per share amounts)
Year ended December 31, 2022 2021 2020
Net sales $ 1,452.4 $ 1,146.2 $ 1,036.9
Cost of sales (900.1) (800.5) (700.0)
Gross profit 552.3 345.7 336.9
Interest expense (12.5) (11.0) —
Net income 214.6 187.9 120.4
Gross margin 38.0 % 30.2 % 32.5 %
Total current assets 410.0 390.0 380.0
Treasury stock, at cost (2,625,112 shares as of December 31, 2022
The notes above are part of these statements.
Dividends 10.5 9.0 8.5
"""


def test_a_statement_is_found_with_its_years_rows_and_scale() -> None:
    (statement,) = statements("NORTHMERE_2022_10K", 3, PAGE)
    assert statement.years == ("2022", "2021", "2020")
    assert statement.scale == "million"
    rows = {row.label: row.cells for row in statement.rows}
    assert rows["Cost of sales"] == ("(900.1)", "(800.5)", "(700.0)")
    assert rows["Interest expense"] == ("(12.5)", "(11.0)", "")
    assert rows["Gross margin"] == ("38.0%", "30.2%", "32.5%")
    assert rows["Dividends"] == ("10.5", "9.0", "8.5")
    assert not any(label.startswith("Treasury") for label in rows)


@pytest.mark.parametrize(
    "text", ["", "2022 2021\nSales 1 2", "Filed 2022 2022\na 1 2\nb 1 2\nc 1 2\nd 1 2", "no table"]
)
def test_what_is_no_statement_is_left_alone(text: str) -> None:
    assert list(statements("d", 0, text)) == []


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    pages = {("N", page): PAGE for page in range(300)}
    return list(synthesised(pages, load_families(shipped("data")), 7, ["Goodwill and brands"]))


def test_every_synthetic_line_holds_on_its_page(examples: list[Example]) -> None:
    kinds: Counter[str] = Counter()
    for example in examples:
        printed = {number for passage in example.passages for number in numbers_of(passage)}
        context = " ".join(" ".join(example.passages).split())
        for asked in example.asked:
            line = parse_line(asked.line)
            assert line is not None
            kinds[line.kind] += 1
            assert "{" not in asked.question + asked.rationale
            if line.kind == "calc":
                execute(line.parts[0])
            elif line.kind == "check":
                holds(line.parts[0])
            if line.kind in ("calc", "check"):
                assert set(numbers_of(line.parts[0])) <= printed | {"1", "2", "3", "100", "365", "1000"}
            else:
                assert all(part in context for part in line.parts)
    assert set(kinds) == {"calc", "check", "count", "answer", "missing"}


def test_the_known_answers_of_a_few_families(examples: list[Example]) -> None:
    lines = {asked.question.lower(): asked.line for example in examples for asked in example.asked}
    assert (
        lines["what is the percentage change in net sales from 2021 to 2022?"]
        == "calc: (1452.4 - 1146.2) / 1146.2 * 100 | percent"
    )
    assert lines["in which year was net income the highest?"] == "answer: 2022 | none"


def test_there_are_more_than_twenty_families() -> None:
    assert len({family.name for family in load_families(shipped("data"))}) >= 20


def test_the_same_seed_gives_the_same_questions(examples: list[Example]) -> None:
    pages = {("N", page): PAGE for page in range(300)}
    families = load_families(shipped("data"))
    again = list(synthesised(pages, families, 7, ["Goodwill and brands"]))
    assert again == examples


def test_examples_are_read_as_they_were_written(examples: list[Example], tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_examples(tmp_path / "e.jsonl", examples)
    assert read_examples(tmp_path / "e.jsonl") == examples


@pytest.mark.parametrize("line", ["{", "[1]", '{"source": "x"}', '{"asked": [{"question": 1}]}'])
def test_a_broken_line_is_named_with_its_file_and_number(line: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "broken.jsonl"
    path.write_text(f"\n{line}\n")
    with pytest.raises(BrokenLine, match=r"line 2 of .*broken\.jsonl"):
        read_examples(path)
