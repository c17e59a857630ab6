"""The lines over a table -> the heading of each column, the heading of its labels, and its units."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from finslm.ingest.pdf_words import Rule
from finslm.ingest.table_blocks import INDENT, PERIOD
from finslm.ingest.table_columns import Column, Grid
from finslm.ingest.table_lines import Line
from finslm.ingest.table_pieces import Piece, narrowly
from finslm.ingest.table_spans import spans_by_rule

Rules = Callable[[], Sequence[Rule]]

UNITS = re.compile(
    r"(?:\(|\b)(?:(?:all|dollars?|amounts?|shares?|figures|tabular|and|except|per|unaudited|expressed|[$€£]|u\.s\.)[\s,;]*)*"
    r"in (?:thousands|millions|billions)\b(?:[^()]{0,80}\))?(?:, except [\w\s-]{1,60})?"
    r"|\((?:[$€£] ?)?(?:thousands|millions|billions|MM)\b[^()]{0,60}\)|\([^()]{0,20}per share amounts\)|\([$€£]MM\)",
    re.IGNORECASE,
)
LINE_APART = 2.4  # heights from one heading line to the next
FIRST_APART = 3.8  # heights from the lowest heading line to the first row
TIGHT = 1.3  # heights between the lines of one heading
UNITS_WITHIN = 6
STUB_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Heading:
    """A piece of a heading line and the columns that it stands over, `first` to `last`."""

    piece: Piece
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Headings:
    """What stands over a table: `columns` and `stub` are texts, `sections` the lines between them and the first row."""

    columns: tuple[str, ...]
    stub: str
    units: str
    sections: tuple[Line, ...]


def headings_of(grid: Grid, above: Sequence[Line], rules: Rules) -> Headings:
    """The headings of the columns of `grid`; `above` are the lines over it, the nearest first."""
    lines, sections, stubs = _heading_lines(grid, above)
    levels: list[list[Heading]] = []
    below = grid.rows[0]
    for line, pieces in lines:
        spoken = [piece for piece in pieces if not UNITS.fullmatch(piece.text)]
        level = _level(grid.columns, line, spoken, levels[-1] if levels else [], rules) if spoken else []
        if level and _is_over_all(levels, len(grid.columns)) and not _belongs(grid.columns, line, spoken, below, rules):
            break
        if level:
            levels.append(level)
        below = line
    columns = tuple(_text(levels, number) for number in range(len(grid.columns)))
    over = [piece.text for _, pieces in lines for piece in pieces]
    stub = " ".join(piece.text for piece in reversed(stubs))
    used = len(lines) + len(sections)
    nearby = [piece.text for line in above[: used + UNITS_WITHIN] for piece in line.pieces]
    units = _units([stub, *over, *nearby])
    return Headings(
        columns, UNITS.sub("", stub).strip(" :"), units, tuple(reversed(sections)) if lines else _near(sections)
    )


def _is_over_all(levels: Sequence[Sequence[Heading]], columns: int) -> bool:
    """Whether a heading already spans all of several columns."""
    return any(heading.last - heading.first + 1 == columns > 1 for level in levels for heading in level)


def _belongs(columns: Sequence[Column], line: Line, pieces: Sequence[Piece], below: Line, rules: Rules) -> bool:
    """Whether a line over a heading of all columns is its first line, or has a rule of its own: not a title."""
    is_tight = line.middle - below.middle < TIGHT * below.height
    return is_tight or bool(spans_by_rule(columns, line, pieces, rules()))


def _near(sections: Sequence[Line]) -> tuple[Line, ...]:
    """Without a heading over it, only a line that says so, with a colon, heads the first rows of a table."""
    return tuple(line for line in sections[:1] if line.pieces[-1].text.endswith(":"))


def _heading_lines(grid: Grid, above: Sequence[Line]) -> tuple[list[tuple[Line, list[Piece]]], list[Line], list[Piece]]:
    """The heading lines with their pieces over columns, lines of text between them and the rows, pieces over labels."""
    lines: list[tuple[Line, list[Piece]]] = []
    sections: list[Line] = []
    stubs: list[Piece] = []
    height = median(row.height for row in grid.rows)
    below = grid.rows[0]
    for line in above:
        if line.middle - below.middle > (LINE_APART if lines else FIRST_APART) * height:
            break
        pieces = [part for piece in line.pieces for part in narrowly(piece, line.height)]
        over = [piece for piece in pieces if _is_over(grid, piece, height)]
        if len(over) == 1 and over[0].right < grid.columns[0].outer_left:
            over = []  # one in the middle of the labels, such as ASSETS, heads rows
        beside = [piece for piece in pieces if piece not in over]
        over = _within(grid, over, height)
        if not lines and _heads_rows(beside, over):
            sections.append(line)
            below = line
            continue
        if any(_runs_through(grid, piece, height) for piece in beside) or _is_title(grid, over, height):
            break
        if over:
            if beside and beside[-1].text.endswith(":") and not lines:
                sections.append(Line((beside.pop(),), line.bottom, line.top))
            lines.append((line, over))
            stubs += reversed(beside)
        elif not lines:
            sections.append(line)
        elif all(_is_of_all(piece.text) for piece in beside):
            stubs += reversed(beside)
        else:
            break
        below = line
    return lines, sections, stubs


def _heads_rows(beside: Sequence[Piece], over: Sequence[Piece]) -> bool:
    """Whether a line is a heading of rows, however long."""
    return len(beside) == 1 and not over and beside[0].text.endswith(":")


def _is_of_all(text: str) -> bool:
    """Whether a text over the labels speaks of the period or the units of the table, as running text would not."""
    return len(text) < STUB_LENGTH and bool(PERIOD.search(text) or UNITS.search(text)) and not text.endswith(".")


def _edge(grid: Grid) -> float:
    return min(row.left for row in grid.rows)


def _is_over(grid: Grid, piece: Piece, height: float) -> bool:
    """Whether a piece stands over the columns, not over the labels."""
    first = grid.columns[0].outer_left
    if piece.left < min(_edge(grid) + INDENT * height, first - 2 * height):
        return False
    return piece.right > first - height / 2 or piece.left > _labels_end(grid)


def _within(grid: Grid, over: list[Piece], height: float) -> list[Piece]:
    """The pieces without those right of the last column: they head columns in which this table has no figure."""
    reach = grid.columns[-1].outer_right + 2 * height
    return [piece for piece in over if piece.left < reach] or over


def _labels_end(grid: Grid) -> float:
    """Where the longest label ends."""
    return max((piece.right for label in grid.labels for piece in label), default=_edge(grid))


def _runs_through(grid: Grid, piece: Piece, height: float) -> bool:
    """Whether a piece beside the columns reaches into them, as running text does."""
    return piece.right > grid.columns[0].left + height


def _is_title(grid: Grid, over: Sequence[Piece], height: float) -> bool:
    """Whether a heading line is a title of the whole table: it stands more over the labels, or reaches out far, or in
    the middle of the table and not of the columns."""
    first, last = grid.columns[0], grid.columns[-1]
    if any(piece.right > last.outer_right + 6 * height > piece.left for piece in over):
        return True
    if len(over) != 1:
        return False
    is_in_middle = abs(over[0].middle - (_edge(grid) + last.outer_right) / 2) < height
    reaches_out = over[0].left < first.outer_left - height or UNITS.fullmatch(over[0].text) is not None
    return over[0].middle < first.outer_left - 1.5 * height or (is_in_middle and reaches_out)


def _level(
    columns: Sequence[Column], line: Line, pieces: Sequence[Piece], below: Sequence[Heading], rules: Rules
) -> list[Heading]:
    """Which columns each piece of a heading line stands over; `below` is the level under it."""
    if len(pieces) >= len(columns):
        return _one_each(columns, pieces)
    ruled = spans_by_rule(columns, line, pieces, rules())
    found = []
    for piece in pieces:
        span = ruled.get(id(piece))
        if span is None or (not below and span == (0, len(columns) - 1)):  # the rule between headings and rows
            span = _over(columns, piece, below)
        found.append(Heading(piece, *span))
    return found


def _one_each(columns: Sequence[Column], pieces: Sequence[Piece]) -> list[Heading]:
    """A piece for each column, in their order; pieces too many head columns in which the table has no figure."""
    left = list(pieces)
    while len(left) > len(columns):
        left.remove(max(left, key=lambda piece: min(_distance(column, piece) for column in columns)))
    return [Heading(piece, number, number) for number, piece in enumerate(left)]


def _distance(column: Column, piece: Piece) -> float:
    return max(column.outer_left - piece.right, piece.left - column.outer_right, 0.0)


def _over(columns: Sequence[Column], piece: Piece, below: Sequence[Heading]) -> tuple[int, int]:
    """Without a rule: the columns of what stands under the piece, or those that it reaches over, or the nearest."""
    under = [heading for heading in below if heading.piece.left < piece.right and piece.left < heading.piece.right]
    if under:
        return min(heading.first for heading in under), max(heading.last for heading in under)
    reached = [
        number
        for number, column in enumerate(columns)
        if min(piece.right, column.outer_right) - max(piece.left, column.outer_left)
        > 0.3 * min(piece.right - piece.left, column.outer_right - column.outer_left)
    ]
    if reached:
        return reached[0], reached[-1]
    nearest = min(range(len(columns)), key=lambda number: abs(columns[number].middle - piece.middle))
    return nearest, nearest


def _text(levels: Sequence[Sequence[Heading]], column: int) -> str:
    """The heading of a column from the widest to its own, without what says only the units of all."""
    text = ""
    for level in reversed(levels):
        for heading in level:
            if heading.first <= column <= heading.last:
                more = heading.piece.text if heading.first == heading.last else UNITS.sub("", heading.piece.text)
                text += ("" if not text or text.endswith("-") else " ") + more.strip()
    return text


def _units(texts: Sequence[str]) -> str:
    found = (UNITS.search(text) for text in texts)
    return next((match.group().strip("() ") for match in found if match), "")
