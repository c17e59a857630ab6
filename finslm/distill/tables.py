"""Financial statements found again in the flattened text of a page: a line of years, then rows with as many numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finslm.distill.lines import scale_of_units
from finslm.documents import Scale

LICENCE = "Apache-2.0 (ours; tables of public filings)"
"""Of what we make from statements."""
CELL = r"(?:\$ ?)?(?:\(?\$? ?\d+(?:,\d{3})*(?:\.\d+)?\)?(?: ?%\)?)?|[—–-](?= |$))"
ROW = re.compile(rf"^(?P<label>\D.*?[A-Za-z)\]:.])[ .]+(?P<cells>{CELL}(?: +{CELL})*) *$")
YEARS = re.compile(r"^(?P<before>.*?)(?P<years>(?:(?:FY ?)?20[012]\d[ ,]*){2,5})$")
LINES_ABOVE = 5
FEWEST_ROWS = 4
LONGEST_LABEL = 90
MOST_LINES_BETWEEN = 5
FEWEST_PARTS, MOST_PARTS = 2, 12
NEGATIVE = re.compile(r"[$€£¥ ]*[(−–-]")
"""How a number begins that is less than zero."""


@dataclass(frozen=True)
class Row:
    """A row of a statement: its label and, a column each, the number as printed (empty where there is a dash)."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A table of a filing whose columns are years; `lines` is its text on the page, from the heading on.

    `number` counts the statements of the page, from 0.
    """

    doc: str
    page: int
    number: int
    scale: Scale
    years: tuple[str, ...]
    rows: tuple[Row, ...]
    heading: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def has_years(self) -> bool:
        """Are its columns years? Those of a drilled table may be headings of another kind."""
        return all(year.isdigit() for year in self.years)


def statements(doc: str, page: int, text: str) -> Iterator[Statement]:
    """The statements of a page, in reading order."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    at = found = 0
    while at < len(lines):
        years = _years(lines[at])
        if not years:
            at += 1
            continue
        rows, end = _rows(lines, at + 1, len(years))
        if len(rows) >= FEWEST_ROWS:
            heading = tuple(line for line in lines[max(0, at - LINES_ABOVE) : at] if line)
            scale = scale_of_units([*heading, lines[at]])
            yield Statement(doc, page, found, scale, years, tuple(rows), heading, (*heading, *lines[at:end]))
            found += 1
        at = max(end, at + 1)


def _years(line: str) -> tuple[str, ...]:
    """The years that a heading line ends with; each once, or they are no columns that a question can name."""
    match = YEARS.match(line)
    years = tuple(re.findall(r"20[012]\d", match["years"])) if match else ()
    return years if len(set(years)) == len(years) >= 2 and line.count(",") <= len(years) + 1 else ()


def _rows(lines: Sequence[str], start: int, columns: int) -> tuple[list[Row], int]:
    """The rows from `start` on, and the line after the last of them."""
    rows: list[Row] = []
    end = start
    for number in range(start, len(lines)):
        if _years(lines[number]) or number - end > MOST_LINES_BETWEEN:
            break
        match = ROW.match(lines[number])
        cells = re.findall(CELL, match["cells"]) if match else []
        if match and len(cells) == columns and len(match["label"]) <= LONGEST_LABEL:
            rows.append(Row(match["label"].strip(" .:"), tuple(_printed(cell) for cell in cells)))
            end = number + 1
    return rows, end


def _printed(cell: str) -> str:
    """The number with its brackets and its percent sign; a dash is no number."""
    text = cell.replace("$", "").replace(" ", "")
    return text if any(c.isdigit() for c in text) else ""


def written(cell: str) -> str:
    """The number of a cell as a program writes it."""
    number = re.sub(r"[^\d.]", "", cell)
    return f"-{number}" if NEGATIVE.match(cell) else number


def sums_of(statement: Statement) -> list[tuple[Row, tuple[Row, ...]]]:
    """Rows that are the sum, in every column, of the rows right above them, with these rows."""
    found = []
    for at, total in enumerate(statement.rows):
        for first in range(at - FEWEST_PARTS, max(-1, at - MOST_PARTS - 1), -1):
            parts = statement.rows[first:at]
            if all(_adds_up([part.cells[i] for part in parts], total.cells[i]) for i in range(len(total.cells))):
                found.append((total, parts))
                break
    return found


def _adds_up(cells: Sequence[str], total: str) -> bool:
    """Do the cells add up to the total, but for rounding? A dash is nothing; a percentage is no amount."""
    if not total or any("%" in cell for cell in cells):
        return False
    values = [Decimal(written(cell) or 0) for cell in cells]
    unit = Decimal(1).scaleb(int(Decimal(written(total)).as_tuple().exponent))
    return abs(sum(values) - Decimal(written(total))) <= unit
