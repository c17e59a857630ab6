"""Choosing the next token from logits, with its probability among the tokens that may follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
Tokens = NDArray[np.intp]


@dataclass(frozen=True)
class Sampling:
    """How a token is chosen: the most probable one at temperature 0, else at random, the same for the same seed."""

    temperature: float = 0.0
    seed: int = 0


class Chooser:
    """Chooses tokens one after the other."""

    def __init__(self, sampling: Sampling) -> None:
        self._temperature = sampling.temperature
        self._random = np.random.default_rng(sampling.seed)

    def choose(self, logits: Logits, allowed: Tokens | None) -> tuple[int, float]:
        """A token and its natural log-probability at temperature 1 among the allowed ones (None: all)."""
        scores = logits if allowed is None else logits[allowed]
        place = int(scores.argmax()) if self._temperature == 0 else self._draw(scores)
        logprob = float(scores[place]) - log_sum_exp(scores)
        return (place if allowed is None else int(allowed[place])), logprob

    def _draw(self, scores: Logits) -> int:
        """A place drawn by softmax(scores / temperature), by the Gumbel-max trick (arXiv 1611.01144)."""
        noise = self._random.gumbel(size=len(scores))
        return int((scores / self._temperature + noise).argmax())


def log_sum_exp(scores: Logits) -> float:
    """log(sum(exp(scores))), without overflow."""
    highest = scores.max()
    return float(highest) + float(np.log(np.exp(scores - highest).sum()))
