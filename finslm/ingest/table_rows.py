"""The lines of a table's body -> its rows: labels that wrap joined, headings of rows kept beside the rows under them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from finslm.documents import Cell, Row
from finslm.ingest.table_columns import Grid
from finslm.ingest.table_lines import Line
from finslm.ingest.table_pieces import Piece

GOES_ON = re.compile(r"(?:[,(–—-]|\b(?:and|or|of|to|for|in|on|the|a|an|from|by|with|at|than|per|including))$")
CONTINUES = re.compile(r"[a-z(&%]")
TIGHT = 0.82  # of the usual distance between lines
OVERLAPPING = 0.75  # heights


def rows_of(grid: Grid, lines: Sequence[Line], page_text: str) -> tuple[Row, ...]:
    """The rows of a table. `lines` are all of its lines from top to bottom, those without figures too."""
    numbers = {id(row): number for number, row in enumerate(grid.rows)}
    pitch = _pitch(lines)
    rows: list[Row] = []
    waiting: list[Line] = []
    section = ""
    last: Line | None = None
    for line in lines:
        if id(line) not in numbers:
            waiting.append(line)
            continue
        number = numbers[id(line)]
        label = _label(grid.labels[number])
        if last is not None and waiting and _ends_label(last, waiting, rows[-1].label, label, pitch):
            rows[-1] = Row(f"{rows[-1].label} {_label(waiting.pop(0).pieces)}", rows[-1].cells, rows[-1].section)
        label = _with_beginning(waiting, line, label, pitch)
        section = _section(waiting, pitch) or section
        rows.append(Row(label, _cells(grid, number, page_text), section))
        waiting, last = [], grid.rows[number]
    return tuple(rows)


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance from a line to the next; 0 for too few lines to tell."""
    steps = [over.middle - under.middle for over, under in pairwise(lines)]
    return median(steps) if len(steps) > 2 else 0.0


def _label(pieces: Sequence[Piece]) -> str:
    text = " ".join(piece.text for piece in pieces).strip()
    bare = text.rstrip(" .…_")
    return bare if text.count(".", len(bare)) > 2 else text  # dots lead the eye from the label to its figures


def _with_beginning(waiting: list[Line], line: Line, label: str, pitch: float) -> str:
    """The label with its beginnings on the lines above, which are taken out of `waiting`."""
    under = line
    while waiting and _begins_label(waiting[-1], under, label, pitch):
        under = waiting.pop()
        label = _together(_label(under.pieces), label)
    return label


def _begins_label(line: Line, under: Line, label: str, pitch: float) -> bool:
    """Whether the text of `line` is the beginning of the label that goes on in `under`."""
    text = _label(line.pieces)
    if text.endswith(":"):
        return False
    is_tight = line.middle - under.middle < TIGHT * pitch
    return not label or CONTINUES.match(label) is not None or GOES_ON.search(text) is not None or is_tight


def _ends_label(last: Line, waiting: Sequence[Line], before: str, after: str, pitch: float) -> bool:
    """Whether the first line that waits is the end of the label of the row above it."""
    text = _label(waiting[0].pieces)
    if text.endswith(":") or not before or (len(waiting) == 1 and CONTINUES.match(after)):
        return False
    apart = last.middle - waiting[0].middle
    if apart < OVERLAPPING * last.height:  # figures half way down a label of two lines
        return True
    return GOES_ON.search(before) is not None or (apart < TIGHT * pitch and CONTINUES.match(text) is not None)


def _section(waiting: Sequence[Line], pitch: float) -> str:
    """The heading of rows that the waiting lines make: one below the other, or one that wraps."""
    text = ""
    over: Line | None = None
    for line in waiting:
        more = _label(line.pieces)
        wraps = over is not None and _begins_label(over, line, more, pitch)
        text = _together(text, more) if wraps else f"{text} / {more}" if text else more
        over = line
    return text


def _together(text: str, more: str) -> str:
    return f"{text} {more}".strip()


def _cells(grid: Grid, number: int, page_text: str) -> tuple[Cell | None, ...]:
    pieces = (column.cells.get(number) for column in grid.columns)
    return tuple(_cell(piece, page_text) if piece else None for piece in pieces)


def _cell(piece: Piece, page_text: str) -> Cell:
    start, end = piece.words[0].start, piece.words[-1].end
    return Cell(page_text[start:end], start, end)
