"""Which documents a question means: by the names, years, form and quarter that it gives."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from finslm.search.profile import FORMS, PRINTED_YEAR, WORD, Profile, named, quarter_of

YEAR_ASKED = re.compile(rf"{PRINTED_YEAR.pattern}|\b(?:FY|CY) ?'?(\d\d)(?!\d)", re.IGNORECASE)
LEAST_OF_BEST = 0.3
"""A document that holds less than this share of the best one's names is not meant."""
CLEAR_NAME = 0.25
"""A word that says so much of what a word in a single document says is a name."""

# How far each sign moves a document, beside 1 for holding the best names. Chosen on the open FinanceBench questions.
YEAR, NEXT_YEAR, EARLIER_YEAR, A_YEAR_AWAY, RECENCY = 0.5, 0.12, 0.2, 0.02, 0.03
OF_QUARTER, SAME_QUARTER, ANNUAL, FORM = 0.2, 0.3, 0.15, 0.3
FIRST_YEAR = 2000


@dataclass(frozen=True)
class Route:
    """A document that a question may mean; a higher score is likelier."""

    document: str
    score: float


class Router:
    """Ranks documents for questions. What a word says is its inverse document frequency, squared: names are rare."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        self.profiles = dict(profiles)
        self._holders: dict[str, list[str]] = defaultdict(list)
        for document, profile in profiles.items():
            for word in profile.names:
                self._holders[word].append(document)

    def is_named(self, question: str) -> bool:
        """Does `question` hold a name: a word that hardly any document but its own holds?"""
        clear = CLEAR_NAME * math.log(1 + len(self.profiles)) ** 2
        return any(self._says(word) >= clear for word in _words(question))

    def routes(self, question: str, among: Collection[str]) -> tuple[Route, ...]:
        """The documents of `among` that `question` may mean, likeliest first; none where it names none of them."""
        names = self._named(question, among)
        best = max(names.values(), default=1.0)
        meant = {document: score / best for document, score in names.items() if score >= LEAST_OF_BEST * best}
        routes = (Route(d, score + period_score(question, self.profiles[d])) for d, score in meant.items())
        return tuple(sorted(routes, key=lambda route: -route.score))

    def period_score(self, question: str, document: str) -> float:
        """How well the period and form of a document fit those that `question` names."""
        return period_score(question, self.profiles[document])

    def _named(self, question: str, among: Collection[str]) -> dict[str, float]:
        scores: dict[str, float] = defaultdict(float)
        for word in _words(question):
            says = self._says(word)
            for document in self._holders.get(word, ()):
                if document in among:
                    scores[document] += says * self.profiles[document].names[word]
        return scores

    def _says(self, word: str) -> float:
        holders = self._holders.get(word)
        return math.log((1 + len(self.profiles)) / len(holders)) ** 2 if holders else 0.0


def period_score(question: str, profile: Profile) -> float:
    """How well a document's years, form and quarter fit those that `question` names."""
    form = FORM * any(profile.form == form and pattern.search(question) for form, pattern in FORMS.items())
    return _year_score(years_asked(question), profile.years) + _quarter_score(quarter_of(question), profile) + form


def years_asked(question: str) -> tuple[int, ...]:
    """The years that a question names: 2019, FY2019, FY19."""
    return tuple(int(whole or f"20{short}") for whole, short in YEAR_ASKED.findall(question))


def _year_score(asked: Collection[int], years: Collection[int]) -> float:
    if not asked:
        return RECENCY * (max(years, default=FIRST_YEAR) - FIRST_YEAR)
    if max(asked) in years:
        return YEAR
    # The next filing shows the year before beside its own.
    if max(asked) + 1 in years:
        return NEXT_YEAR
    if set(asked) & set(years):
        return EARLIER_YEAR
    return -A_YEAR_AWAY * min((abs(max(asked) - year) for year in years), default=10)


def _quarter_score(asked: int, profile: Profile) -> float:
    if not asked:
        return ANNUAL * (profile.form == "10-K")
    return OF_QUARTER * (profile.form in ("10-Q", "earnings")) + SAME_QUARTER * (profile.quarter == asked)


def _words(question: str) -> Iterable[str]:
    """The words of a question, and neighbours written as one (a file named ACTIVISIONBLIZZARD)."""
    words = WORD.findall(" ".join(named(word) for word in question.split()))
    return {*words, *(first + second for first, second in itertools.pairwise(words))}
