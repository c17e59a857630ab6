"""Evidence packing: when passages are more than the model may be given, what speaks of the question stays."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from finslm.answer.prompt import BETWEEN_CELLS
from finslm.documents import Passage

WORD = re.compile(r"\w+")
SENTENCE = re.compile(r"\S.*?(?:[.;:!?](?=\s)|\n|\Z)", re.DOTALL)
ROW = re.compile(r"\S.*?(?:\n|\Z)")
STRETCH = re.compile(r"\S.{0,1999}(?!\S)|\S{1,2000}", re.DOTALL)
"""What is read of a text that has no end of a sentence: to a blank, and not too long to fit."""
YEARS = re.compile(r"(?:\b(?:19|20)\d\d\b.*){2}")
UNITS = re.compile(r"\bin (?:\S+ )?(?:thousand|million|billion)", re.IGNORECASE)
"""Lines that give the columns their years, and the numbers their scale: without them no number means anything."""

Count = Callable[[str], int]


def fitting(passages: Sequence[Passage], question: str, tokens: int, count: Count) -> tuple[Passage, ...]:
    """The passages, cut to about `tokens`: all if they fit, else tables and headings first, then the best sentences.

    A sentence, or a row of a table that is too large itself, is the better the rarer the words that it shares with the
    question. What is kept stands in the order in which it came, each piece with its own place.
    """
    if sum(count(passage.text) for passage in passages) <= tokens:
        return tuple(passages)
    pieces = [piece for passage in passages for piece in _pieces(passage, tokens, count)]
    words = [{word.casefold() for word in WORD.findall(piece.text)} for piece in pieces]
    held_by = Counter(word for each in words for word in each)
    asked = {word.casefold() for word in WORD.findall(question)}
    # fsum, for a set's order differs from process to process, and with it how a plain sum is rounded.
    scores = [math.fsum(1 / held_by[word] for word in asked & each) for each in words]
    best = sorted(range(len(pieces)), key=lambda i: (not _comes_first(pieces[i]), -scores[i], i))
    kept, room = set[int](), tokens
    for i in best:
        cost = count(pieces[i].text)
        if cost <= room:
            kept.add(i)
            room -= cost
    return joined([pieces[i] for i in sorted(kept)])


def _comes_first(piece: Passage) -> bool:
    is_whole_table = BETWEEN_CELLS in piece.text and "\n" in piece.text.strip()
    return is_whole_table or bool(YEARS.search(piece.text) or UNITS.search(piece.text))


def is_unseen(sign: str) -> bool:
    """Is this a sign that no person sees and no model copies: a control character, a soft hyphen, a mark of direction?"""
    return not (sign.isprintable() or sign.isspace())


def sentences(passage: Passage) -> Iterator[Passage]:
    """A text by sentences and lines; blanks go with what is before."""
    return _cut(passage, SENTENCE)


def _pieces(passage: Passage, tokens: int, count: Count) -> Iterator[Passage]:
    """A table as it is, one that is too large by its rows, text by sentences and lines; none of these is longer than a STRETCH."""
    is_table = BETWEEN_CELLS in passage.text
    if is_table and count(passage.text) <= tokens:
        yield passage
        return
    for piece in _cut(passage, ROW) if is_table else sentences(passage):
        yield from _cut(piece, STRETCH)


def _cut(passage: Passage, pattern: re.Pattern[str]) -> Iterator[Passage]:
    starts = [match.start() for match in pattern.finditer(passage.text)]
    for start, end in itertools.pairwise([*starts, len(passage.text)]):
        yield _part(passage, start, end)


def _part(passage: Passage, start: int, end: int) -> Passage:
    text = passage.text[start:end]
    return Passage(passage.id, passage.document, passage.page, passage.start + start, passage.start + end, text)


def joined(pieces: Sequence[Passage]) -> tuple[Passage, ...]:
    """Pieces that follow each other in one passage put together again."""
    whole: list[Passage] = []
    for piece in pieces:
        last = whole[-1] if whole else None
        if last and (last.id, last.end) == (piece.id, piece.start):
            text = last.text + piece.text
            whole[-1] = Passage(last.id, last.document, last.page, last.start, piece.end, text)
        else:
            whole.append(piece)
    return tuple(whole)
