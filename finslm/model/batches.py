"""What the engine computes next: which tokens of which requests go into one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finslm.model.llama import BATCH_TOKENS, Step
from finslm.model.runs import Run

PATIENT_TOKENS = 256
"""The longest piece of a prompt that nobody waits for, in one batch: an urgent request waits for no more than that."""
MOST_DRAFTED = 2
"""Texts written at once up to which guessing pays: with more, the batch is no longer bound by memory."""


@dataclass(frozen=True)
class Share:
    """A run's share of a batch: tokens to compute, the last of which may be guesses."""

    run: Run
    tokens: list[int]
    draft: list[int]
    wants_logits: bool

    def steps(self) -> list[Step]:
        """The tokens at their places; logits are wanted after the last one that is no guess, and after each guess."""
        first, wanted = self.run.held, len(self.tokens) - len(self.draft) - 1
        return [
            Step(token, first + i, self.run.sequence, self.wants_logits and i >= wanted)
            for i, token in enumerate(self.tokens)
        ]


def next_batch(runs: Sequence[Run], *, drafts: bool) -> list[Share]:
    """What is being written first, then prompts, urgent ones before others; at most BATCH_TOKENS tokens in all."""
    shares, room = [], BATCH_TOKENS
    writing = [run for run in runs if not run.is_reading]
    for run in writing:
        draft = run.draft() if drafts and len(writing) <= MOST_DRAFTED else []
        tokens = [*run.todo, *draft]
        if len(tokens) <= room:
            shares.append(Share(run, tokens, draft, wants_logits=True))
            room -= len(tokens)
    return shares + _read_next([run for run in runs if run.is_reading], room)


def _read_next(reading: Sequence[Run], room: int) -> list[Share]:
    """Pieces of prompts; while an urgent one is read the others wait."""
    shares: list[Share] = []
    urgent = any(run.is_urgent for run in reading)
    room = room if urgent else min(room, PATIENT_TOKENS)
    for run in reading:
        if run.is_urgent == urgent and room > 0:
            tokens = run.todo[:room]
            shares.append(Share(run, tokens, [], wants_logits=len(tokens) == len(run.todo)))
            room -= len(tokens)
    return shares
