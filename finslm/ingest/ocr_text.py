"""The words that OCR read on a page -> the page as a document holds it: line by line, and its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from finslm.documents import Page, Table
from finslm.ingest.ocr_reading import Piece
from finslm.ingest.page_columns import columns_of_text
from finslm.ingest.pdf_tables import tables_of
from finslm.ingest.pdf_words import Word, is_running

SAME_LINE = 0.5  # of a word's height: how far the middles of two words on one line may lie apart


def page_of(index: int, pieces: Sequence[Piece], height: float, points_a_pixel: float) -> tuple[Page, list[Table]]:
    """The page, each line of print a line of its text, columns of newspapers one after another; and its tables.

    `height` is that of the picture, in pixels.
    """
    words = [_word(piece, height, points_a_pixel) for piece in pieces]
    lines = [line for column in columns_of_text(words) for line in _lines(column)]
    page = Page(index, "\n".join(_text(line) for line in lines))
    return page, tables_of(list(_placed(lines)), page, lambda: ())


def _word(piece: Piece, height: float, points_a_pixel: float) -> Word:
    left, top, right, bottom = (side * points_a_pixel for side in piece.box)
    return Word(piece.text, 0, 0, left, right, height * points_a_pixel - bottom, height * points_a_pixel - top)


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """The words line by line, from the top of the page down and from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: -word.middle):
        if lines and abs(_middle(lines[-1]) - word.middle) < SAME_LINE * min(word.height, lines[-1][-1].height):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.left) for line in lines]


def _middle(line: Sequence[Word]) -> float:
    return sum(word.middle for word in line) / len(line)


def _text(line: Sequence[Word]) -> str:
    return " ".join(word.text for word in line)


def _placed(lines: Sequence[Sequence[Word]]) -> Iterator[Word]:
    """Each word with its place in the page's text; as in other PDFs, a line of running text is one word."""
    start = 0
    for line in lines:
        text = _text(line)
        if is_running(text):
            bottom, top = min(word.bottom for word in line), max(word.top for word in line)
            yield Word(text, start, start + len(text), line[0].left, line[-1].right, bottom, top)
        else:
            yield from _each_placed(line, start)
        start += len(text) + 1


def _each_placed(line: Sequence[Word], start: int) -> Iterator[Word]:
    for word in line:
        yield replace(word, start=start, end=start + len(word.text))
        start += len(word.text) + 1
