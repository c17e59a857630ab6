"""The published metrics, on cases whose score is known."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finslm.distill.scoring import Score, execution_match, tatqa_score
from finslm.documents import Answer, Scale


def words(*spans: str, scale: Scale = "none") -> Answer:
    return Answer("q", "; ".join(spans), spans=spans, scale=scale)


def number(value: str, scale: Scale = "none") -> Answer:
    return Answer("q", value, value=Decimal(value), scale=scale, program=value)


@pytest.mark.parametrize(
    ("answer", "gold", "scale", "exact"),
    [
        (number("-12.6", "million"), -12.6, "million", 1),
        (number("-12.6"), -12.6, "million", 0),  # the scale is part of the answer
        (number("-12600", "thousand"), -12.6, "million", 1),
        (number("24.4118", "percent"), 24.41, "percent", 1),
        (number("12.6", "million"), -12.6, "million", 0),
        (words("$1,496.5", scale="million"), ["$1,496.5"], "million", 1),
        (words("1,496.5", scale="million"), ["$1,496.5"], "million", 1),
        (words("12.5%"), ["12.5"], "percent", 1),
        (words("(44.1)", scale="million"), ["-44.1"], "million", 1),
        (words("the Company's notes."), ["Companys notes"], "none", 1),
        (words("b", "a"), ["a", "b"], "none", 1),
        (words("a"), ["a", "b"], "none", 0),
        (Answer("q", "Not answered", abstained=True), ["Not answered"], "none", 0),
    ],
)
def test_exact_match_of_tatqa(answer: Answer, gold: object, scale: Scale, exact: float) -> None:
    assert tatqa_score(answer, gold, scale, is_computed=False)[0] == exact


def test_f1_is_that_of_the_best_alignment() -> None:
    answer = words("red apples", "green pears")
    assert tatqa_score(answer, ["green pears", "apples"], "none", is_computed=False)[1] == pytest.approx(
        (1 + 2 / 3) / 2
    )
    assert tatqa_score(words("red"), ["red", "blue"], "none", is_computed=False)[1] == 0.5
    assert tatqa_score(number("3"), 4, "none", is_computed=True)[1] == 0


@pytest.mark.parametrize(
    ("answer", "gold", "match"),
    [
        (number("142.4030", "percent"), 1.42403, 1),
        (number("1.42403"), 1.42403, 1),
        (number("35.8"), 35.8, 1),
        (number("35.8"), 35.9, 0),
        (words("206588"), 206588.0, 0),
        (Answer("q", "Yes", program="2 > 1"), "yes", 1),
        (Answer("q", "No", program="2 < 1"), "yes", 0),
    ],
)
def test_execution_accuracy_of_convfinqa(answer: Answer, gold: object, match: float) -> None:
    assert execution_match(answer, gold) == match


def test_the_interval_of_a_mean_narrows_with_the_questions() -> None:
    assert Score.of([1.0, 0.0] * 50).mean == 0.5
    assert Score.of([1.0, 0.0] * 200).half_width < Score.of([1.0, 0.0] * 50).half_width
    assert Score.of([]) == Score(0.0, 0.0, 0)
