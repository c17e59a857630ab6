"""Lines are taught only when their numbers and words stand in the context and give the known answer."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finslm.distill import finqa, tatqa, teacher
from finslm.distill.context_lines import asked_of_contexts
from finslm.distill.examples import Example, merged
from finslm.distill.induction import induced
from finslm.distill.lines import stands

TABLE = [["(in millions)", "2019", "2018"], ["Sales", "$ 1,496.5", "$ 1,202.9"], ["Other", "(44.1)", "56.7"]]
CONTEXT: dict[str, Any] = {
    "table": {"uid": "t", "table": TABLE},
    "paragraphs": [
        {"order": 2, "text": "The audit was led by Jane Holloway."},
        {"order": 1, "text": "By contract type."},
    ],
}
PAGE = "Net sales 2021 2020\nSales 480.0 400.0\nThe notes are due in 2030."


def asked(answer_type: str, answer: object, derivation: str = "", scale: str = "") -> str | None:
    question = {"answer_type": answer_type, "answer": answer, "derivation": derivation, "scale": scale}
    return tatqa.line_of(question, tatqa.passages_of(CONTEXT))


def test_a_context_is_its_table_and_its_paragraphs_in_order() -> None:
    passages = tatqa.passages_of(CONTEXT)
    assert passages[0].splitlines()[1] == "Sales | $ 1,496.5 | $ 1,202.9"
    assert passages[1:] == ("By contract type.", "The audit was led by Jane Holloway.")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (asked("arithmetic", 293.6, "1,496.5-1,202.9", "million"), "calc: 1496.5 - 1202.9 | million"),
        (
            asked("arithmetic", 24.41, "(1,496.5-1,202.9)/1,202.9", "percent"),
            "calc: (1496.5 - 1202.9) / 1202.9 * 100 | percent",
        ),
        (asked("span", ["$1,496.5"]), None),  # the table prints a blank
        (asked("span", ["$ 1,496.5"], scale="million"), "answer: $ 1,496.5 | million"),
        (asked("multi-span", ["Sales", "Other"]), "answer: Sales ; Other | none"),
        (asked("count", 2, "Sales##Other"), "count: Sales ; Other | none"),
        (asked("count", 3, "Sales##Other"), None),  # the items do not make the answer
        (asked("arithmetic", 99.0, "1,496.5-1,202.9", "million"), None),  # the program does not give the answer
        (asked("arithmetic", 1.0, "1,496.6-1,495.6", "million"), None),  # its numbers stand nowhere
    ],
)
def test_only_lines_that_hold_are_taught(line: str | None, expected: str | None) -> None:
    assert line == expected


def gathered(**fields: object) -> dict[str, Any]:
    empty = {"set": "tatqa", "id": "x", "table": TABLE, "texts": [], "history": [], "program": None, "scale": None}
    return {**empty, **fields}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"question": "What is the change in sales?", "program": "subtract(1496.5, 1202.9)", "answer": 293.6},
            "calc: 1496.5 - 1202.9 | million",
        ),
        (
            {"question": "What is the average of sales?", "answer": 1349.7, "scale": "million"},
            "calc: (1496.5 + 1202.9) / 2 | million",
        ),
        ({"question": "What were sales in 2019?", "answer": "1,496.5 million"}, "answer: 1,496.5 | million"),
        ({"question": "What were sales in 2018?", "answer": 1202.9, "scale": "million"}, "answer: 1,202.9 | million"),
        (
            {"question": "Which lines are shown?", "answer": ["Sales", "Other"], "scale": ""},
            "answer: Sales ; Other | none",
        ),
    ],
)
def test_gathered_lines_get_their_program_and_scale(fields: dict[str, object], expected: str) -> None:
    (example,) = tatqa.gathered([gathered(**fields)])
    assert example.asked[0].line == expected


def test_a_program_is_found_only_where_one_alone_gives_the_answer() -> None:
    table = [["", "a", "b", "c"], ["x", "5", "3", "9"], ["y", "2", "8", "7"]]
    assert induced("What is the difference?", Decimal(4), table) == "9 - 5"
    assert induced("What is the difference?", Decimal(5), table) is None  # 8 - 3 and 7 - 2
    assert induced("Who is it?", Decimal(4), table) is None


DIALOGUE: dict[str, Any] = {
    "id": "d",
    "doc": {
        "pre_text": "in millions",
        "table": {"2017": {"debt": 1279.0, "cost": -26.0}, "2016": {"debt": 1278.0, "cost": -27.0}},
        "post_text": "",
    },
    "dialogue": {
        "conv_questions": ["what was the debt in 2017?", "and in 2016?", "what was the percentage change?"],
        "conv_answers": ["1279", "1278", "0.1%"],
        "turn_program": ["1279", "1278", "subtract(1279, 1278), divide(#0, 1278)"],
        "executed_answers": [1279.0, 1278.0, 0.00078],
    },
}


def test_a_dialogue_is_asked_turn_by_turn_with_what_was_said() -> None:
    example = finqa.example_of(DIALOGUE)
    assert example.passages == ("in millions", " | 2017 | 2016\ndebt | 1279 | 1278\ncost | -26 | -27")
    assert [each.line for each in example.asked] == [
        "calc: 1279 | none",
        "calc: 1278 | none",
        "calc: (1279 - 1278) / 1278 * 100 | percent",
    ]
    assert [len(each.history) for each in example.asked] == [0, 1, 2]
    assert example.asked[2].history[0].answer == "1279"


def test_a_turn_that_starts_from_an_earlier_answer_is_computed_from_the_page() -> None:
    turns = [("add(48.3, 45.5)", 93.8), ("add(93.8, 61.9)", 155.7), ("divide(155.7, 3)", 51.9)]
    lines = [
        {
            "id": f"a/page_1.pdf#turn{number}",
            "table": [["costs", "48.3", "45.5", "61.9"]],
            "texts": [],
            "history": [],
            "question": "and now?",
            "program": program,
            "answer": answer,
        }
        for number, (program, answer) in enumerate(turns)
    ]
    assert [example.asked[0].line for example in finqa.gathered(lines)] == [
        "calc: 48.3 + 45.5 | none",
        "calc: 48.3 + 45.5 + 61.9 | none",
        "calc: (48.3 + 45.5 + 61.9) / 3 | none",
    ]


def test_a_comparison_of_earlier_answers_is_one_of_the_page_and_what_must_be_computed_is_not_read() -> None:
    asked = [
        ("what was it in 2008?", "", 48.3),
        ("and the total?", "add(48.3, 45.5)", 93.8),
        ("is that total larger than costs in 2009?", "greater(93.8, 61.9)", "yes"),
        ("what was the change?", "", 45.5),
    ]
    lines = [
        {
            "id": f"a/page_1.pdf#turn{number}",
            "table": [["costs", "48.3", "45.5", "61.9"]],
            "texts": [],
            "history": [],
            "question": question,
            "program": program,
            "answer": answer,
        }
        for number, (question, program, answer) in enumerate(asked)
    ]
    taught = [[each.line for each in example.asked] for example in finqa.gathered(lines)]
    assert taught == [
        ["calc: 48.3 | none"],
        ["calc: 48.3 + 45.5 | none"],
        ["check: 48.3 + 45.5 > 61.9 | none"],
        [],
    ]


def test_what_an_earlier_turn_was_told_is_printed_as_published_dialogues_print_it(tmp_path: Path) -> None:
    example = Example("finqa:1", "c", "l", ("sales | 65516100 | 17.25 | 3",), ())
    lines = ["calc: 65516100 | none", "calc: 17.25 / 3 | none", "calc: 3 / 17.25 * 100 | percent", "calc: 3 | none"]
    turns = [[f"{number}?", line] for number, line in enumerate(lines)]
    file = tmp_path / "lines.jsonl"
    file.write_text(json.dumps({"context": example.context_sha256, "turns": turns}))
    (spoken,) = asked_of_contexts([example], {}, [file])
    assert [turn.answer for turn in spoken.asked[3].history] == ["65516100", "5.75", "17.4%"]


def test_our_own_questions_find_their_context_and_a_dialogue_ends_where_a_turn_does_not_hold(tmp_path: Path) -> None:
    example = Example("tatqa:1", "c", "l", ("Sales | 480.0 | 400.0", "Due in 2030."), ())
    lines = [
        {"context": example.context_sha256, "turns": [["When?", "answer: 2030 | none"]]},
        {
            "context": example.context_sha256,
            "turns": [
                ["And sales?", "calc: 480.0 | none"],
                ["Growth?", "calc: (480.0 - 400.0) / 400.0 * 100 | percent"],
                ["So?", "calc: 20.0 | none"],
                ["And before?", "calc: 400.0 | none"],
            ],
        },
        {"context": "of another", "turns": [["Who?", "missing"]]},
        {"doc": "ACME_2021_10K", "page": 7, "turns": [["Were sales above 400?", "check: 480.0 > 400 | none"]]},
        {"doc": "ACME_2021_10K", "page": 8, "turns": [["Who?", "missing"]]},
    ]
    file = tmp_path / "lines.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    asked, of_page = merged(asked_of_contexts([example], {("ACME_2021_10K", 7): PAGE.replace("400.0", "400")}, [file]))
    assert [each.question for each in asked.asked] == ["When?", "And sales?", "Growth?"]
    assert [turn.answer for turn in asked.asked[2].history] == ["480"]
    assert (of_page.source, of_page.context_id, len(of_page.asked)) == ("teacher:ours", "ACME_2021_10K|7", 1)


@pytest.mark.parametrize(
    ("line", "is_held"),
    [
        ("calc: 480.0 - 400.0 | million", True),
        ("calc: 480 - 400.0 | million", False),
        ("calc: 480.0 - 1 / 0 | million", False),
        ("answer: due in 2030 | none", False),
        ("count: Sales ; Due in 2030 | none", True),
        ("check: 480.0 > 400.0 | none", True),
        ("check: 481.0 > 400.0 | none", False),
        ("check: 480.0 | none", False),
        ("check: 480.0 > 1 / 0 | none", False),
        ("check: 480.0 > 400.0 | million", False),
        ("missing ", False),
        ("missing", True),
        ("nothing", False),
    ],
)
def test_a_line_stands_in_its_context_to_the_letter(line: str, is_held: bool) -> None:
    assert stands(line, ("Sales | 480.0 | 400.0", "Due in 2030.")) == is_held


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"kind": "calc", "program": "480.0 / 400.0 * 100", "answer": 120.0, "scale": "percent"},
            "calc: 480.0 / 400.0 * 100 | percent",
        ),
        ({"kind": "span", "spans": ["due in 2030"]}, "answer: due in 2030 | none"),
        ({"kind": "span", "spans": ["480.0"], "scale": "million"}, "answer: 480.0 | million"),
        ({"kind": "span", "spans": ["due in 2030"], "scale": "million"}, "answer: due in 2030 | none"),
        ({"kind": "missing"}, "missing"),
        ({"kind": "compare", "program": "480 - 400", "answer": "Yes"}, "check: 480.0 > 400.0 | none"),
        ({"kind": "compare", "program": "400 - 480", "answer": "No"}, "check: 400.0 > 480.0 | none"),
        ({"kind": "calc", "program": "480.0 + 1.5", "answer": 481.5, "scale": "none"}, None),
    ],
)
def test_teacher_lines_are_taken_as_they_hold(fields: dict[str, object], expected: str | None) -> None:
    assert teacher.line_of(fields, PAGE) == expected


def test_questions_to_one_context_are_put_together_once() -> None:
    asked_of = [("2019", "1,496.5 million"), ("2018", "1,202.9 million"), ("2019", "1,496.5 million")]
    lines = [gathered(id=str(i), question=f"What were sales in {y}?", answer=a) for i, (y, a) in enumerate(asked_of)]
    (example,) = merged(tatqa.gathered(lines))
    assert sorted(each.question for each in example.asked) == ["What were sales in 2018?", "What were sales in 2019?"]
