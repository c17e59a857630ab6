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

LINE_END_HYPHEN = "\ufffe"  # PDFium's mark for a hyphen at the end of a line; it joins the two lines there.
WORD = re.compile(rf"[^\s{LINE_END_HYPHEN}]+{LINE_END_HYPHEN}?")
LINE = re.compile(r"[^\s][^\r\n]*")
LEFT_OUT = re.compile(r"\r(?=\n)|\x00")
RUNNING_LENGTH = 80
SENTENCE_WORD = re.compile(r" (?:the|of|and|to|in|a|is|are|was|were|for|our|with|by|as|at|on|that|which|from|or) ")
FIGURE_AT_END = re.compile(r"[\d—–)%*-][\s)%]{0,4}$")
ANGLES_LOOKED_AT = 16
RULE_HEIGHT = 2.5  # points
BAND_HEIGHT = 24.0
WIDEST, TALLEST = 15_000.0, 1_000.0
RULE_WIDTH = 12.0
FORM_DEPTH = 3

Box = tuple[float, float, float, float]  # left, right, bottom, top, in points


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


def page_text(raw: str) -> str:
    """The text of a page as documents hold it, from PDFium's: the same but for the characters of `LEFT_OUT`."""
    return LEFT_OUT.sub("", raw).replace("\r", "\n").replace(LINE_END_HYPHEN, "-")


def words_of(textpage: pypdfium2.PdfTextPage, raw: str, text: str, turns: int) -> list[Word]:
    """The words of a page as it reads upright, `turns` quarter turns back. A line of running text is one word.

    `raw` is what PDFium gave for the page, `text` its `page_text`. Where PDFium's count of characters does not fit its
    own text, no word has a known place and there is none.
    """
    if textpage.count_chars() != len(raw):
        return []
    left_out = [match.start() for match in LEFT_OUT.finditer(raw)]
    words = []
    for start, end, box in _boxes(textpage.raw, raw):
        left, right, bottom, top = _upright(*box, turns)
        if left <= right and 0 < top - bottom < TALLEST:  # a hostile file may give boxes without height, or no numbers
            first, last = start - bisect_left(left_out, start), end - bisect_left(left_out, end)
            words.append(Word(text[first:last], first, last, left, right, bottom, top))
    return words


def rules_of(page: pypdfium2.PdfPage, turns: int) -> list[Rule]:
    """The horizontal rules of a page as it reads upright."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    found = []
    for number in range(pypdfium2.raw.FPDFPage_CountObjects(page.raw)):
        drawn = pypdfium2.raw.FPDFPage_GetObject(page.raw, number)
        if pypdfium2.raw.FPDFPageObj_GetType(drawn) != pypdfium2.raw.FPDF_PAGEOBJ_PATH:
            continue
        if pypdfium2.raw.FPDFPageObj_GetBounds(drawn, left, bottom, right, top):
            rule = Rule(*_upright(left.value, right.value, bottom.value, top.value, turns))
            if 0 <= rule.top - rule.bottom < BAND_HEIGHT and RULE_WIDTH < rule.right - rule.left < WIDEST:
                found.append(rule)
    return found


def quarter_turns(textpage: pypdfium2.PdfTextPage, raw: str) -> int:
    """How many quarter turns clockwise most of the text of a page is written at."""
    places = range(0, len(raw), max(1, len(raw) // ANGLES_LOOKED_AT))
    angles = [pypdfium2.raw.FPDFText_GetCharAngle(textpage.raw, place) for place in places if raw[place].isalnum()]
    turns = [round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0]
    return max(set(turns), key=turns.count) if turns else 0


def _boxes(textpage: pypdfium2.raw.FPDF_TEXTPAGE, raw: str) -> Iterator[tuple[int, int, Box]]:
    """First and last character and box of each word, and of each line of running text that is one line on the page."""
    for line in LINE.finditer(raw):
        start, end = line.span()
        if is_running(line.group()):
            box, is_level = _box(textpage, start, end - 1)
            if is_level:
                yield start, end, box
                continue
        for word in WORD.finditer(raw, start, end):
            yield *word.span(), _box(textpage, word.start(), word.end() - 1)[0]


def is_running(line: str) -> bool:
    """Whether a line is a sentence or a piece of one, not the row of a table."""
    return len(line) > RUNNING_LENGTH and len(SENTENCE_WORD.findall(line)) > 2 and not FIGURE_AT_END.search(line)


def _box(textpage: pypdfium2.raw.FPDF_TEXTPAGE, first: int, last: int) -> tuple[Box, bool]:
    """The box of the characters from `first` to `last` as left, right, bottom, top; whether both are on one level."""
    one, other = pypdfium2.raw.FS_RECTF(), pypdfium2.raw.FS_RECTF()
    pypdfium2.raw.FPDFText_GetLooseCharBox(textpage, first, one)
    pypdfium2.raw.FPDFText_GetLooseCharBox(textpage, last, other)
    bottom, top = min(one.bottom, other.bottom), max(one.top, other.top)
    is_level = top - bottom < 1.3 * (one.top - one.bottom)
    return (min(one.left, other.left), max(one.right, other.right), bottom, top), is_level


def _upright(left: float, right: float, bottom: float, top: float, turns: int) -> Box:
    for _ in range(turns):  # a quarter turn anticlockwise: (x, y) becomes (-y, x)
        left, right, bottom, top = -top, -bottom, left, right
    return left, right, bottom, top
