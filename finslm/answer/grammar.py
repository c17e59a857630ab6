"""The output grammar of one question: numbers only from its evidence and a short list, words only from its evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from finslm.answer.evidence import is_unseen
from finslm.answer.numbers import EvidenceNumber
from finslm.answer.program import CONSTANTS, FUNCTIONS
from finslm.answer.prompt import BETWEEN_CELLS
from finslm.documents import Passage

NESTING = 2
MOST_PARTS = 8
PROGRAM_CHARACTERS = 160
WORDS_CHARACTERS = 320
ANSWER_TOKENS = 350
"""Enough for every output of the grammar, for a token is at least one character: an output always comes to its end."""
SCALE_WORDS = {
    "thousand": re.compile(r"thousand|\b000s?\b|'000|(?<![a-z])k(?![a-z])", re.IGNORECASE),
    "million": re.compile(r"million|(?<![a-z])m[mn]?(?![a-z])", re.IGNORECASE),
    "billion": re.compile(r"billion|(?<![a-z])bn?(?![a-z])", re.IGNORECASE),
}
"""Words and abbreviations of magnitude, as they stand alone, after a sign of currency or after digits: `$m`, `€bn`, `5k`."""


def answer_grammar(passages: Sequence[Passage], numbers: Sequence[EvidenceNumber]) -> str:
    """A Lark grammar (llguidance's dialect) of the answer lines (`line.py`) over this evidence."""
    literals = {format(abs(number.value), "f") for number in numbers}
    evidence = "\n".join(passage.text for passage in passages)
    return "\n".join(
        (
            # A terminal ends where nothing can go on, so what follows a program or words belongs to their terminal: the
            # blank before the bar could else be that of another operator or word.
            'start: ("calc: " PROGRAM SCALE | "check: " CLAIM "none" | KIND WORDS SCALE | "missing") "\\n"',
            'KIND: "answer: " | "count: "',
            *_program_terminals(sorted(literals | set(CONSTANTS))),
            f'PROGRAM: (SUM{NESTING} & /[^\\n]{{1,{PROGRAM_CHARACTERS}}}/) " | "',
            f'CLAIM: ((SUM1 " < " SUM1 | SUM1 " > " SUM1) & /[^\\n]{{1,{PROGRAM_CHARACTERS}}}/) " | "',
            f"SCALE: {_choices(_scales(evidence))}",
            f'WORDS: ((PART (" ; " PART){{0,{MOST_PARTS - 1}}}) & /[^\\n|]{{1,{WORDS_CHARACTERS}}}/) " | "',
            r"PART: SUBSTRING & /[^\s|]([^\n|]*[^\s|])?/",
            f"SUBSTRING: %regex {json.dumps({'substring_words': _words_of(passages)})}",
        )
    )


def _program_terminals(literals: Sequence[str]) -> Iterator[str]:
    """Sums nested up to NESTING deep, as terminals: their length can be bounded, that of recursive rules cannot."""
    yield f"NUMBER: {_choices(literals)}"
    yield f"FUNCTION: {_choices(FUNCTIONS)}"
    yield 'OPERATOR: " + " | " - " | " * " | " / " | " ** "'
    yield 'FACTOR0: "-"? NUMBER'
    yield "SUM0: FACTOR0 (OPERATOR FACTOR0)*"
    for depth in range(1, NESTING + 1):
        inner = f"SUM{depth - 1}"
        yield f'FACTOR{depth}: FACTOR0 | "(" {inner} ")" | FUNCTION "(" {inner} (", " {inner})* ")"'
        yield f"SUM{depth}: FACTOR{depth} (OPERATOR FACTOR{depth})*"


def _scales(evidence: str) -> list[str]:
    """The scales that an answer may have: a word of magnitude only if the evidence uses it."""
    return ["none", "percent", *(scale for scale, pattern in SCALE_WORDS.items() if pattern.search(evidence))]


def _choices(words: Iterable[str]) -> str:
    return " | ".join(json.dumps(word) for word in words)


def _words_of(passages: Sequence[Passage]) -> str:
    """What words may be copied from: each passage on a line of its own, for a page breaks its lines where they are full, and each row
    of a table. Control characters would not survive the grammar's own syntax; the span is looked up in the evidence again.
    """
    lines = (line for passage in passages for line in _lines(passage.text))
    return "\n".join(" ".join("".join(c for c in line if not is_unseen(c)).split()) for line in lines)


def _lines(text: str) -> list[str]:
    return text.splitlines() if BETWEEN_CELLS in text else [text]
