"""The lines over a table -> those that head it, told from titles, running text and headings of rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from finslm.ingest.table_blocks import INDENT, PERIOD
from finslm.ingest.table_columns import Grid
from finslm.ingest.table_lines import Line
from finslm.ingest.table_pieces import Piece, narrowly

UNITS = re.compile(
    r"(?:\(|\b)(?:(?:all|dollars?|amounts?|shares?|figures|tabular|and|except|per|unaudited|expressed|[$€£]|u\.s\.)"
    r"[\s,;]{0,3}){0,12}in (?:thousands|millions|billions)\b(?:[^()]{0,80}\))?(?:, except [\w\s-]{1,60})?"
    r"|\((?:[$€£] ?)?(?:thousands|millions|billions|MM)\b[^()]{0,60}\)|\([^()]{0,20}per share amounts\)|\([$€£]MM\)",
    re.IGNORECASE,
)
STUB_LENGTH = 60

# In heights of a row.
LINE_APART = 2.4  # from one heading line to the next
FIRST_APART = 3.8  # from the first row to the lowest heading line
BEFORE = 4.0  # how far left of the figures of a column, which end at its right edge, its heading may end
REACH = 2.0  # how far right of the last column a heading of it may begin
FAR_REACH = 6.0  # how far right of the last column a heading of it may end


@dataclass(slots=True)
class HeadingLines:
    """`over`: each heading line with its pieces over the columns, the lowest first. `sections`: lines between them and
    the first row. `stubs`: pieces over the labels. Both from the lowest up."""

    over: list[tuple[Line, list[Piece]]] = field(default_factory=list)
    sections: list[Line] = field(default_factory=list)
    stubs: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shape:
    """Where labels and columns of a table stand."""

    edge: float
    labels_end: float
    first_column: float  # with currency signs
    first_number: float
    last_end: float
    height: float

    def heads_columns(self, piece: Piece) -> bool:
        """Whether a piece stands over the columns, not over the labels."""
        if piece.left < min(self.edge + INDENT * self.height, self.first_column - 2 * self.height):
            return False
        return piece.right > self.first_column - self.height / 2 or piece.left > self.labels_end

    def runs_through(self, piece: Piece) -> bool:
        """Whether a piece that is not over the columns reaches into them, as running text does."""
        return piece.right > self.first_number + self.height

    def is_title(self, over: Sequence[Piece]) -> bool:
        """Whether the pieces of a line are a title of the whole table: out to the right, or one over its middle."""
        far = self.last_end + FAR_REACH * self.height
        if any(piece.left < far < piece.right for piece in over):
            return True
        if len(over) != 1:
            return False
        (piece,) = over
        is_in_middle = abs(piece.middle - (self.edge + self.last_end) / 2) < self.height
        reaches_out = piece.left < self.first_column - self.height or UNITS.fullmatch(piece.text) is not None
        return piece.middle < self.first_column - 1.5 * self.height or (is_in_middle and reaches_out)


def heading_lines_of(grid: Grid, above: Sequence[Line]) -> HeadingLines:
    """What heads the table `grid`; `above` are the lines over it, the nearest first."""
    found = HeadingLines()
    shape = _shape(grid)
    below = grid.rows[0]
    for line in above:
        farthest = (LINE_APART if found.over else FIRST_APART) * shape.height
        if line.middle - below.middle > farthest or not _take(found, shape, line):
            break
        below = line
    return found


def _shape(grid: Grid) -> Shape:
    edge = min(row.left for row in grid.rows)
    labels_end = max((piece.right for label in grid.labels for piece in label), default=edge)
    first, last = grid.columns[0], grid.columns[-1]
    height = median(row.height for row in grid.rows)
    return Shape(edge, labels_end, first.outer_left, first.left, last.outer_right, height)


def _take(found: HeadingLines, shape: Shape, line: Line) -> bool:
    """Adds a line to what heads the table; False for a line that does not, above which nothing does."""
    over, beside = _parted(shape, line)
    heads_rows = len(beside) == 1 and not over and beside[0].text.endswith(":")  # however long it is
    if heads_rows and not found.over:
        found.sections.append(line)
        return True
    if any(shape.runs_through(piece) for piece in beside) or shape.is_title(over):
        return False
    if over:
        _take_heading(found, line, over, beside)
    elif not found.over:
        found.sections.append(line)
    elif all(_is_of_all(piece.text) for piece in beside):
        found.stubs += reversed(beside)
    else:
        return False
    return True


def _parted(shape: Shape, line: Line) -> tuple[list[Piece], list[Piece]]:
    """The pieces of a line over the columns, and those over the labels.

    One alone in the middle of the labels, such as ASSETS, heads rows. Pieces right of the last column head columns in
    which the table has no figure: they are left out.
    """
    pieces = [part for piece in line.pieces for part in narrowly(piece, line.height)]
    over = [piece for piece in pieces if shape.heads_columns(piece)]
    if len(over) == 1 and over[0].right < shape.first_column - BEFORE * shape.height:
        over = []
    beside = [piece for piece in pieces if piece not in over]
    reach = shape.last_end + REACH * shape.height
    return [piece for piece in over if piece.left < reach] or over, beside


def _take_heading(found: HeadingLines, line: Line, over: list[Piece], beside: list[Piece]) -> None:
    if beside and beside[-1].text.endswith(":") and not found.over:
        found.sections.append(Line((beside.pop(),), line.bottom, line.top))
    found.over.append((line, over))
    found.stubs += reversed(beside)


def _is_of_all(text: str) -> bool:
    """Whether a text over the labels speaks of the period or the units of the table, as running text would not."""
    return len(text) < STUB_LENGTH and bool(PERIOD.search(text) or UNITS.search(text)) and not text.endswith(".")
