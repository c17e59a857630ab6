"""Contexts cut to what their questions need and some of the rest: two cores read a short context several times as fast."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from finslm.answer import BETWEEN_CELLS, numbers_of, parse_line
from finslm.distill.examples import Asked, Example

CountTokens = Callable[[str], int]
SENTENCE = re.compile(r"(?<=[.;:])\s+(?=\S)")


def trimmed(example: Example, tokens: int, count: CountTokens, chance: random.Random) -> Example:
    """The example with at most about `tokens` of evidence: what its lines are made of stays, distractors by chance.

    Tables stay whole, in front; a context that is short enough stays as it is.
    """
    if sum(count(passage) for passage in example.passages) <= tokens:
        return example
    units = [(i, unit) for i, passage in enumerate(example.passages) for unit in _units(passage)]
    kept = {i for i, (_, unit) in enumerate(units) if _is_table(unit)}
    tables = "\n".join(units[i][1] for i in kept)
    numbers, words = needs(example.asked)
    numbers -= set(numbers_of(tables))
    words = {word for word in words if word not in tables}
    kept |= {i for i, (_, unit) in enumerate(units) if numbers & set(numbers_of(unit)) or any(w in unit for w in words)}
    room = tokens - sum(count(units[i][1]) for i in kept)
    others = [i for i in range(len(units)) if i not in kept]
    for i in chance.sample(others, len(others)):
        cost = count(units[i][1])
        if cost <= room:
            kept.add(i)
            room -= cost
    chosen = [units[i] for i in sorted(kept)]
    passages = (" ".join(u for of, u in chosen if of == i) for i in range(len(example.passages)))
    return replace(example, passages=tuple(passage for passage in passages if passage))


def _units(passage: str) -> Sequence[str]:
    return (passage,) if _is_table(passage) else SENTENCE.split(passage)


def _is_table(text: str) -> bool:
    return BETWEEN_CELLS in text


def needs(questions: Iterable[Asked]) -> tuple[set[str], set[str]]:
    """The numbers and the words that the lines of `questions` are made of."""
    numbers: set[str] = set()
    words: set[str] = set()
    for asked in questions:
        line = parse_line(asked.line)
        if line and line.kind in ("calc", "check"):
            numbers |= set(numbers_of(line.parts[0]))
        elif line:
            words |= set(line.parts)
    return numbers, words
