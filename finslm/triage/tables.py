"""What stands around the numbers of a table: its rows, and the currency and scale that a heading gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from finslm.triage.numbers import CURRENCIES, CURRENCY, SCALES, FigureScale

ROW = re.compile(
    r"^[ \t]*(?P<label>[^\W\d_][^\n]*?)[ \t:.…]+(?P<cells>(?:(?:[(+\-−–]?\s?(?:[A-Z]{0,3}[$£€¥]|(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|SGD|HKD|INR))?\s?"
    r"[(\-−]?\d[\d.,'’]*\)?\s?(?:%|x|p|c|m|bn|million|billion|bps)?\)?|n/?[am]|nil|[-–—])[ \t]*)+)$",
    re.MULTILINE,
)  # fmt: skip
SCALE_HEADING = re.compile(
    r"(?:in|IN)\s+(?P<words>(?:[\w.$£€]+\s+){0,3}?)(?P<word>thousands|millions|billions|THOUSANDS|MILLIONS|BILLIONS)\b"
    r"|(?P<words2>\b\w*[Dd]ollars|[Pp]ounds|[Ee]uros?|[Yy]en)\s+in\s+(?P<word2>thousands|millions|billions)"
    rf"|(?P<currency>{CURRENCY})\s?(?P<short>['’]?000\b|[kK]\b|m\b|mn\b|mio\b|Mio\b|million\b|MILLION\b|bn\b|thousand\b)(?![^\n]{{0,3}}\d)"
    r"|(?P<short2>million|Million|Mio\.?|thousand|milioni di|Millionen|millones de)\s+(?P<name>euros?|EUR|USD|GBP|CHF|yen|pounds|dollars)\b(?!\s*\()"
)  # fmt: skip
MONEY_HEADING = re.compile(rf"({CURRENCY})\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """A table row: its label, and where its cells begin and end on the page."""

    label: str
    start: int
    cells_start: int
    end: int


@dataclass(frozen=True)
class Heading:
    """The currency and scale that hold from `start` on, until the next heading."""

    start: int
    currency: str | None
    scale: FigureScale


def read_rows(page: str) -> Iterator[Row]:
    """The lines of a page that are a label followed by nothing but numbers."""
    for match in ROW.finditer(page):
        yield Row(match["label"].strip(), match.start("label"), match.start("cells"), match.end("cells"))


def read_headings(page: str) -> list[Heading]:
    """The headings such as `in thousands of dollars`, `EUR million`, `£m`, in their order."""
    return [_heading(match) for match in SCALE_HEADING.finditer(page)]


def heading_at(headings: list[Heading], place: int) -> Heading | None:
    """The heading in force at `place`: the last one above it; else, for a note below the table, none."""
    above = [heading for heading in headings if heading.start <= place]
    return above[-1] if above else None


def _heading(match: re.Match[str]) -> Heading:
    word = match["word"] or match["word2"] or match["short"] or match["short2"]
    scale = SCALES.get(word.lower().strip(".'’").split(" ")[0], "one")
    money = match["currency"] or match["name"] or match["words"] or match["words2"] or ""
    names = re.findall(rf"{CURRENCY}|euros?|pounds|dollars|yen", money, re.IGNORECASE)
    return Heading(match.start(), CURRENCIES.get(names[0].lower()) if names else None, scale)
