"""Words of a page -> its lines as they look, each in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finslm.ingest.pdf_words import Word
from finslm.ingest.table_pieces import RAISED, Piece, pieces_of

SAME_LINE = 0.45  # heights between the middles of two words of a line


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
        return tuple(piece for piece in self.pieces if piece.is_figure)

    @property
    def texts(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if not piece.is_figure)


def lines_of(words: Sequence[Word]) -> list[Line]:
    """The lines of a page from top to bottom, by where the words stand, whatever order the file has them in."""
    rows: list[list[Word]] = []  # the first word of each is its tallest
    for word in sorted(words, key=_middle, reverse=True):
        row = next((row for row in reversed(rows[-3:]) if _is_beside(word, row[0])), None)
        if row is None:
            rows.append([word])
        elif word.height > row[0].height:
            row.insert(0, word)
        else:
            row.append(word)
    return sorted((_line(row) for row in rows), key=lambda line: -line.middle)


def _middle(word: Word) -> float:
    return word.middle


def _is_beside(word: Word, tallest: Word) -> bool:
    """Whether `word` is on the line of `tallest`: level with it or, as a note is, small and raised above its middle."""
    height, other = word.height, tallest.height
    if height < RAISED * other:
        return tallest.bottom < word.middle < tallest.top
    if other < RAISED * height:
        return word.bottom < tallest.middle < word.top
    return abs(word.middle - tallest.middle) < SAME_LINE * min(height, other)


def _line(row: list[Word]) -> Line:
    words = sorted(row, key=lambda word: word.left)
    usual = sorted(words, key=lambda word: word.height)[len(words) // 2]  # the word of the median height
    return Line(pieces_of(words, usual.height), usual.bottom, usual.top)
