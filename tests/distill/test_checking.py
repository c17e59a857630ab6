"""A teacher's line is kept only when it holds on its page."""

from __future__ import annotations

from typing import Any

import pytest

from finslm.distill.checking import problems

PAGE = "Net sales 2021 2020\nSales $ 480.0 $ 400.0\nThe Company’s notes fall due in 2030."
GOOD: dict[str, Any] = {
    "doc": "D",
    "page": 1,
    "question": "By what percentage did sales rise?",
    "kind": "calc",
    "program": "(480.0 - 400.0) / 400.0 * 100",
    "operands": [
        {"text": "$ 480.0", "value": 480, "label": "Sales 2021"},
        {"text": "400.0", "value": 400.0, "label": "Sales 2020"},
    ],
    "answer": 20.0,
    "scale": "percent",
    "spans": [],
    "rationale": "The increase over the base.",
}


@pytest.mark.parametrize(
    "line",
    [
        GOOD,
        {**GOOD, "answer": 20.04},  # rounded
        {**GOOD, "kind": "span", "spans": ["The Company's notes"]},  # quotes of another kind
        {**GOOD, "kind": "missing", "answer": None},
        {**GOOD, "kind": "compare", "program": "480 - 400", "answer": "Yes"},
    ],
)
def test_lines_that_hold_are_kept(line: dict[str, Any]) -> None:
    assert list(problems(line, PAGE)) == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ({**GOOD, "page": "one"}, "page: Input should be a valid integer"),
        ({**GOOD, "operands": [{"text": "480.0"}]}, "operands.0.value: Field required"),
        ({**GOOD, "spans": 5}, "spans: Input should be a valid list"),
        ({**GOOD, "program": None}, "no value"),
        ({"doc": "D"}, "it has no page, question, kind, rationale"),
        ({**GOOD, "answer": 25.0}, "the program gives 20, not 25.0"),
        ({**GOOD, "program": "480 / 399 * 100"}, "399 is no operand"),
        ({**GOOD, "program": "480 /"}, "no value"),
        ({**GOOD, "operands": []}, "no operands"),
        ({**GOOD, "operands": [{"text": "481.0", "value": 481, "label": ""}]}, "'481.0' is not on the page"),
        ({**GOOD, "operands": [{"text": "480.0", "value": 48, "label": ""}]}, "is not 48"),
        ({**GOOD, "kind": "span", "spans": []}, "no spans"),
        ({**GOOD, "kind": "span", "spans": ["due in 2031"]}, "is not on the page"),
        ({**GOOD, "kind": "missing"}, "must be null"),
        ({**GOOD, "kind": "riddle"}, "its kind riddle"),
        ({**GOOD, "scale": "dozen"}, "its scale dozen"),
        ({**GOOD, "answer": "20"}, "must be a number"),
    ],
)
def test_what_does_not_hold_is_named(line: dict[str, Any], wrong: str) -> None:
    assert any(wrong in problem for problem in problems(line, PAGE))
