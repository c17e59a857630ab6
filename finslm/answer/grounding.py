"""Citations: where in the evidence the operands of a program and the words of an answer stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from finslm.answer.evidence import is_unseen
from finslm.answer.numbers import EvidenceNumber
from finslm.documents import Citation, Passage


def stated(
    values: Sequence[Decimal], numbers: Sequence[EvidenceNumber], fits: Callable[[EvidenceNumber], bool]
) -> tuple[EvidenceNumber, ...]:
    """A place of each value that stands in the evidence, with any sign: the first that `fits`, else the first."""
    places = ([n for n in numbers if abs(n.value) == abs(value)] for value in values)
    return tuple(dict.fromkeys(next(filter(fits, found), found[0]) for found in places if found))


def cite(number: EvidenceNumber) -> Citation:
    """The place of a number."""
    return _citation(number.passage, number.start, number.end)


def cite_words(words: str, passages: Sequence[Passage]) -> Citation | None:
    """The first place where `words` stand, whatever white space lies between them, and whatever unseen signs among them; if they can,
    as words and numbers of their own."""
    unseen = re.escape("".join({sign for passage in passages for sign in passage.text if is_unseen(sign)}))
    within, between = (f"[{unseen}]*" if unseen else ""), rf"[\s{unseen}]+"
    pattern = between.join(within.join(map(re.escape, word)) for word in words.split())
    for wanted in (rf"(?<![\w.,]){pattern}(?!\w|[.,]\d)", pattern):
        for passage in passages:
            if match := re.search(wanted, passage.text):
                return _citation(passage, match.start(), match.end())
    return None


def _citation(passage: Passage, start: int, end: int) -> Citation:
    return Citation(
        passage.document,
        passage.page,
        passage.id,
        passage.start + start,
        passage.start + end,
        passage.text[start:end],
    )
