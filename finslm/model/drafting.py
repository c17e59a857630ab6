"""Prompt lookup: what followed the last words where they stood before is a cheap guess at what follows now.

Prompt-lookup decoding (Saxena 2023), after the n-gram drafts of arXiv 2304.04487. Our outputs copy numbers and names from
the evidence, so the guess is often right; a wrong one costs a few rows of one batch.
"""

from __future__ import annotations

from collections.abc import Sequence

NGRAM = 2
DRAFT_TOKENS = 4
LEAST_USE = 0.3
"""The share of guesses that must come true for guessing to go on."""
TRIAL = 12
"""Guesses made before their share is looked at."""


class Lookup:
    """Guesses the continuation of one text, `tokens`, from the text itself; the list may grow between guesses."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = tokens
        self._after: dict[tuple[int, ...], int] = {}
        self._entered = NGRAM
        self._offered = self._used = 0

    def guess(self) -> list[int]:
        """Up to DRAFT_TOKENS tokens that may follow; none where guessing has not paid."""
        if self._offered >= TRIAL and self._used < LEAST_USE * self._offered:
            return []
        self._enter()
        place = self._after.get(tuple(self._tokens[-NGRAM:]))
        return [] if place is None else list(self._tokens[place : place + DRAFT_TOKENS])

    def _enter(self) -> None:
        """Notes what stands behind each n-gram. The last place wins: what was said last is likelier to be said again; the end
        of the text is no place to copy from yet.
        """
        for place in range(self._entered, len(self._tokens)):
            self._after[tuple(self._tokens[place - NGRAM : place])] = place
        self._entered = max(NGRAM, len(self._tokens))

    def learn(self, offered: int, used: int) -> None:
        """Is told how many of the guessed tokens were computed, and how many came true."""
        self._offered += offered
        self._used += used
