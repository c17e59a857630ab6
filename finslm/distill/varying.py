"""An example told again with other amounts and in other years, so that answers are read and never remembered.

All amounts of a context are multiplied by one factor and all its years moved by one step, in the questions and lines too:
which is larger, what a row sums to and by how many percent it grew stay as they are, but for rounding.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from finslm.answer.numbers import NUMBER
from finslm.answer.program import CONSTANTS
from finslm.distill.examples import Asked, Example
from finslm.distill.lines import LITERAL

YEAR = re.compile(r"(?<![\d,.])(?:19|20)\d\d(?![\d,.]\d|\d)")
SHORT_YEAR = re.compile(r"\bFY ?\d\d\b|['’]\d\d\b|\b(?:19|20)\d\d[-/–]\d\d\b", re.IGNORECASE)
LARGEST_DAY = 31
"""Whole numbers up to here may be days, notes or numbers of things, and stay."""
SMALLEST_FACTOR, LARGEST_FACTOR = 0.4, 2.5
EARLIEST_STEP, LATEST_STEP = -7, 4


def varied(example: Example, chance: random.Random) -> Example:
    """The example in another amount and another time, without rationales, which name results of the amounts as they were.

    One with a dialogue, whose earlier answers are given, stays as it is.
    """
    if any(asked.history for asked in example.asked):
        return example
    whole = "\n".join(example.passages)
    step = 0 if SHORT_YEAR.search(whole) else chance.randint(EARLIEST_STEP, LATEST_STEP)
    factor = Decimal(str(round(SMALLEST_FACTOR * (LARGEST_FACTOR / SMALLEST_FACTOR) ** chance.random(), 4)))
    telling = _Telling(_amounts(whole, factor), step, any("," in number for number in NUMBER.findall(whole)))
    asked = (Asked(telling.text(each.question), telling.line(each.line)) for each in example.asked)
    return replace(example, passages=tuple(map(telling.text, example.passages)), asked=tuple(asked))


@dataclass(frozen=True)
class _Telling:
    """What each amount, as a program writes it, becomes; by how many years the years move; how large numbers are printed."""

    amounts: Mapping[str, str]
    step: int
    has_commas: bool

    def text(self, text: str) -> str:
        return NUMBER.sub(lambda found: self._printed(found[0]), text)

    def line(self, line: str) -> str:
        """A line's words are the context's; its programs write numbers without commas."""
        if not line.startswith(("calc", "check")):
            return self.text(line)
        return LITERAL.sub(lambda found: self.amounts.get(found[0]) or self._told(found[0]), line)

    def _printed(self, number: str) -> str:
        told = self._told(number)
        is_amount = number.replace(",", "") in self.amounts
        return f"{Decimal(told):,f}" if is_amount and self.has_commas else told

    def _told(self, number: str) -> str:
        if YEAR.fullmatch(number):
            return str(int(number) + self.step)
        return self.amounts.get(number.replace(",", ""), number)


def _amounts(text: str, factor: Decimal) -> dict[str, str]:
    amounts: dict[str, str] = {}
    for number in NUMBER.findall(text):
        written = number.replace(",", "")
        if not _stays(number, written):
            told = (Decimal(written) * factor).quantize(Decimal(written))
            amounts[written] = format(told or Decimal(written), "f")
    return amounts


def _stays(number: str, written: str) -> bool:
    """Years, days and the numbers that programs may always use mean the same everywhere."""
    return bool(YEAR.fullmatch(number)) or written in CONSTANTS or (written.isdigit() and int(written) <= LARGEST_DAY)
