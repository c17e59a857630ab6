"""Trains the page scorer of search: the weights under which the pages that answer come first in their filing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finslm.search.ranking import FEATURES

Column = NDArray[np.float64]
STEPS, RATE, SHRINK = 2000, 0.05, 1e-3


@dataclass(frozen=True)
class Lesson:
    """The features of a filing's pages for one question (pages, features), and which pages answer it."""

    features: Column
    answers: tuple[int, ...]


def trained(lessons: Sequence[Lesson], start: Sequence[float]) -> tuple[float, ...]:
    """The weights that make the answering pages likeliest, under a softmax over the pages of each filing (ListNet's loss for one
    relevant grade, Cao et al. 2007), by gradient descent with momentum from `start`."""
    weights, speed = np.array(start, float), np.zeros(len(FEATURES))
    for _ in range(STEPS):
        gradient = sum((_gradient(lesson, weights) for lesson in lessons), np.zeros(len(FEATURES))) / len(lessons)
        speed = 0.9 * speed - RATE * (gradient + SHRINK * weights)
        weights = weights + speed
    return tuple(round(float(weight), 3) for weight in weights)


def loss(lessons: Iterable[Lesson], weights: Sequence[float]) -> float:
    """The mean negative log-likelihood of the answering pages."""
    return float(np.mean([-np.log(_likely(each, np.array(weights))[list(each.answers)].sum()) for each in lessons]))


def recall_at(lessons: Iterable[Lesson], weights: Sequence[float], depth: int) -> float:
    """The mean share of answering pages among the first `depth`."""
    return float(np.mean([_found(lesson, np.array(weights), depth) for lesson in lessons]))


def whole(lessons: Iterable[Lesson]) -> Iterator[Lesson]:
    """The lessons whose answering pages are pages of the filing, and not all of them."""
    for lesson in lessons:
        if 0 < len(lesson.answers) < len(lesson.features) and max(lesson.answers) < len(lesson.features):
            yield lesson


def _likely(lesson: Lesson, weights: Column) -> Column:
    scores = lesson.features @ weights
    grown = np.exp(scores - scores.max())
    return np.asarray(grown / grown.sum())


def _gradient(lesson: Lesson, weights: Column) -> Column:
    likely, answers = _likely(lesson, weights), list(lesson.answers)
    among = likely[answers] / likely[answers].sum()
    return np.asarray(likely @ lesson.features - among @ lesson.features[answers])


def _found(lesson: Lesson, weights: Column, depth: int) -> float:
    first = np.argsort(-(lesson.features @ weights), kind="stable")[:depth]
    return len(set(first.tolist()) & set(lesson.answers)) / len(lesson.answers)
