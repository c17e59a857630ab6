"""CSV -> rows, cells joined by ` | `."""

from __future__ import annotations

import csv
import io

from finslm.documents import Reading
from finslm.ingest.rows import row_text
from finslm.ingest.text import decoded, pages_of

DELIMITERS = ",;\t|"
SAMPLE_CHARACTERS = 20_000
FEWEST_ROWS = {1: None, 2: 4}  # by cells a row; short of that it may be prose with commas


def read(content: bytes) -> Reading:
    """The pages of a CSV file, whichever of comma, semicolon, tab and bar parts its cells."""
    text = decoded(content)
    return Reading("text/csv", "", pages_of(_rows(text, delimiter_of(text) or ",")))


def delimiter_of(text: str) -> str | None:
    """The character that parts the cells of `text`, when its rows all have the same number of them.

    Two rows of three cells are enough, and four of two.
    """
    sample = text[:SAMPLE_CHARACTERS]
    if len(sample) < len(text):
        sample = sample[: sample.rfind("\n") + 1]
    return next((mark for mark in DELIMITERS if _is_table(sample, mark)), None)


def _is_table(sample: str, mark: str) -> bool:
    try:
        rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=mark) if row]
    except csv.Error:
        return False
    widths = {len(row) for row in rows}
    fewest = FEWEST_ROWS.get(min(widths), 2) if len(widths) == 1 else None
    return fewest is not None and len(rows) >= fewest


def _rows(text: str, mark: str) -> str:
    try:
        return "".join(f"{row_text(row)}\n" for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if row)
    except csv.Error:  # a cell longer than the reader takes: not the table that its beginning promised
        return text
