"""Choosing the next token from logits, with its probability among the tokens that may follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
Tokens = NDArray[np.intp]


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

    def choose(self, logits: Logits, tokens: Tokens | None = None) -> tuple[int, float]:
        """A token and its natural log-probability at temperature 1; `tokens` are those that the logits belong to."""
        place = int(logits.argmax()) if self._temperature == 0 else self._draw(logits)
        logprob = float(logits[place]) - log_sum_exp(logits)
        return (place if tokens is None else int(tokens[place])), logprob

    def _draw(self, scores: Logits) -> int:
        """A place drawn by softmax(scores / temperature)."""
        weights = np.exp((scores - scores.max()) / np.float32(self._temperature))
        below = weights.cumsum(dtype=np.float64)
        return int(below.searchsorted(self._random.random() * below[-1], side="right").clip(max=len(scores) - 1))


def log_sum_exp(scores: Logits) -> float:
    """log(sum(exp(scores))), without overflow."""
    highest = scores.max()
    weights = scores - highest
    np.exp(weights, out=weights)  # in place: a vocabulary long, at every token
    return float(highest) + float(np.log(weights.sum()))
