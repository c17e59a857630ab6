"""The page scorer learns what tells the pages that answer."""

from __future__ import annotations

import numpy as np

from finslm.distill.page_scorer import Lesson, loss, recall_at, trained, whole
from finslm.search.ranking import FEATURES


def lessons(count: int, telling: int) -> list[Lesson]:
    """Pages of chance, of which the one that answers stands out in the feature `telling`, against the others' noise."""
    chance = np.random.default_rng(7)
    made = []
    for _ in range(count):
        features = chance.random((30, len(FEATURES)))
        features[4, telling] = 1.3
        made.append(Lesson(features, (4,)))
    return made


def test_the_feature_that_tells_the_answer_gets_the_weight() -> None:
    for telling in range(len(FEATURES)):
        taught = lessons(60, telling)
        start = [1.0] * len(FEATURES)
        weights = trained(taught, start)
        assert max(range(len(FEATURES)), key=lambda i: weights[i]) == telling
        assert loss(taught, weights) < loss(taught, start)
        assert recall_at(lessons(20, telling), weights, 1) > 0.95


def test_lessons_whose_pages_are_not_in_the_filing_are_left_out() -> None:
    features = np.zeros((3, len(FEATURES)))
    assert [each.answers for each in whole([Lesson(features, (5,)), Lesson(features, (1,)), Lesson(features, ())])] == [
        (1,)
    ]
