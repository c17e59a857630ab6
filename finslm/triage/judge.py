"""Judges: one label out of many, from cues and, where it was measured to help, the model's own choice."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from finslm.model import Engine, chatml
from finslm.triage.cues import Label

FLOOR_PROBABILITY = 1e-6


@dataclass(frozen=True)
class Inquiry:
    """How the model is asked for a label, and how much its choice weighs beside the cues."""

    system: str
    question: str
    weight: float


class ModelJudge:
    """The model's choice among labels, corrected by what it would choose for an empty document.

    The correction is contextual calibration (arXiv 2102.09690); without it a small model prefers the labels whose
    words it has seen most.
    """

    def __init__(self, engine: Engine, inquiry: Inquiry, labels: Sequence[Label]) -> None:
        self._engine = engine
        self._inquiry = inquiry
        self._labels = labels
        self._habit: dict[str, float] | None = None

    def log_odds(self, excerpt: str, cancel: threading.Event | None) -> dict[str, float]:
        """Weighted log-probabilities of the labels for `excerpt`, less the model's habit. Raises Cancelled."""
        if self._habit is None:
            self._habit = self._ask("(empty document)", cancel)
        seen = self._ask(excerpt, cancel)
        return {key: self._inquiry.weight * (seen[key] - self._habit[key]) for key in seen}

    def _ask(self, excerpt: str, cancel: threading.Event | None) -> dict[str, float]:
        prompt = chatml(self._inquiry.system, f"{excerpt}\n\n{self._inquiry.question}")
        chosen = self._engine.choose(prompt, [label.name for label in self._labels], is_urgent=False, cancel=cancel)
        return {label.key: math.log(max(chosen[label.name], FLOOR_PROBABILITY)) for label in self._labels}


def one_of(
    labels: Sequence[Label], text: str, facts: Iterable[str], more: Mapping[str, float] | None = None
) -> dict[str, float]:
    """The probability of each label, exactly one of which holds; the most probable comes first.

    `more` adds log-odds from elsewhere, such as the model's.
    """
    facts = tuple(facts)
    scores = {label.key: label.log_odds(text, facts) + (more or {}).get(label.key, 0.0) for label in labels}
    highest = max(scores.values())
    weights = {key: math.exp(score - highest) for key, score in scores.items()}
    total = sum(weights.values())
    return {key: weights[key] / total for key in sorted(weights, key=lambda key: -weights[key])}


def each_of(labels: Sequence[Label], text: str, facts: Iterable[str]) -> dict[str, float]:
    """The probability of each label, any number of which may hold."""
    facts = tuple(facts)
    return {label.key: 1 / (1 + math.exp(-label.log_odds(text, facts))) for label in labels}


def margin(probabilities: Mapping[str, float]) -> float:
    """How far the most probable label is ahead of the next, 0 to 1."""
    first, second, *_ = sorted(probabilities.values(), reverse=True)
    return first - second
