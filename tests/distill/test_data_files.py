"""What is broken in a data file is named by the file and the place, and costs no more than it must."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from finslm.distill.context_lines import asked_of_contexts
from finslm.distill.data_files import each_line, json_lines
from finslm.distill.evaluation import dialogue_items, tatqa_items
from finslm.distill.examples import Example
from finslm.distill.forms import GoldLine, TeacherLine
from finslm.distill.triage_evaluation import load_known
from finslm.errors import BrokenData, BrokenLine

QUESTION = {"uid": "q", "question": "Who?", "answer": ["Ann"], "answer_type": "span", "scale": ""}
CONTEXT = {"table": {"uid": "t", "table": [["a", "1"]]}, "paragraphs": [{"order": 1, "text": "Ann."}]}
TURNS = {"conv_questions": ["How much?"], "conv_answers": ["1"], "turn_program": ["1"], "executed_answers": [1.0]}
DIALOGUE = {"id": "d", "doc": {"pre_text": "", "table": {"2017": {"debt": 1.0}}, "post_text": ""}, "dialogue": TURNS}
GOLD = {"id": "g", "set": "finqa", "question": "How much?", "answer": 1.0}
TAUGHT = {
    "doc": "D",
    "page": 1,
    "question": "How much?",
    "kind": "calc",
    "rationale": "",
    "program": "1 + 1",
    "answer": 2,
}


def tatqa(**fields: object) -> list[dict[str, object]]:
    return [{**CONTEXT, "questions": [{**QUESTION, **fields}]}]


def spoken(**fields: object) -> dict[str, object]:
    return {"dev": [{**DIALOGUE, "dialogue": {**TURNS, **fields}}]}


def test_whole_files_of_the_published_forms_are_read(tmp_path: Path) -> None:
    file = tmp_path / "set.json"
    file.write_text(json.dumps(tatqa()))
    assert [item.question.text for item in tatqa_items(file)] == ["Who?"]
    file.write_text(json.dumps(spoken()))
    assert [item.question.text for item in dialogue_items(file)] == ["How much?"]


@pytest.mark.parametrize(
    ("read", "content", "told"),
    [
        (tatqa_items, '[\n{"table": }', "line 2 of {file} is broken: Expecting value (column 11)"),
        (tatqa_items, "[NaN]", "the whole of {file} is broken"),
        (tatqa_items, "[" * 200_000, "the whole of {file} is broken"),
        (tatqa_items, {"dev": []}, "the whole of {file} is broken"),
        (tatqa_items, [5], "entry 0 of {file} is broken"),
        (tatqa_items, [CONTEXT], "entry 0.questions of {file} is broken: Field required"),
        (tatqa_items, [*tatqa(), *tatqa(scale="dozen")], "entry 1.questions.0.scale of {file} is broken"),
        (dialogue_items, tatqa(), "the whole of {file} is broken"),
        (dialogue_items, {"dev": [{"id": "d"}]}, "entry dev.0.doc of {file} is broken: Field required"),
        (dialogue_items, spoken(executed_answers=["much"]), "entry dev.0.dialogue.executed_answers.0"),
        (dialogue_items, spoken(turn_program=["1", "2"]), "entry dev.0.dialogue of {file} is broken"),
    ],
)
def test_a_broken_whole_file_is_named_with_the_place(
    read: Callable[[Path], object], content: object, told: str, tmp_path: Path
) -> None:
    file = tmp_path / "set.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(BrokenData) as raised:
        read(file)
    assert raised.value.happened.startswith(told.format(file=file))


def lessons(path: Path) -> object:
    return list(json_lines(path, TeacherLine))


def gold(path: Path) -> object:
    return list(json_lines(path, GoldLine))


def of_contexts(path: Path) -> object:
    return list(asked_of_contexts([], {}, [path]))


@pytest.mark.parametrize(
    ("read", "good", "broken"),
    [
        (lessons, TAUGHT, {**TAUGHT, "program": None}),
        (lessons, TAUGHT, {**TAUGHT, "answer": "two"}),
        (lessons, TAUGHT, {**TAUGHT, "operands": [{"text": "1"}]}),
        (gold, GOLD, {"id": "g"}),
        (gold, GOLD, {**GOLD, "table": [[1, 2]]}),
        (of_contexts, {"context": "h", "turns": [["How?", "missing"]]}, {"context": "h", "turns": [["How?"]]}),
        (of_contexts, {"doc": "D", "page": 1, "turns": []}, {"turns": []}),
        (load_known, {"text": "x", "events": []}, {"text": "x", "events": 5}),
        (load_known, {"text": "x", "label": "positive"}, {"text": "x"}),
        (load_known, {"text": "x", "label": "positive"}, ["no", "object"]),
    ],
)
def test_a_line_of_another_form_is_named_with_file_and_number(
    read: Callable[[Path], object], good: dict[str, Any], broken: object, tmp_path: Path
) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(json.dumps({**good, "scale": "none"} if good is TAUGHT else good) + "\n")
    read(file)
    with file.open("a") as more:
        more.write("\n" + json.dumps(broken) + "\n")
    with pytest.raises(BrokenLine, match=r"line 3 of .*lines\.jsonl is broken"):
        read(file)


@pytest.mark.parametrize("more", [{"page": None}, {"page": 3}, {"doc": "D", "page": None}, {"doc": None}])
def test_a_context_named_by_its_hash_needs_no_page(more: dict[str, object], tmp_path: Path) -> None:
    example = Example("tatqa", "c", "", ("Revenue was 12.",), ())
    file = tmp_path / "lines.jsonl"
    line = {"context": example.context_sha256, "turns": [["What was revenue?", "missing"]], **more}
    file.write_text(json.dumps(line) + "\n")
    [asked] = asked_of_contexts([example], {}, [file])
    assert asked.source == "tatqa:ours"


@pytest.mark.parametrize(
    "broken", [b"no json", b'{"text": "caf\xe9"}', b'{"a": NaN}', b"[" * 200_000, b'{"a": ' + b"9" * 5000]
)
def test_behind_a_broken_line_reading_goes_on(broken: bytes, tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl.gz"
    file.write_bytes(gzip.compress(b'{"a": 1}\n' + broken + b'\n{"a": 3}\n'))
    (_, first), (number, told), (_, last) = each_line(file)
    assert (first, number, last) == ({"a": 1}, 2, {"a": 3})
    assert isinstance(told, BrokenLine)


def test_a_packed_file_that_is_cut_short_says_where(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl.gz"
    file.write_bytes(gzip.compress(b'{"a": 1}\n')[:-9])
    with pytest.raises(BrokenLine, match=r"of .*lines\.jsonl\.gz is broken: it cannot be unpacked"):
        list(json_lines(file))
