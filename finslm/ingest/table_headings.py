"""The heading lines of a table -> the heading of each column, the heading of its labels, and its units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from finslm.ingest.pdf_words import Rule
from finslm.ingest.table_columns import Column, Grid
from finslm.ingest.table_heading_lines import UNITS, HeadingLines, heading_lines_of
from finslm.ingest.table_lines import Line
from finslm.ingest.table_pieces import Piece
from finslm.ingest.table_spans import is_ruled_off, spans_by_rule

Rules = Callable[[], Sequence[Rule]]

LEFT_OF_COLUMNS = 6.0  # heights: how far left of the first figures a rule of its heading may begin
TIGHT = 1.3  # heights between the lines of one heading
SECTION_LENGTH = 90
UNITS_WITHIN = 6  # lines over the headings


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
    lines = heading_lines_of(grid, above)
    levels = _levels(grid, lines, rules)
    columns = tuple(_text(levels, number) for number in range(len(grid.columns)))
    stub = " ".join(piece.text for piece in reversed(lines.stubs))
    nearby = above[: len(lines.over) + len(lines.sections) + UNITS_WITHIN]
    over = [piece for _, pieces in lines.over for piece in pieces]
    units = _units([stub, *(piece.text for piece in (*over, *(piece for line in nearby for piece in line.pieces)))])
    return Headings(columns, UNITS.sub("", stub).strip(" :"), units, _sections(lines))


def _sections(lines: HeadingLines) -> tuple[Line, ...]:
    """The lines between headings and rows; without headings, only one that says so, with a colon, heads the rows.

    The end of a sentence that leads to the table heads none.
    """
    sections = [line for line in lines.sections if _heads_rows(line)]
    if lines.over:
        return tuple(reversed(sections))
    return tuple(line for line in sections[:1] if line.pieces[-1].text.endswith(":"))


def _heads_rows(line: Line) -> bool:
    text = line.pieces[0].text
    return len(text) < SECTION_LENGTH and not (text[0].islower() and text.endswith(":"))


def _levels(grid: Grid, lines: HeadingLines, rules: Rules) -> list[list[Heading]]:
    """The headings of each line, the lowest line first, without units, up to where the titles begin."""
    levels: list[list[Heading]] = []
    below = grid.rows[0]
    for line, pieces in lines.over:
        spoken = [piece for piece in pieces if not UNITS.fullmatch(piece.text)]
        over_all = _is_over_all(levels, len(grid.columns))
        if spoken and over_all and not _belongs(grid.columns, line, spoken, below, rules):
            break
        if spoken:
            levels.append(_level(grid.columns, line, spoken, levels[-1] if levels else [], rules))
        below = line
    return levels


def _is_over_all(levels: Sequence[Sequence[Heading]], columns: int) -> bool:
    """Whether a heading already spans all of several columns."""
    return any(heading.last - heading.first + 1 == columns > 1 for level in levels for heading in level)


def _belongs(columns: Sequence[Column], line: Line, pieces: Sequence[Piece], below: Line, rules: Rules) -> bool:
    """Whether a line over a heading of all columns is its first line, or has a rule of its own: not a title.

    Rules under labels and columns alike are those over the whole table.
    """
    if line.middle - below.middle < TIGHT * below.height:
        return True
    edge = columns[0].outer_left - LEFT_OF_COLUMNS * line.height
    near = [rule for rule in rules() if abs(rule.bottom - line.bottom) < line.height]
    over_labels = any(rule.left < edge for rule in near)
    return not over_labels and bool(spans_by_rule(columns, line, pieces, near))


def _level(
    columns: Sequence[Column], line: Line, pieces: Sequence[Piece], below: Sequence[Heading], rules: Rules
) -> list[Heading]:
    """Which columns each piece of a heading line stands over; `below` is the level under it."""
    if len(pieces) >= len(columns):
        return _one_each(columns, pieces)
    ruled = spans_by_rule(columns, line, pieces, rules())
    if not ruled and _repeats(below, len(pieces), len(columns)) and is_ruled_off(line, pieces, rules()):
        share = len(columns) // len(pieces)
        return [Heading(piece, number * share, (number + 1) * share - 1) for number, piece in enumerate(pieces)]
    found = []
    for piece in pieces:
        span = ruled.get(id(piece))
        if span is None or (not below and span == (0, len(columns) - 1)):  # the rule between headings and rows
            span = _over(columns, piece, below)
        found.append(Heading(piece, *span))
    return found


def _repeats(below: Sequence[Heading], pieces: int, columns: int) -> bool:
    """Whether the level below says the same, such as two years, once for each of several pieces over it."""
    texts = [heading.piece.text for heading in below if heading.first == heading.last]
    share = columns // pieces
    return pieces > 1 and len(texts) == columns == pieces * share and texts == texts[:share] * pieces and share > 1


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
