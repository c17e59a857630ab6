"""Words of a page -> its lines as they look, each in pieces: figures that stand alone, and runs of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from finslm.ingest.pdf_words import Word

FIGURE = re.compile(
    r"[-–−+~(]*[$€£¥]?[-–−(]*(?:\d{1,3}(?:,\d{3})+|\d+)?(?:(?<=\d)\.\d*|\.\d+|(?<=\d))\)?[%x]?\)?"
    r"|\(?[$€£¥]?[—–−-]{1,3}\)?%?\)?|\*{1,2}|[Nn]/?[AaMm]|[Nn]one|[Nn]il|N\.M\.|n\.m\."
)
LEADS = frozenset({"$", "($", "$(", "(", "€", "£", "¥", "US$", "R$", "C$", "A$"})
TRAILS = frozenset({")", "%", ")%", "%)", "pts", "bps", "x"})
GAP = 0.6  # in heights of the line: a space is about a quarter, in justified text up to a half
DASHES = frozenset({"-", "–", "—", "to"})
CLOSE = 0.5
NARROW_GAP = 0.42
SAME_LINE = 0.45
RAISED = 0.78


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words of one line. A figure is `alone` when space stands on both sides of it."""

    words: tuple[Word, ...]
    is_figure: bool = False
    alone: bool = False

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def core(self) -> tuple[float, float]:
        """From where to where it reaches; a number without a currency sign that stands apart."""
        if not self.is_figure:
            return self.left, self.right
        number = [word for word in self.words if word.text not in LEADS and word.text not in TRAILS]
        return number[0].left, number[-1].right

    @property
    def text(self) -> str:
        return joined(self.words)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, its pieces from left to right."""

    pieces: tuple[Piece, ...]
    bottom: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def left(self) -> float:
        return self.pieces[0].left

    @property
    def figures(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.alone)

    @property
    def texts(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if not piece.alone)


def joined(words: Sequence[Word]) -> str:
    """The words in one line, with a space wherever the page's text has one, and none after a hyphen at a line end."""
    text = ""
    for before, word in zip((None, *words), words, strict=False):
        apart = before is not None and before.end < word.start
        text += (" " if apart else "") + word.text
    return text


def lines_of(words: Sequence[Word]) -> list[Line]:
    """The lines of a page from top to bottom, by where the words stand, whatever order the file has them in."""
    rows: list[list[Word]] = []  # the first word of each is its tallest
    for word in sorted(words, key=lambda word: -word.middle):
        row = next((row for row in reversed(rows[-3:]) if _is_beside(word, row[0])), None)
        if row is None:
            rows.append([word])
        elif word.height > row[0].height:
            row.insert(0, word)
        else:
            row.append(word)
    return sorted((_line(row) for row in rows), key=lambda line: -line.middle)


def _is_beside(word: Word, tallest: Word) -> bool:
    """Whether `word` is on the line of `tallest`: level with it or, as a note is, small and raised above its middle."""
    height, other = word.height, tallest.height
    if height < RAISED * other:
        return tallest.bottom < word.middle < tallest.top
    if other < RAISED * height:
        return word.bottom < tallest.middle < word.top
    return abs(word.middle - tallest.middle) < SAME_LINE * min(height, other)


def narrowly(line: Line) -> tuple[Piece, ...]:
    """The pieces of a heading line, apart wherever there is a little more than a space between words."""
    return tuple(part for piece in line.pieces for part in _parts(piece, NARROW_GAP * line.height))


def _parts(piece: Piece, gap: float) -> Iterator[Piece]:
    if piece.is_figure:
        yield piece
        return
    first = 0
    for at in range(1, len(piece.words) + 1):
        if at == len(piece.words) or piece.words[at].left - piece.words[at - 1].right > gap:
            yield Piece(piece.words[first:at])
            first = at


def _line(row: list[Word]) -> Line:
    words = sorted(row, key=lambda word: word.left)
    height = median(word.height for word in words)
    usual = [word for word in words if word.height >= RAISED * height]
    pieces = tuple(_pieces(words, height))
    return Line(pieces, median(word.bottom for word in usual), median(word.top for word in usual))


def _pieces(words: list[Word], height: float) -> Iterator[Piece]:
    units = list(_units(words, height))
    run: list[Word] = []
    for unit in _judged(units, GAP * height):
        if run and (unit.alone or unit.left - run[-1].right > GAP * height):
            yield Piece(tuple(run))
            run = []
        if unit.alone:
            yield unit
        else:
            run += unit.words
    if run:
        yield Piece(tuple(run))


def _units(words: list[Word], height: float) -> Iterator[Piece]:
    """Each word, a figure together with its currency sign, bracket and percent sign; notes behind figures left out."""
    at = 0
    was_figure = False
    while at < len(words):
        is_note = words[at].height < RAISED * height
        end = 0 if is_note else _range_end(words, at, height)
        if not (was_figure and is_note):
            yield Piece(tuple(words[at : max(end, at + 1)]), is_figure=bool(end))
            was_figure = bool(end)
        at = max(end, at + 1)


def _range_end(words: list[Word], at: int, height: float) -> int:
    """Where the figure that begins at word `at` ends, or the range of two figures with a dash between, or 0."""
    end = _figure_end(words, at)
    if not end or end + 1 >= len(words) or words[end].text not in DASHES:
        return end
    gaps = (words[end].left - words[end - 1].right, words[end + 1].left - words[end].right)
    is_close = max(gaps) < CLOSE * height and _follows(words[end - 1], words[end])
    return (_figure_end(words, end + 1) or end) if is_close else end


def _figure_end(words: list[Word], at: int) -> int:
    """Where the figure that begins at word `at` ends, or 0."""
    number = at
    if words[at].text in LEADS:
        number += 1
        if number == len(words) or not _follows(words[at], words[number]):
            return 0
    if not FIGURE.fullmatch(words[number].text):
        return 0
    end = number + 1
    while end < len(words) and words[end].text in TRAILS and _follows(words[end - 1], words[end]):
        end += 1
    return end


def _follows(word: Word, after: Word) -> bool:
    """Whether only space stands between two words in the page's text: two characters of it at most."""
    return 0 <= after.start - word.end <= 2


def _judged(units: list[Piece], gap: float) -> list[Piece]:
    """The units, figures marked that have space on both sides, or beyond figures that have."""
    begins = _apart(units, gap)
    ends = _apart_after(units, gap)
    return [
        Piece(unit.words, is_figure=True, alone=begins[number] and ends[number]) if unit.is_figure else unit
        for number, unit in enumerate(units)
    ]


def _apart(units: list[Piece], gap: float) -> list[bool]:
    """For each unit, whether space stands before it, or before the figures that it follows."""
    apart: list[bool] = []
    for number, unit in enumerate(units):
        before = units[number - 1] if number else None
        apart.append(before is None or unit.left - before.right > gap or (before.is_figure and apart[-1]))
    return apart


def _apart_after(units: list[Piece], gap: float) -> list[bool]:
    """For each unit, whether space stands after it, or after the figures that follow it."""
    apart: list[bool] = []
    for number in reversed(range(len(units))):
        after = units[number + 1] if number + 1 < len(units) else None
        apart.append(after is None or after.left - units[number].right > gap or (after.is_figure and apart[-1]))
    return apart[::-1]
