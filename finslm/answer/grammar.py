"""The output grammar of one question: numbers only from its evidence and a short list, words only from its evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from finslm.answer.numbers import EvidenceNumber
from finslm.answer.program import CONSTANTS, FUNCTIONS
from finslm.documents import Passage

SPAN_CHARACTERS = 240
YEAR = re.compile(r"(?:19|20)\d\d")
SCALE_WORDS = {
    "thousand": re.compile(r"thousand|\b000s?\b|'000", re.IGNORECASE),
    "million": re.compile(r"million|\bmn\b|\$m\b|\d ?m\b", re.IGNORECASE),
    "billion": re.compile(r"billion|\bbn\b", re.IGNORECASE),
}


def answer_grammar(passages: Sequence[Passage], numbers: Sequence[EvidenceNumber]) -> str:
    """A Lark grammar (llguidance's dialect) of `calc:`, `answer:` and `missing` lines over this evidence."""
    literals = {format(abs(number.value), "f") for number in numbers}
    # A year in a heading tempts a small model to compute with it; it is an operand only where nothing else is.
    literals = {literal for literal in literals if not YEAR.fullmatch(literal)} or literals
    evidence = "\n".join(passage.text for passage in passages)
    return "\n".join(
        (
            'start: "calc: " sum " | " SCALE | "answer: " SPAN " | none" | "missing"',
            'sum: product ((" + " | " - ") product)*',
            'product: factor ((" * " | " / ") factor)*',
            'factor: NUMBER | "-" NUMBER | "(" sum ")" | FUNCTION "(" sum (", " sum)* ")"',
            f"FUNCTION: {_choices(FUNCTIONS)}",
            f"NUMBER: {_choices(sorted(literals | set(CONSTANTS)))}",
            f"SCALE: {_choices(_scales(evidence))}",
            f"SPAN: LINES & /[^\\n|]{{2,{SPAN_CHARACTERS}}}/",
            f"LINES: %regex {json.dumps({'substring_words': _squeezed(evidence)})}",
        )
    )


def _scales(evidence: str) -> list[str]:
    """The scales that an answer may have: a word of magnitude only if the evidence uses it."""
    return ["none", "percent", *(scale for scale, pattern in SCALE_WORDS.items() if pattern.search(evidence))]


def _choices(words: Iterable[str]) -> str:
    return " | ".join(json.dumps(word) for word in words)


def _squeezed(text: str) -> str:
    """Control characters would not survive the grammar's own syntax; the span is looked up in the evidence again."""
    return re.sub(r"[^\S\n]+", " ", "".join(c for c in text if c.isprintable() or c.isspace()))
