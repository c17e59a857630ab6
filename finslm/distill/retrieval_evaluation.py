"""How well search finds the pages that answer: FinanceBench questions, whose evidence pages are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from finslm.distill.data_files import Fields, json_lines
from finslm.distill.forms import FinancebenchQuestion
from finslm.distill.scoring import Score

DEPTHS = (1, 3, 5, 10)

Place = tuple[str, int]
"""A document's name and a 0-based page."""


@dataclass(frozen=True)
class Asked:
    """A question, the document that it is about, and the 0-based pages that its answer needs."""

    text: str
    document: str
    pages: frozenset[int]


def load_asked(path: Path) -> list[Asked]:
    """The questions of a FinanceBench file. Raises PathMissing and BrokenLine."""
    return [_asked(fields) for _, fields in json_lines(path, FinancebenchQuestion)]


def page_recall(
    questions: Iterable[Asked], find: Callable[[Asked], Sequence[Place]], depths: Sequence[int] = DEPTHS
) -> dict[int, Score]:
    """For each depth, the mean share of a question's evidence pages among the first so many that `find` gives."""
    found = [(asked, find(asked)) for asked in questions]
    return {depth: Score.of([_share(asked, places[:depth]) for asked, places in found]) for depth in depths}


def _share(asked: Asked, places: Sequence[Place]) -> float:
    wanted = {(asked.document, page) for page in asked.pages}
    return len(wanted & set(places)) / len(wanted)


def _asked(fields: Fields) -> Asked:
    pages = frozenset(piece["evidence_page_num"] for piece in fields["evidence"])
    return Asked(fields["question"], fields["doc_name"], pages)
