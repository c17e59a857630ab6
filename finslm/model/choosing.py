"""Choosing the next token from logits, among those that may follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
Allowed = NDArray[np.bool_]
"""For each token of the vocabulary, whether it may follow."""


class Limit(Protocol):
    """What may follow. To ask for one token takes a microsecond, to ask for all of a vocabulary a hundred."""

    def admits(self, token: int) -> bool:
        """May this token follow?"""
        ...

    def allowed(self) -> Allowed:
        """Which tokens may."""
        ...


NEGLIGIBLE, IMPOSSIBLE = np.float32(16), np.float32(-np.inf)


@dataclass(frozen=True)
class Sampling:
    """How a token is chosen: the most probable one at temperature 0, else at random, the same for the same seed.

    An endless text takes the end for a token like any other: only `max_tokens` or a grammar ends it. For measuring.
    """

    temperature: float = 0.0
    seed: int = 0
    is_endless: bool = False


class Chooser:
    """Chooses tokens one after the other."""

    def __init__(self, sampling: Sampling) -> None:
        self._temperature = sampling.temperature
        self._random = np.random.default_rng(sampling.seed)

    def choose(self, logits: Logits, limit: Limit | None = None) -> tuple[int, float]:
        """The next token, any or one that `limit` allows, and the natural logarithm of its probability among all."""
        favourite = int(logits.argmax())
        if self._temperature == 0 and (limit is None or limit.admits(favourite)):
            token = favourite
        else:
            scores = logits if limit is None else np.where(limit.allowed(), logits, IMPOSSIBLE)
            token = self._draw(scores) if self._temperature else int(scores.argmax())
        return token, float(logits[token]) - log_sum_exp(logits, logits[favourite])

    def _draw(self, scores: Logits) -> int:
        """A place drawn by softmax(scores / temperature)."""
        weights = np.exp((scores - scores.max()) / np.float32(self._temperature))
        below = weights.cumsum(dtype=np.float64)
        # Below all of them together: a draw that is rounded up to their sum would lie behind the last.
        at = min(self._random.random() * below[-1], np.nextafter(below[-1], 0))
        return int(below.searchsorted(at, side="right"))


def log_sum_exp(scores: Logits, highest: np.float32) -> float:
    """log(sum(exp(scores))), without overflow; `highest` is the highest of them.

    Scores more than NEGLIGIBLE below the highest are left out, most of a vocabulary at every token: 50,000 of them would
    add 0.006.
    """
    weights = np.exp(scores.compress(scores > highest - NEGLIGIBLE) - highest)
    return float(highest) + float(np.log(weights.sum()))
