"""What a model knows, through the very answers that users get: public questions asked of the runtime, and scored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from finslm.answer import Answerer, Manner
from finslm.distill import finqa, tatqa
from finslm.distill.scoring import Score, execution_match, tatqa_score
from finslm.documents import Answer, Passage, Question, Turn
from finslm.errors import PromptTooLong

T = TypeVar("T")
TOGETHER = 4
COVERAGE = 0.4
"""The share of questions, the surest first, whose answers are scored on their own."""


@dataclass(frozen=True)
class Item:
    """A public question with its evidence, and how an answer to it is scored: exact match and F1."""

    question: Question
    kind: str
    score: Callable[[Answer], tuple[float, float]]


@dataclass(frozen=True)
class Marked:
    """An answer and what it scored."""

    item: Item
    answer: Answer
    exact: float
    f1: float


@dataclass(frozen=True)
class Report:
    """The scores of a set: over all questions, by kind, and over the surest answers."""

    exact: Score
    f1: Score
    by_kind: dict[str, Score]
    surest: Score
    abstained: int


def tatqa_items(path: Path, first: int = 0) -> list[Item]:
    """The questions of a TAT-QA file from context `first` on, all passages given. Raises PathMissing and BrokenData."""
    return [
        Item(_question(q["uid"], q["question"], tatqa.passages_of(context)), q["answer_type"], _tatqa_scorer(q))
        for context in tatqa.load_contexts(path)[first:]
        for q in context["questions"]
    ]


def dialogue_items(path: Path, first: int = 0) -> list[Item]:
    """The turns of a ConvFinQA file from dialogue `first` on, with the gold history. Raises PathMissing and BrokenData."""
    items = []
    for dialogue in finqa.load_dialogues(path)[first:]:
        passages = finqa.passages_of(dialogue)
        for number, turn in enumerate(finqa.turns_of(dialogue)):
            question = _question(f"{dialogue['id']}#{number}", turn.question, passages, turn.history)
            items.append(Item(question, f"turn {min(number, 3) + 1}", _executed_scorer(turn.executed)))
    return items


def spread(items: Sequence[T], limit: int | None) -> Sequence[T]:
    """At most `limit` of the items, evenly spread."""
    return items[:: max(1, len(items) // limit)][:limit] if limit else items


def marked(items: Sequence[Item], answerer: Answerer) -> Iterator[Marked]:
    """Each item answered and scored, a few at a time, in their order."""

    def mark(item: Item) -> Marked:
        try:
            answer = answerer.answer(item.question, answerer.given(item.question), manner=Manner(is_urgent=False))
        except PromptTooLong as error:
            answer = Answer(item.question.id, "", abstained=True, reason=error.happened)
        return Marked(item, answer, *item.score(answer))

    with ThreadPoolExecutor(TOGETHER) as pool:
        yield from pool.map(mark, items)


def report(results: Iterable[Marked]) -> Report:
    """The scores of marked answers."""
    results = list(results)
    kinds = sorted({result.item.kind for result in results})
    surest = sorted(results, key=lambda result: -result.answer.confidence)[: round(COVERAGE * len(results))]
    return Report(
        exact=Score.of([result.exact for result in results]),
        f1=Score.of([result.f1 for result in results]),
        by_kind={kind: Score.of([result.exact for result in results if result.item.kind == kind]) for kind in kinds},
        surest=Score.of([result.exact for result in surest]),
        abstained=sum(result.answer.abstained for result in results),
    )


def _question(number: str, text: str, passages: Sequence[str], history: tuple[Turn, ...] = ()) -> Question:
    given = tuple(Passage(f"p{i}", f"p{i}", 0, 0, len(passage), passage) for i, passage in enumerate(passages))
    return Question(text, id=number, passages=given, history=history)


def _tatqa_scorer(question: dict[str, object]) -> Callable[[Answer], tuple[float, float]]:
    is_computed = question["answer_type"] in ("arithmetic", "count")
    return lambda answer: tatqa_score(answer, question["answer"], question["scale"] or "none", is_computed)  # type: ignore[arg-type]


def _executed_scorer(executed: object) -> Callable[[Answer], tuple[float, float]]:
    return lambda answer: (execution_match(answer, executed),) * 2
