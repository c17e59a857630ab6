"""The numbers that stand in the evidence, with their places: the only ones that a program may use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from finslm.documents import Passage

# 1,452.4 or 1452.4 or .5; not the inside of a word or of a longer number, nor the pieces of a telephone number.
NUMBER = re.compile(r"(?<![\w.,+])(?!0\d)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\d)|(?<![\w.,])\.\d+")


@dataclass(frozen=True)
class EvidenceNumber:
    """A number as printed at `start`..`end` of a passage's text; `value` is negative when printed in brackets."""

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
    return [format(Decimal(match.group().replace(",", "")), "f") for match in NUMBER.finditer(text)]


def _value(text: str, match: re.Match[str]) -> Decimal:
    value = Decimal(match.group().replace(",", ""))
    before, after = text[: match.start()].rstrip(" $€£"), text[match.end() :].lstrip(" ")
    is_bracketed = before.endswith("(") and after.startswith(")")
    is_minus = before.endswith(("-", "\u2212")) and not before[-2:-1].isalnum()
    return -value if is_bracketed or is_minus else value
