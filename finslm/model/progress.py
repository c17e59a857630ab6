"""How long work tells where it is, without knowing who watches."""

from __future__ import annotations

from typing import Protocol


class OnProgress(Protocol):
    """Told now and then: `done` of `total` bytes of a stage (`fetch`, `join`, `verify`, `build`) are done."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def unwatched(stage: str, done: int, total: int) -> None:
    """Nobody watches."""
