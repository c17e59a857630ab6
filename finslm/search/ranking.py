"""Which pages answer a question: a weighted sum of what speaks for each page of the documents that are meant."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from finslm.search.thesaurus import Meaning

Column = NDArray[np.float64]
LEAST_LIKENESS = 0.3
SHARPNESS = 4
"""A page has to look like a statement nearly as much as the document's best one does."""


FEATURES = ("words", "phrases", "statement", "contents")


@dataclass(frozen=True)
class Weights:
    """How much each feature of a page counts, in the order of `FEATURES`, and how much its document's route.

    Fitted by `scripts/train_page_scorer.py`, kept in `data/search/ranking.toml`.
    """

    pages: tuple[float, ...]
    route: float

    @classmethod
    def load(cls, data_dir: Path) -> Weights:
        """The shipped weights."""
        content = tomllib.loads((data_dir / "search" / "ranking.toml").read_text())
        return cls(tuple(content["pages"][feature] for feature in FEATURES), content["route"])


@dataclass(frozen=True)
class Signs:
    """What is known of the pages of one document, an entry a page: BM25 of the question's words and of the phrases sought,
    likeness to each statement (pages, statements), marks for tables of contents."""

    words: Column
    phrases: Column
    likeness: Column
    is_contents: NDArray[np.bool_]


def features(signs: Signs, meaning: Meaning, names: tuple[str, ...]) -> Column:
    """The features of each page of a document (pages, features); `names` are those of the statements in `signs.likeness`."""
    relative = _relative_likeness(signs.likeness)
    columns = (
        _of_best(signs.words),
        _of_best(signs.phrases),
        _wanted(relative, names, meaning.statements),
        signs.is_contents.astype(float),
    )
    return np.stack(columns, axis=1)


def _relative_likeness(likeness: Column) -> Column:
    best = likeness.max(axis=0)
    return np.where(best > LEAST_LIKENESS, likeness / np.maximum(best, LEAST_LIKENESS), 0.0) ** SHARPNESS


def _wanted(relative: Column, names: tuple[str, ...], wanted: frozenset[str]) -> Column:
    chosen = [i for i, name in enumerate(names) if name in wanted]
    return relative[:, chosen].max(axis=1) if chosen else np.zeros(len(relative))


def _of_best(scores: Column) -> Column:
    return scores / max(float(scores.max()), 1e-9)
