"""Rows of a table -> its columns: figures that stand under each other, and text that does so beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from finslm.ingest.table_blocks import INDENT, NOTE
from finslm.ingest.table_lines import Line
from finslm.ingest.table_pieces import Piece

NEAR = 1.5  # heights of a line
MANY = 4
MOST_COLUMNS = 60


@dataclass(slots=True)
class Column:
    """A column while it is being found: from where to where its numbers and its whole cells reach."""

    left: float
    right: float
    outer_left: float
    outer_right: float
    cells: dict[int, Piece] = field(default_factory=dict)

    @property
    def middle(self) -> float:
        return (self.outer_left + self.outer_right) / 2

    def take(self, row: int, piece: Piece) -> None:
        left, right = piece.core
        self.left, self.right = min(self.left, left), max(self.right, right)
        self.outer_left, self.outer_right = min(self.outer_left, piece.left), max(self.outer_right, piece.right)
        self.cells[row] = piece


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows and columns of a table. `labels` holds the pieces of each row that belong to no column."""

    rows: tuple[Line, ...]
    columns: tuple[Column, ...]
    labels: tuple[tuple[Piece, ...], ...]


def grid_of(rows: Sequence[Line]) -> Grid:
    """The grid of the lines of a table that hold figures; without a column when it would have too many for a table."""
    edge = min(row.left for row in rows)
    columns: list[Column] = []
    values = [_values(row, edge) for row in rows]
    for number in sorted(range(len(rows)), key=lambda number: -len(values[number])):
        for piece in values[number]:
            _place(columns, number, piece, rows[number].height)
        if len(columns) > MOST_COLUMNS:
            return Grid(tuple(rows), (), ())
    columns = [column for column in _without_labels(columns, rows) if not _is_of_notes(column, rows)]
    rest = [_beside(columns, number, row) for number, row in enumerate(rows)]
    columns += _text_columns(columns, rows, rest)
    columns.sort(key=lambda column: column.left)
    return Grid(tuple(rows), tuple(columns), tuple(map(tuple, rest)))


def merged(grid: Grid, headings: Sequence[str]) -> tuple[Grid, tuple[str, ...]]:
    """The grid with columns made one that stand side by side under the same heading and have no row in common.

    Figures of one column do not always end in one place: a year below percentages stands further right.
    """
    columns: list[Column] = []
    kept: list[str] = []
    for column, heading in zip(grid.columns, headings, strict=True):
        if heading and kept and kept[-1] == heading and not columns[-1].cells.keys() & column.cells.keys():
            for number, piece in column.cells.items():
                columns[-1].take(number, piece)
        else:
            columns.append(column)
            kept.append(heading)
    return Grid(grid.rows, tuple(columns), grid.labels), tuple(kept)


def _without_labels(columns: list[Column], rows: Sequence[Line]) -> list[Column]:
    """The columns without a figure that only one of many rows has, next to its label: it belongs to the label."""
    if len(rows) < MANY or len(columns) < 2:
        return columns
    first = min(columns, key=lambda column: column.left)
    if len(first.cells) > 1:
        return columns
    ((number, piece),) = first.cells.items()
    at = rows[number].pieces.index(piece)
    is_label = at == 0 or piece.left - rows[number].pieces[at - 1].right < 2 * rows[number].height
    return [column for column in columns if column is not first] if is_label else columns


def _is_of_notes(column: Column, rows: Sequence[Line]) -> bool:
    """Whether a column holds nothing but marks of notes, such as (1), close behind labels or figures."""
    for number, piece in column.cells.items():
        at = rows[number].pieces.index(piece)
        if not NOTE.fullmatch(piece.text) or not at:
            return False
        if piece.left - rows[number].pieces[at - 1].right > rows[number].height:
            return False
    return True


def _beside(columns: Sequence[Column], number: int, row: Line) -> list[Piece]:
    """The pieces of a row that are no cell: text right of its label that stands in an empty column becomes one."""
    taken = {id(column.cells[number]) for column in columns if number in column.cells}
    rest = [piece for piece in row.pieces if id(piece) not in taken]
    for piece in rest[1:]:
        under = [column for column in columns if _overlap(column, piece) > 0]
        if len(under) == 1 and number not in under[0].cells:
            under[0].cells[number] = piece
            rest.remove(piece)
    return rest


def _text_columns(columns: Sequence[Column], rows: Sequence[Line], rest: list[list[Piece]]) -> list[Column]:
    """Columns of text beside the labels, such as "Due Date"; takes their cells out of `rest`."""
    found: list[Column] = []
    for number, row in enumerate(rows):
        for piece in rest[number][1:]:
            if all(_overlap(column, piece) <= 0 for column in columns):
                _place(found, number, piece, row.height)
    kept = [column for column in found if len(column.cells) >= max(2, len(rows) // 4)]
    for column in kept:
        for number, piece in column.cells.items():
            rest[number].remove(piece)
    return kept


def _values(row: Line, edge: float) -> tuple[Piece, ...]:
    """The figures of a row without one that stands where the labels begin."""
    figures = row.figures
    begins = bool(figures) and row.pieces[0] is figures[0] and figures[0].left < edge + INDENT * row.height
    return figures[1:] if begins else figures


def _place(columns: list[Column], row: int, piece: Piece, height: float) -> None:
    """Puts a cell into the free column that it overlaps most, or that ends nearest to it, or a new one."""
    free = [column for column in columns if row not in column.cells]
    overlap = {id(column): _overlap(column, piece) for column in free}
    best = max(free, key=lambda column: overlap[id(column)], default=None)
    if best is None or overlap[id(best)] <= 0:
        best = min(free, key=lambda column: abs(column.right - piece.core[1]), default=None)
        if best is None or abs(best.right - piece.core[1]) > NEAR * height or _is_between(columns, best, piece):
            best = Column(*piece.core, piece.left, piece.right)
            columns.append(best)
    elif sum(share > 0 for share in overlap.values()) > 1:
        best.cells[row] = piece  # it reaches into two columns: it must not make them one
        return
    best.take(row, piece)


def _is_between(columns: list[Column], near: Column, piece: Piece) -> bool:
    """Whether another column stands between `piece` and the column `near`."""
    low, high = sorted((near.right, piece.core[1]))
    return any(column is not near and low < column.right < high for column in columns)


def _overlap(column: Column, piece: Piece) -> float:
    left, right = piece.core
    return min(column.right, right) - max(column.left, left)
