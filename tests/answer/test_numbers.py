"""Which numbers a program may use: what of a text is a number, and what it is worth."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finslm.answer.composing import compose
from finslm.answer.line import AnswerLine
from finslm.answer.numbers import numbers_in, numbers_of
from finslm.documents import Passage, Question


def grouped(value: int, separator: str) -> str:
    return f"{value:,}".replace(",", separator)


@given(st.integers(0, 10**12), st.sampled_from([",", "\u00a0", "\u2009", "\u202f", "'", "\u2019"]))
def test_thousands_are_read_however_they_are_separated(value: int, separator: str) -> None:
    assert numbers_of(f"Sales were {grouped(value, separator)}.") == [str(value)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,00,000 and 12,34,567.5", ["100000", "1234567.5"]),
        ("12 345 in two columns", ["12", "345"]),
        ("RMB15,321 and USD12.5m, Rs500", ["15321", "12.5", "500"]),
        ("FY2024, ISO9001 and B12 name no amounts", []),
        ("+5.2%, +12 per cent", ["5.2", "12"]),
        ("+49 of a telephone number", []),
    ],
)
def test_what_is_a_number(text: str, numbers: list[str]) -> None:
    assert numbers_of(text) == numbers


def test_a_copied_amount_has_its_value_and_currency() -> None:
    text = "Turnover: RMB15,321 million; costs CHF 1'234 million."
    evidence = [Passage("p", "d", 0, 0, len(text), text)]
    for words, value, unit in (("RMB15,321 million", 15321, "CNY"), ("CHF 1'234 million", 1234, "CHF")):
        line = AnswerLine("answer", (words,), "million")
        answer = compose(Question("How much?"), line, evidence, numbers_in(evidence), 1.0)
        assert (answer.value, answer.scale) == (Decimal(value), "million")
        assert answer.unit is not None
        assert unit in answer.unit
