"""The words of a PDF page with their boxes, and the horizontal rules drawn on it."""

from __future__ import annotations

import ctypes
import math
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw

WORD = re.compile(r"[^\s\ufffe]+\ufffe?")  # PDFium joins two lines at U+FFFE, its mark for a hyphen at a line end
ANGLES_LOOKED_AT = 16
RULE_HEIGHT = 2.5  # points
BAND_HEIGHT = 24.0
RULE_WIDTH = 12.0
FORM_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Word:
    """A word: characters `start` to `end` of the page's text; its box in points, the way it is read: up is larger."""

    text: str
    start: int
    end: int
    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line on the page, or a filled band that is as high as a line of text."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def is_band(self) -> bool:
        return self.top - self.bottom > RULE_HEIGHT


def words_of(textpage: pypdfium2.PdfTextPage, raw: str, text: str) -> list[Word]:
    """The words of a page upright, whichever way it is turned.

    `raw` is what PDFium gave for the page, `text` the same without the characters that the page's text leaves out:
    `\\r` before `\\n`, and NUL. Where PDFium's count of characters does not fit its own text, no word has a known place
    and there is none.
    """
    if textpage.count_chars() != len(raw):
        return []
    places = [match.span() for match in WORD.finditer(raw)]
    turned = _quarter_turns(textpage, [start for start, _ in places])
    left_out = [match.start() for match in re.finditer(r"\r(?=\n)|\x00", raw)]
    words = []
    for start, end in places:
        first, last = start - bisect_left(left_out, start), end - bisect_left(left_out, end)
        box = _box(textpage.raw, start, end - 1, turned)
        words.append(Word(text[first:last], first, last, *box))
    return words


def rules_of(page: pypdfium2.PdfPage, quarter_turns: int = 0) -> list[Rule]:
    """The horizontal rules of an upright page, and none of a turned one."""
    return [] if quarter_turns else list(_rules(page))


def _rules(page: pypdfium2.PdfPage) -> Iterator[Rule]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for number in range(pypdfium2.raw.FPDFPage_CountObjects(page.raw)):
        drawn = pypdfium2.raw.FPDFPage_GetObject(page.raw, number)
        if pypdfium2.raw.FPDFPageObj_GetType(drawn) != pypdfium2.raw.FPDF_PAGEOBJ_PATH:
            continue
        has_box = pypdfium2.raw.FPDFPageObj_GetBounds(drawn, left, bottom, right, top)
        if has_box and top.value - bottom.value < BAND_HEIGHT and right.value - left.value > RULE_WIDTH:
            yield Rule(left.value, right.value, bottom.value, top.value)


def _quarter_turns(textpage: pypdfium2.PdfTextPage, starts: list[int]) -> int:
    """How many quarter turns anticlockwise most of the text is written at."""
    step = max(1, len(starts) // ANGLES_LOOKED_AT)
    angles = [pypdfium2.raw.FPDFText_GetCharAngle(textpage.raw, start) for start in starts[::step]]
    turns = [round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0]
    return max(set(turns), key=turns.count) if turns else 0


def _box(textpage: pypdfium2.raw.FPDF_TEXTPAGE, first: int, last: int, turns: int) -> tuple[float, float, float, float]:
    """The box of the characters from `first` to `last`, as left, right, bottom, top."""
    one, other = pypdfium2.raw.FS_RECTF(), pypdfium2.raw.FS_RECTF()
    pypdfium2.raw.FPDFText_GetLooseCharBox(textpage, first, one)
    pypdfium2.raw.FPDFText_GetLooseCharBox(textpage, last, other)
    left, right = min(one.left, other.left), max(one.right, other.right)
    bottom, top = min(one.bottom, other.bottom), max(one.top, other.top)
    return _upright(left, right, bottom, top, turns)


def _upright(left: float, right: float, bottom: float, top: float, turns: int) -> tuple[float, float, float, float]:
    for _ in range(turns):  # each turns the page a quarter clockwise: (x, y) becomes (y, -x)
        left, right, bottom, top = bottom, top, -right, -left
    return left, right, bottom, top
