"""Which sequence of a context holds which tokens. What begins alike is computed once and shared.

A context has a fixed number of cells, one a token; sequences that begin alike share the cells of their beginning. A
sequence whose request has ended stays, idle, for the next request that begins like it; when another comes it moves to
ordinary memory, up to a bound, and comes back from there faster than it could be computed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finslm.model.llama import MAX_SEQUENCES, Llama

WORTH_SAVING = 256
"""Tokens from which a beginning is kept in ordinary memory."""
WORTH_LOADING = 64
"""Tokens that a saved beginning must be ahead of the best one in the context."""
WORTH_LEAVING = 128
"""Tokens of which an idle sequence may hold more than serves the next request, before it leaves the context."""
STRIDE = 128


@dataclass(frozen=True)
class Saved:
    """Tokens, and what the model made of them."""

    tokens: list[int]
    data: NDArray[np.uint8]


class Sequences:
    """The sequences of one context; `saved_bytes` bounds what is kept outside of it."""

    def __init__(self, llama: Llama, *, saved_bytes: int) -> None:
        self._llama = llama
        self._saved_bytes = saved_bytes
        self._free = list(range(MAX_SEQUENCES))
        self._active: dict[int, list[int]] = {}
        self._idle: dict[int, list[int]] = {}
        self._saved: list[Saved] = []

    @property
    def bytes_saved(self) -> int:
        """The ordinary memory that saved beginnings take."""
        return sum(saved.data.nbytes for saved in self._saved)

    def held(self, tokens: Sequence[int]) -> int:
        """How many tokens, from the first on, need not be computed again."""
        known = [*self._active.values(), *self._idle.values(), *(saved.tokens for saved in self._saved)]
        return max((shared_prefix(tokens, other) for other in known), default=0)

    def room_for(self, planned: Iterable[Sequence[int]], more: int) -> bool:
        """Is there room for the planned texts and `more` tokens? Idle sequences make way, the oldest first."""
        planned = list(planned)
        while distinct_cells([*planned, *self._idle.values()]) + more > self._llama.context_tokens:
            if not self.give_way():
                return False
        return True

    def open(self, tokens: Sequence[int]) -> tuple[int, int]:
        """A sequence for `tokens`, and how many of them it holds already.

        Idle sequences that do not serve it, or only with their first words, leave the context: every token that is computed passes
        over all cells in use, its own or not, and a prompt of 1,500 tokens is read up to a fifth slower beside another one.
        """
        best = self._best(tokens)
        for other in [other for other in self._idle if other != best]:
            self._put_away(other)
        if not self._free:
            self._put_away(next(iter(self._idle)))
        sequence = self._free.pop()
        resident = self._active.get(best) or self._idle.get(best) or []
        common = shared_prefix(tokens, resident)
        loaded = self._load(sequence, tokens, common + WORTH_LOADING)
        if not loaded and common:
            self._llama.copy(best, sequence, common)
        if best in self._idle and len(resident) - common > WORTH_LEAVING:
            self._put_away(best)
        self._active[sequence] = list(tokens[: loaded or common])
        return sequence, loaded or common

    def _best(self, tokens: Sequence[int]) -> int:
        """The sequence that begins most like `tokens`; -1 when none begins like them."""
        lengths = {other: shared_prefix(tokens, held) for other, held in {**self._active, **self._idle}.items()}
        best = max(lengths, key=lambda other: lengths[other], default=-1)
        return best if lengths.get(best) else -1

    def grow(self, sequence: int, tokens: Iterable[int]) -> None:
        """Notes that the sequence holds these tokens too."""
        self._active[sequence] += tokens

    def cut(self, sequence: int, length: int) -> None:
        """Forgets what the sequence holds from `length` on."""
        self._llama.keep(sequence, length)
        del self._active[sequence][length:]

    def close(self, sequence: int, keep: int) -> None:
        """Ends a sequence; its first `keep` tokens stay for those that begin alike."""
        self.cut(sequence, keep)
        tokens = self._active.pop(sequence)
        if not tokens:
            self._forget(sequence)
            return
        for other, held in list(self._idle.items()):
            if shared_prefix(held, tokens) == len(tokens):
                self._forget(sequence)
                return
            if shared_prefix(held, tokens) == len(held):
                self._forget(other)
        self._idle[sequence] = tokens

    def give_way(self) -> bool:
        """Moves the sequence that has been idle longest out of the context; False when there is none."""
        if not self._idle:
            return False
        self._put_away(next(iter(self._idle)))
        return True

    def reset(self) -> None:
        """Forgets everything, as after a failure of the context."""
        self._llama.clear()
        self._free, self._active, self._idle = list(range(MAX_SEQUENCES)), {}, {}

    def _put_away(self, sequence: int) -> None:
        if len(self._idle[sequence]) >= WORTH_SAVING:
            self._save(sequence, self._idle[sequence])
        self._forget(sequence)

    def _forget(self, sequence: int) -> None:
        self._llama.keep(sequence, 0)
        self._idle.pop(sequence, None)
        self._free.append(sequence)

    def _save(self, sequence: int, tokens: list[int]) -> None:
        self._saved = [s for s in self._saved if shared_prefix(s.tokens, tokens) < min(len(s.tokens), len(tokens))]
        self._saved.append(Saved(tokens, self._llama.save(sequence)))
        while self.bytes_saved > self._saved_bytes:
            self._saved.pop(0)

    def _load(self, sequence: int, tokens: Sequence[int], least: int) -> int:
        """How many of `tokens` the sequence holds after the best saved beginning was loaded; 0 when none was."""
        best = max(self._saved, key=lambda saved: shared_prefix(tokens, saved.tokens), default=None)
        shared = shared_prefix(tokens, best.tokens) if best else 0
        if best is None or shared < least or not self._llama.load(sequence, best.data):
            return 0
        self._saved.remove(best)
        self._saved.append(best)
        self._llama.keep(sequence, shared)
        return shared


def shared_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens `a` and `b` have in common from the first on."""
    most = min(len(a), len(b))
    for start in range(0, most, STRIDE):
        if a[start : start + STRIDE] != b[start : start + STRIDE]:
            return next((i for i in range(start, most) if a[i] != b[i]), most)
    return most


def distinct_cells(texts: Iterable[Sequence[int]]) -> int:
    """How many cells the texts take when each shares the cells of its beginning with the others."""
    ordered = sorted(map(list, texts))
    shared = sum(shared_prefix(a, b) for a, b in itertools.pairwise(ordered))
    return sum(map(len, ordered)) - shared
