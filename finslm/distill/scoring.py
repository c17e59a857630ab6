"""The published metrics: TAT-QA's exact match and F1, ConvFinQA's execution accuracy, each with a 95 % interval.

Written after the definitions in arXiv 2105.07624 and arXiv 2210.03849: TAT-QA scores a number together with its scale, and
spans as a set whose order does not matter; ConvFinQA compares executed values, percentages as fractions.
"""

from __future__ import annotations

import functools
import math
import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from finslm.documents import Answer, Scale
from finslm.money import FACTORS

CENT = Decimal("0.01")
ARTICLES = re.compile(r"\b(a|an|the)\b")
NUMBER = re.compile(r"[-(]?\s*[$€£¥]?\s*-?(\d[\d,]*\.?\d*|\.\d+)\s*\)?\s*(%?)\)?")


@dataclass(frozen=True)
class Score:
    """A mean over `count` questions, and half the width of its 95 % interval (normal approximation)."""

    mean: float
    half_width: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Score:
        """The score of single results."""
        if not values:
            return cls(0.0, 0.0, 0)
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / max(1, len(values) - 1)
        return cls(mean, 1.96 * math.sqrt(variance / len(values)), len(values))


def tatqa_score(answer: Answer, gold: object, scale: Scale, is_computed: bool) -> tuple[float, float]:
    """Exact match and F1 of one answer; `gold` is a number, a text or a list of texts."""
    wanted = _normalised([str(each) for each in gold] if isinstance(gold, list) else [str(gold)], scale)
    given = _normalised(_said(answer), answer.scale)
    exact = float(sorted(given) == sorted(wanted) and bool(given))
    return exact, exact if is_computed else _aligned_f1(given, wanted)


def execution_match(answer: Answer, gold: object) -> float:
    """Whether the answer's value is the executed one, as ConvFinQA compares them: to the digits that are stored."""
    text = str(gold).strip().casefold()
    if text in ("yes", "no"):
        return float(answer.answer.casefold() == text)
    if answer.value is None:
        return 0.0
    value = answer.value * (FACTORS["percent"] if answer.scale == "percent" else 1)
    return float(math.isclose(float(value), float(text), rel_tol=1e-3, abs_tol=5e-5))


def _said(answer: Answer) -> list[str]:
    if answer.abstained:
        return []
    if answer.value is not None and answer.program:
        return [str(answer.value)]
    return list(answer.spans or [answer.answer])


def _normalised(texts: Sequence[str], scale: Scale) -> list[str]:
    return [_normal(text, scale) for text in texts]


def _normal(text: str, scale: Scale) -> str:
    """A number in units, to four digits; words without case, articles and punctuation."""
    number = _number(text)
    if number is None:
        plain = "".join(c for c in text.lower() if c not in string.punctuation)
        words = " ".join(ARTICLES.sub(" ", plain).split())
        return words if scale == "none" else f"{words} {scale}"
    value, is_percent = number
    factor = FACTORS["percent"] if is_percent else FACTORS[scale]
    return f"{float(value.quantize(CENT, ROUND_HALF_UP) * factor):.4f}"


def _number(text: str) -> tuple[Decimal, bool] | None:
    match = NUMBER.fullmatch(text.strip())
    if not match:
        return None
    try:
        value = Decimal(match[1].replace(",", ""))
    except InvalidOperation:
        return None
    is_negative = text.strip().startswith("(") or "-" in text
    return -value if is_negative else value, bool(match[2])


def _aligned_f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    """The mean F1 of the best one-to-one alignment of spans; spans too many or too few count as wrong."""

    @functools.cache
    def best(first: int, used: int) -> float:
        if first == len(given):
            return 0.0
        pairs = (
            _word_f1(given[first], wanted[j]) + best(first + 1, used | 1 << j)
            for j in range(len(wanted))
            if not used >> j & 1
        )
        return max([best(first + 1, used), *pairs])

    return best(0, 0) / max(len(given), len(wanted), 1)


def _word_f1(given: str, wanted: str) -> float:
    left, right = Counter(given.split()), Counter(wanted.split())
    common = (left & right).total()
    return 2 * common / (left.total() + right.total()) if common else 0.0
