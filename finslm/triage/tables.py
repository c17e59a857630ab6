"""What stands around the numbers of a table: its rows, and the currency and scale that a heading gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

# One cell, or a piece of one that stands apart from its number. No quantifier holds another: a hostile line must not
# keep us busy.
CELL = re.compile(
    r"[(+\-−–]?(?:[A-Z]{0,3}[$£€¥]|USD|EUR|GBP|CHF|JPY|CAD|AUD|SGD|HKD|INR)?[(\-−]?\d[\d.,'’]*\)?(?:%|x|p|c|m|bn|bps)?\)?"
    r"|[A-Z]{0,3}[$£€¥]|USD|EUR|GBP|CHF|JPY|CAD|AUD|SGD|HKD|INR|[()+\-−–—%]|x|million|billion|bps|n/?[am]|nil"
)
VALUE = re.compile(r"\d|n/?[am]|nil|[-–—]")


@dataclass(frozen=True)
class Row:
    """A table row: its label, and where its cells begin and end on the page."""

    label: str
    start: int
    cells_start: int
    end: int


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
