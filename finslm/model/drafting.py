"""Prompt lookup: what followed the last words where they stood before is a cheap guess at what follows now.

Prompt-lookup decoding (Saxena 2023), after the n-gram drafts of arXiv 2304.04487. Our outputs copy numbers and names from
the evidence, so the guess is often right; a wrong one costs a few rows of one batch.
"""

from __future__ import annotations

from collections.abc import Iterable

NGRAM = 2
DRAFT_TOKENS = 4
LEAST_USE = 0.3
"""The share of guesses that must come true for guessing to go on."""
TRIAL = 12
"""Guesses made before their share is looked at."""


class Lookup:
    """Guesses the continuation of one text from the text itself."""

    def __init__(self, tokens: Iterable[int]) -> None:
        self._tokens: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}
        self._offered = self._used = 0
        self.extend(tokens)

    def extend(self, tokens: Iterable[int]) -> None:
        """Adds what was written."""
        for token in tokens:
            # The last place of an n-gram wins: what was said last is likelier to be said again. Its own end is not yet
            # a place to copy from, so it is entered when the next token comes.
            if len(self._tokens) >= NGRAM:
                self._after[tuple(self._tokens[-NGRAM:])] = len(self._tokens)
            self._tokens.append(token)

    def guess(self) -> list[int]:
        """Up to DRAFT_TOKENS tokens that may follow; none where guessing has not paid."""
        if self._offered >= TRIAL and self._used < LEAST_USE * self._offered:
            return []
        place = self._after.get(tuple(self._tokens[-NGRAM:]))
        return [] if place is None else self._tokens[place : place + DRAFT_TOKENS]

    def learn(self, offered: int, used: int) -> None:
        """Is told how many of the guessed tokens were computed, and how many came true."""
        self._offered += offered
        self._used += used
