"""Lines of a page -> the stretches of lines that are the body of a table, and the lines that may be its heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from finslm.ingest.table_lines import Line
from finslm.ingest.table_pieces import Piece

YEAR = re.compile(r"(?:19|20)\d\d|FY\d\d(?:\d\d)?|[12]0\d\dE")
YEARS = re.compile(r"(?:19|20)\d\d ?[-–—] ?(?:19|20)?\d\d|thereafter", re.IGNORECASE)
NOTE = re.compile(r"\(\d\)")
PERIOD = re.compile(
    r"\b(?:years?|quarters?|months?|weeks?|fiscal|period|as of|in (?:thousands|millions|billions)|thousands|millions"
    r"|billions|january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
PAGE_NUMBER = re.compile(r"\d{1,3}")
UNITS_ALONE = re.compile(r"\((?:[\w$ ]+ in )?(?:thousands|millions|billions)[^()]*\)", re.IGNORECASE)
FARTHEST = 3.6  # heights of a line from one line of a table to its next
NEXT = 1.6  # a row that follows as close as this, with a label, may be the first with a figure in its column
LONE_FARTHEST = 2.2  # for a figure alone on its line: further down it is the number of the page
INDENT = 4.0  # heights: how far the labels of a table may stand from its left edge
TEXT_BETWEEN = 8
HEADING_LINES = 14
MOST_FIGURES = 60
HEADING_LENGTH = 90


@dataclass(frozen=True, slots=True)
class Block:
    """`body`: lines of one table, the first and the last with figures. `above`: lines over it, the nearest first."""

    above: tuple[Line, ...]
    body: tuple[Line, ...]


def blocks_of(lines: Sequence[Line]) -> list[Block]:
    """The tables of a page as lines, from top to bottom."""
    spans: list[tuple[int, int]] = []
    for at, line in enumerate(lines):
        if not _has_figures(line) or is_year_line(line, is_first=True) or _heads_figures(line):
            continue
        if spans and _continues(lines, spans[-1], at):
            spans[-1] = (spans[-1][0], at)
        else:
            spans.append((at, at))
    return [_block(lines, spans, number) for number in range(len(spans))]


def _block(lines: Sequence[Line], spans: list[tuple[int, int]], number: int) -> Block:
    first, last = spans[number]
    over = spans[number - 1][1] + 1 if number else 0
    above = lines[max(over, first - HEADING_LINES) : first]
    return Block(tuple(reversed(above)), tuple(lines[first : last + 1]))


def is_year_line(line: Line, *, is_first: bool) -> bool:
    """Whether all figures of `line` are years that head columns; below the first line of a table, only with a label
    that speaks of a period, or none."""
    years = [piece.text for piece in line.figures if not NOTE.fullmatch(piece.text)]
    if (
        not years
        or not all(YEAR.fullmatch(year) or YEARS.fullmatch(year) for year in years)
        or (len(years) > 1 and len(set(years)) == 1)
    ):
        return False
    texts = [piece.text for piece in line.texts]
    several = len(years) + sum(YEARS.fullmatch(text) is not None for text in texts) > 1
    return (is_first and several) or not texts or PERIOD.search(" ".join(texts)) is not None


def _heads_figures(line: Line) -> bool:
    """Whether the label of the line is nothing but units in brackets, as the stub of a heading is."""
    first = line.pieces[0]
    return not first.is_figure and UNITS_ALONE.fullmatch(first.text) is not None


def _has_figures(line: Line) -> bool:
    """Whether the line may be a row: two figures or more, or one with text before it; one alone may be a total."""
    figures = line.figures
    if all(NOTE.fullmatch(figure.text) for figure in figures) and len(line.texts) > max(1, len(figures)):
        return False  # a line of headings, with the marks of notes
    return 1 < len(figures) <= MOST_FIGURES or (
        len(figures) == 1 and (line.pieces[-1] is figures[0] or line.pieces[0] is not figures[0])
    )


def _continues(lines: Sequence[Line], span: tuple[int, int], at: int) -> bool:
    """Whether line `at` is the next row of the table that so far is `span`."""
    before = lines[span[1]]
    steps = lines[span[1] : at + 1]
    apart = max(over.middle - under.middle for over, under in pairwise(steps))
    is_alone = len(lines[at].pieces) == 1
    farthest = LONE_FARTHEST * before.height if is_alone else FARTHEST * max(before.height, lines[at].height)
    is_page_number = is_alone and lines[at] is lines[-1] and PAGE_NUMBER.fullmatch(lines[at].pieces[0].text)
    if at - span[1] > TEXT_BETWEEN or apart > farthest or is_page_number:
        return False
    edge = min(values_of(row)[0].core[0] for row in (before, lines[at]) if values_of(row))
    is_next = apart < NEXT * before.height and not lines[at].pieces[0].is_figure
    if not is_next and not _share_columns(lines[span[0] : span[1] + 1], lines[at]):
        return False
    return all(_is_label(line, edge) for line in steps[1:-1])


def values_of(line: Line) -> tuple[Piece, ...]:
    """The figures of a row but for one that begins the line while others follow: that one is a label, such as a year."""
    figures = line.figures
    return figures[1:] if len(figures) > 1 and line.pieces[0] is figures[0] else figures


def _share_columns(rows: Sequence[Line], line: Line) -> bool:
    """Whether a figure of `line` stands under one of the rows above it."""
    figures = [figure for row in rows[-6:] for figure in row.figures]
    slack = line.height
    return any(
        piece.core[0] < figure.core[1] + slack and figure.core[0] < piece.core[1] + slack
        for piece in line.figures
        for figure in figures
    )


def _is_label(line: Line, edge: float) -> bool:
    """Whether a line is a heading of rows or part of a label: no figure but a year, and it ends where figures begin."""
    is_year = len(line.pieces) == 1 and YEAR.fullmatch(line.pieces[0].text) is not None
    if line.figures and not is_year:
        return False
    is_heading = (
        len(line.pieces) == 1 and line.pieces[0].text.endswith(":") and len(line.pieces[0].text) < HEADING_LENGTH
    )
    return is_heading or line.pieces[-1].right < edge + line.height
