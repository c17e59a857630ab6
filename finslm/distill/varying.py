"""An example told again with other amounts and in other years, so that answers are read and never remembered.

All amounts of a context are multiplied by one factor and all its years moved by one step, in the questions and lines too.
What is told keeps the order of the amounts in its tables, and every line still stands in it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from finslm.answer import BETWEEN_CELLS, numbers_of
from finslm.answer.numbers import NUMBER
from finslm.answer.program import CONSTANTS
from finslm.distill.examples import Asked, Example
from finslm.distill.lines import LITERAL, stands

YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?![\d]|[,.]\d)")
SHORT_YEAR = re.compile(r"\bFY ?\d\d\b|['’]\d\d\b|\b(?:19|20)\d\d[-/–]\d\d\b", re.IGNORECASE)
LARGEST_DAY = 31
"""Whole numbers up to here may be days, notes or numbers of things, and stay."""
SMALLEST_FACTOR, LARGEST_FACTOR = 0.4, 2.5
EARLIEST_STEP, LATEST_STEP = -7, 4
DRAWS = 4
"""How often a telling is drawn before an example stays as it is."""


def varied(example: Example, chance: random.Random) -> Example:
    """The example in another amount and another time, without rationales, which name results of the amounts as they were.

    One with a dialogue, whose earlier answers are given, stays as it is.
    """
    if any(asked.history for asked in example.asked):
        return example
    said = "\n".join([*example.passages, *(asked.question for asked in example.asked)])
    for _ in range(DRAWS):
        telling = _drawn(said, chance)
        told = telling.example(example)
        if telling.keeps_order(example) and all(stands(asked.line, told.passages) for asked in told.asked):
            return told
    return example


def _drawn(said: str, chance: random.Random) -> _Telling:
    step = 0 if SHORT_YEAR.search(said) else chance.randint(EARLIEST_STEP, LATEST_STEP)
    factor = Decimal(str(round(SMALLEST_FACTOR * (LARGEST_FACTOR / SMALLEST_FACTOR) ** chance.random(), 4)))
    printed = set(NUMBER.findall(said))
    amounts = {number: _times(number, factor) for number in printed if not _stays(number)}
    return _Telling(amounts, step, any("," in number for number in printed))


@dataclass(frozen=True)
class _Telling:
    """What each amount becomes, as it is printed; by how many years the years move; whether large numbers have commas."""

    amounts: Mapping[str, Decimal]
    step: int
    has_commas: bool

    def example(self, example: Example) -> Example:
        asked = (Asked(self._text(each.question), self._line(each.line)) for each in example.asked)
        return replace(example, passages=tuple(map(self._text, example.passages)), asked=tuple(asked))

    def keeps_order(self, example: Example) -> bool:
        """Whether of two amounts of its tables the larger is the larger in what is told, too."""
        cells = {
            (Decimal(numbers_of(number)[0]), self._value(number))
            for passage in example.passages
            for line in passage.splitlines()
            if BETWEEN_CELLS in line
            for number in NUMBER.findall(YEAR.sub("", line))
        }
        return all(before < after for (_, before), (_, after) in pairwise(sorted(cells)))

    def _text(self, text: str) -> str:
        moved = YEAR.sub(lambda found: str(int(found[0]) + self.step), text)
        # A year that was moved is a year still, and no amount is printed like one.
        return NUMBER.sub(lambda found: self._printed(found[0]), moved)

    def _line(self, line: str) -> str:
        """A line's words are the context's; its programs write numbers without commas."""
        if not line.startswith(("calc", "check")):
            return self._text(line)
        return LITERAL.sub(lambda found: self._written.get(found[0]) or self._text(found[0]), line)

    @cached_property
    def _written(self) -> dict[str, str]:
        """What each amount becomes, both as programs write them."""
        return {numbers_of(number)[0]: format(told, "f") for number, told in self.amounts.items()}

    def _printed(self, number: str) -> str:
        told = self.amounts.get(number)
        if told is None:
            return number
        return f"{told:,f}" if self.has_commas else format(told, "f")

    def _value(self, number: str) -> Decimal:
        return self.amounts.get(number, Decimal(numbers_of(number)[0]))


def _times(number: str, factor: Decimal) -> Decimal:
    value = Decimal(numbers_of(number)[0])
    return (value * factor).quantize(value) or value


def _stays(number: str) -> bool:
    """Years, days and the numbers that programs may always use mean the same everywhere."""
    written = numbers_of(number)[0]
    return bool(YEAR.fullmatch(number)) or written in CONSTANTS or (written.isdigit() and int(written) <= LARGEST_DAY)
