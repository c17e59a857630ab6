"""The numbers that stand in the evidence, with their places: the only ones that a program may use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from finslm.documents import Passage
from finslm.money import CURRENCY_LETTERS

PRINTED = (
    r"(?:(?!0\d)(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:[\u00a0\u2009\u202f]\d{3})+|\d{1,3}(?:['\u2019]\d{3})+|\d{1,2}(?:,\d\d)+,\d{3}|\d+)"
    r"(?:\.\d+)?(?!\d))"
)
"""1,452.4 and 1452.4; 1 452 with a blank that breaks no line, the Swiss 1'452, the Indian 1,45,200."""
GLUED = "|".join(rf"(?<=\b{letters})" for letters in CURRENCY_LETTERS.split("|"))
# Not the inside of a word or of a longer number, but RMB15; not the pieces of a telephone number, but +5.2%.
NUMBER = re.compile(
    rf"(?<![\w.,+]){PRINTED}|(?:{GLUED}){PRINTED}|(?<![\w.,)]\+)(?<=\+){PRINTED}(?=\s?(?:%|per\s?cent))|(?<![\w.,])\.\d+"
)
SEPARATOR = re.compile(r"[^\d.]")

SIGN_CHARACTERS = 12
"""Before a number, among which its sign stands."""
OPENED, CLOSED = re.compile(r"\([ $€£]*$"), re.compile(r" *\)")
# `| (3.2%) |` is less than nothing; in a sentence `(3.2%)` repeats in percent what it said before.
OPENED_CELL, SHARE_CLOSED_CELL = re.compile(r"(?:^|[|\n])\s*\(\s*$"), re.compile(r"\s*%\s*\)\s*(?:[|\n]|$)")
# A dash with a blank behind it is a range, a bullet or a difference, but at the beginning of a cell.
MINUS = re.compile(r"(?:(?<![\w%)])[-\u2212\u2013][$€£]?|\|\s*[-\u2212\u2013][ $€£]*)$")


@dataclass(frozen=True)
class EvidenceNumber:
    """A number as printed at `start`..`end` of a passage's text; `value` is negative when printed in brackets or behind a minus."""

    passage: Passage
    start: int
    end: int
    value: Decimal


def numbers_in(passages: Sequence[Passage]) -> tuple[EvidenceNumber, ...]:
    """Every number of the evidence, in reading order."""
    return tuple(
        EvidenceNumber(passage, match.start(), match.end(), _value(passage.text, match))
        for passage in passages
        for match in NUMBER.finditer(passage.text)
    )


def numbers_of(text: str) -> list[str]:
    """The numbers of `text` as a program writes them: without thousands separators and signs, in reading order."""
    return [format(_plain(match.group()), "f") for match in NUMBER.finditer(text)]


def _plain(printed: str) -> Decimal:
    """The value of what NUMBER matches, without a sign."""
    return Decimal(SEPARATOR.sub("", printed))


def _value(text: str, match: re.Match[str]) -> Decimal:
    value = _plain(match.group())
    before = text, max(0, match.start() - SIGN_CHARACTERS), match.start()
    is_bracketed = CLOSED.match(text, match.end()) and OPENED.search(*before)
    is_negative_share = SHARE_CLOSED_CELL.match(text, match.end()) and OPENED_CELL.search(*before)
    return -value if is_bracketed or is_negative_share or MINUS.search(*before) else value
