"""Choosing the next token from logits, among those that may follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
Allowed = NDArray[np.bool_]
"""For each token of the vocabulary, whether it may follow."""

NEGLIGIBLE = np.float32(16)


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

    def choose(self, logits: Logits, allowed: Allowed | None = None) -> int:
        """The next token: any, or one of those `allowed`."""
        if allowed is None:
            return self._best(logits)
        # Gathering costs more than choosing, and what the model wants most is mostly allowed.
        if self._temperature == 0 and allowed[best := int(logits.argmax())]:
            return best
        tokens = np.flatnonzero(allowed)
        return int(tokens[self._best(logits[tokens])])

    def _best(self, scores: Logits) -> int:
        return int(scores.argmax()) if self._temperature == 0 else self._draw(scores)

    def _draw(self, scores: Logits) -> int:
        """A place drawn by softmax(scores / temperature)."""
        weights = np.exp((scores - scores.max()) / np.float32(self._temperature))
        below = weights.cumsum(dtype=np.float64)
        return int(below.searchsorted(self._random.random() * below[-1], side="right").clip(max=len(scores) - 1))


def log_sum_exp(scores: Logits) -> float:
    """log(sum(exp(scores))), without overflow.

    Scores more than NEGLIGIBLE below the highest are left out, most of a vocabulary at every token: 50,000 of them would
    add 0.006.
    """
    highest = scores.max()
    weights = np.exp(scores.compress(scores > highest - NEGLIGIBLE) - highest)
    return float(highest) + float(np.log(weights.sum()))
