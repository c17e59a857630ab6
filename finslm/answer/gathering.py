"""The evidence that a search makes: from all the pages it found, the sentences and rows that speak of the question most."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from finslm.answer.evidence import UNITS, WORD, YEARS, Count, joined, sentences
from finslm.answer.prompt import BETWEEN_CELLS
from finslm.documents import Passage

EVIDENCE_PAGES = 12
"""The best pages that a search finds, from which evidence is gathered."""
OF_THE_PAGE_BEFORE = 0.6
"""What a page weighs beside the one that was found before it."""
OF_NEIGHBOURS = 0.3
"""What those before and after a piece speak of counts for it too."""
SHORT = 40
"""Tokens up to which a neighbour is taken along."""
USUAL = 20
"""Tokens of a piece; much longer ones must speak of more."""
SENTENCE_ENDS = (".", ";", ":", "!", "?")
ROW_ENDS = re.compile(r"[\d)%\u2014\u2013-]\s*$")
FULL_LINE, LONGEST_SENTENCE = 70, 700
"""Characters: a line as long as that is broken off, not ended; a sentence longer than that is none."""


@dataclass(frozen=True)
class _Piece:
    """A sentence or a row of the page found `rank`-th (from 0), with its words and what it costs in tokens."""

    passage: Passage
    rank: int
    words: frozenset[str]
    cost: int


def gathered(pages: Sequence[Passage], words: Collection[str], tokens: int, count: Count) -> tuple[Passage, ...]:
    """The pieces of `pages`, best page first, that share the rarest of `words`, about `tokens` in all; everything if it fits.

    With a piece come its short neighbours and the headings above it, which give a row its years and its scale. What is kept
    stands page by page, in the order of the page, each piece with its own place.
    """
    # Pages are counted until they are too many: to count all takes as long as to gather.
    if all(so_far <= tokens for so_far in itertools.accumulate(count(page.text) for page in pages)):
        return tuple(pages)
    pieces = [
        _Piece(part, rank, frozenset(map(str.casefold, WORD.findall(part.text))), count(part.text))
        for rank, page in enumerate(pages)
        for part in _parts(page)
    ]
    scores = _scores(pieces, words)
    kept, room = set[int](), tokens
    for best in sorted(range(len(pieces)), key=lambda i: (-scores[i], i)):
        if scores[best] <= 0:
            break
        if best not in kept and pieces[best].cost <= room:
            for i in (best, *_company(pieces, best)):
                if i not in kept and pieces[i].cost <= room:
                    kept.add(i)
                    room -= pieces[i].cost
    return joined([pieces[i].passage for i in sorted(kept)])


def _scores(pieces: Sequence[_Piece], words: Collection[str]) -> list[float]:
    """How much each piece speaks of `words`: the rarer one is among the pieces, the more it says."""
    held_by = Counter(word for piece in pieces for word in piece.words)
    says = {word: math.log(1 + len(pieces) / held_by[word]) for word in words if word in held_by}
    # fsum, for a set's order differs from process to process, and with it how a plain sum is rounded.
    own = [math.fsum(says[word] for word in says.keys() & piece.words) for piece in pieces]
    return [
        (own[i] + OF_NEIGHBOURS * math.fsum(own[j] for j in _neighbours(pieces, i)))
        * OF_THE_PAGE_BEFORE**piece.rank
        / math.sqrt(USUAL + piece.cost)
        for i, piece in enumerate(pieces)
    ]


def _company(pieces: Sequence[_Piece], i: int) -> Iterator[int]:
    """What makes a piece understood: the nearest headings above it, of years and of units, and its short neighbours."""
    for heading in (YEARS, UNITS):
        above = itertools.takewhile(lambda j: pieces[j].rank == pieces[i].rank, range(i - 1, -1, -1))
        yield from itertools.islice((j for j in above if heading.search(pieces[j].passage.text)), 1)
    yield from (j for j in _neighbours(pieces, i) if pieces[j].cost < SHORT)


def _neighbours(pieces: Sequence[_Piece], i: int) -> Iterator[int]:
    """The pieces before and after one, on its page."""
    return (j for j in (i - 1, i + 1) if 0 <= j < len(pieces) and pieces[j].rank == pieces[i].rank)


def _parts(page: Passage) -> Iterator[Passage]:
    """A page by rows and sentences; a sentence that was broken off at the end of a line goes on in the next one."""
    begun: Passage | None = None
    for piece in sentences(page):
        if begun and _is_broken_off(begun.text, piece.text):
            begun = Passage(page.id, page.document, page.page, begun.start, piece.end, begun.text + piece.text)
            continue
        if begun:
            yield begun
        begun = piece
    if begun:
        yield begun


def _is_broken_off(text: str, following: str) -> bool:
    """Does a sentence go on after `text`? Rows of a table do not."""
    if not text.endswith("\n") or len(text) > LONGEST_SENTENCE or BETWEEN_CELLS in text:
        return False
    last = text.rstrip().rsplit("\n", 1)[-1]
    if last.endswith(SENTENCE_ENDS) or ROW_ENDS.search(last):
        return False
    return following[:1].islower() or len(last) > FULL_LINE
