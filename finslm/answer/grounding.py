"""Citations: where in the evidence the operands of a program and the words of an answer stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from finslm.answer.numbers import EvidenceNumber
from finslm.documents import Citation, Passage


def stated(values: Sequence[Decimal], numbers: Sequence[EvidenceNumber]) -> tuple[EvidenceNumber, ...]:
    """The first place of each value that stands in the evidence, with any sign."""
    found = (next((n for n in numbers if abs(n.value) == abs(value)), None) for value in values)
    return tuple(dict.fromkeys(number for number in found if number))


def cite(number: EvidenceNumber) -> Citation:
    """The place of a number."""
    return _citation(number.passage, number.start, number.end)


def cite_words(words: str, passages: Sequence[Passage]) -> Citation | None:
    """The first place where `words` stand, whatever white space lies between them."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()))
    for passage in passages:
        if match := pattern.search(passage.text):
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
