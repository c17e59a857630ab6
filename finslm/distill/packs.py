"""Packed examples as token numbers, and the file in which they travel to a machine that has torch and nothing else of ours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Branch:
    """One question: its tokens, then those of the line (the first task) and of the rationale (the second)."""

    asked: tuple[int, ...]
    line: tuple[int, ...]
    rationale: tuple[int, ...]

    @property
    def tokens(self) -> tuple[int, ...]:
        return self.asked + self.line + self.rationale


@dataclass(frozen=True)
class Pack:
    """A context's tokens and its branches; `size` tokens in all."""

    context: tuple[int, ...]
    branches: tuple[Branch, ...]

    @property
    def size(self) -> int:
        return len(self.context) + sum(len(branch.tokens) for branch in self.branches)


def write_packs(path: Path, packs: Sequence[Pack]) -> None:
    """Writes packs as one compressed NumPy archive: all tokens in a row, and the lengths into which they are cut."""
    pieces = [piece for pack in packs for piece in (pack.context, *_parts(pack))]
    np.savez_compressed(
        path,
        tokens=np.fromiter(itertools.chain(*pieces), np.uint32),
        lengths=np.array([len(piece) for piece in pieces], np.uint32),
        branches=np.array([len(pack.branches) for pack in packs], np.uint32),
    )


def read_packs(path: Path) -> list[Pack]:
    """The packs of a file that `write_packs` wrote."""
    with np.load(path) as archive:
        tokens, lengths, branches = (archive[name].tolist() for name in ("tokens", "lengths", "branches"))
    pieces = _cut(tokens, lengths)
    return [
        Pack(next(pieces), tuple(Branch(next(pieces), next(pieces), next(pieces)) for _ in range(count)))
        for count in branches
    ]


def _parts(pack: Pack) -> Iterator[tuple[int, ...]]:
    for branch in pack.branches:
        yield from (branch.asked, branch.line, branch.rationale)


def _cut(tokens: Sequence[int], lengths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    start = 0
    for length in lengths:
        yield tuple(tokens[start : start + length])
        start += length
