"""What stands around the numbers of a table: its rows, and the currency and scale that a heading gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from finslm.money import CURRENCY, iso_code
from finslm.triage.numbers import SCALES, FigureScale

# One cell, or a piece of one that stands apart from its number. No quantifier holds another: a hostile line must not
# keep us busy.
CELL = re.compile(
    r"[(+\-−–]?(?:[A-Z]{0,3}[$£€¥]|USD|EUR|GBP|CHF|JPY|CAD|AUD|SGD|HKD|INR)?[(\-−]?\d[\d.,'’]*\)?(?:%|x|p|c|m|bn|bps)?\)?"
    r"|[A-Z]{0,3}[$£€¥]|USD|EUR|GBP|CHF|JPY|CAD|AUD|SGD|HKD|INR|[()+\-−–—%]|x|million|billion|bps|n/?[am]|nil"
)
VALUE = re.compile(r"\d|n/?[am]|nil|[-–—]")
SCALE_HEADING = re.compile(
    r"(?:in|IN)\s+(?P<words>(?:[\w.$£€]+\s+){0,3}?)(?P<word>thousands|millions|billions|THOUSANDS|MILLIONS|BILLIONS)\b"
    r"(?:\s+of\s+(?P<of>(?:U\.?S\.?\s+)?(?:[Dd]ollars|[Pp]ounds|[Ee]uros?|[Yy]en)))?"
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
    for line in re.finditer(r"[^\n]+", page):
        words = list(re.finditer(r"\S+", line[0]))
        cells = list(takewhile(lambda word: CELL.fullmatch(word[0]), reversed(words)))
        if not cells or len(cells) == len(words) or not any(VALUE.search(cell[0]) for cell in cells):
            continue
        label = line[0][: cells[-1].start()].strip(" \t:.…")
        if label[:1].isalpha():
            start = line.start() + words[0].start()
            yield Row(label, start, line.start() + cells[-1].start(), line.start() + cells[0].end())


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
    money = match["currency"] or match["name"] or match["of"] or match["words"] or match["words2"] or ""
    names = re.findall(rf"{CURRENCY}|euros?|pounds|dollars|yen", money, re.IGNORECASE)
    return Heading(match.start(), iso_code(names[0]) if names else None, scale)
