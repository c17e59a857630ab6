"""Citations: where in the evidence the operands of a program and the words of an answer stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from finslm.answer.numbers import EvidenceNumber
from finslm.answer.program import CONSTANTS
from finslm.documents import Citation, Passage


def cite_operands(values: Sequence[Decimal], numbers: Sequence[EvidenceNumber]) -> tuple[Citation, ...]:
    """One citation for each operand that stands in the evidence, each place once.

    Beside other operands a constant such as 100 is taken for what it is, even if the evidence holds a 100 too.
    """
    constants = {Decimal(constant) for constant in CONSTANTS}
    cited = [value for value in values if abs(value) not in constants] or values
    found = (next((n for n in numbers if abs(n.value) == abs(value)), None) for value in cited)
    citations = [_citation(n.passage, n.start, n.end) for n in found if n]
    return tuple(dict.fromkeys(citations))


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
