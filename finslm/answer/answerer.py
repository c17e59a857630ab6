"""Question and evidence in; a grounded answer, or an honest abstention, out."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from finslm.answer.composing import compose
from finslm.answer.evidence import WORD, fitting
from finslm.answer.gathering import gathered
from finslm.answer.grammar import ANSWER_TOKENS, answer_grammar
from finslm.answer.line import parse_line
from finslm.answer.numbers import numbers_in
from finslm.answer.prompt import Instructions, ask_prompt
from finslm.documents import Answer, Passage, Question
from finslm.errors import ProgramError
from finslm.model import Engine, lark


@dataclass(frozen=True)
class Manner:
    """How an answer is wanted: before those that nobody waits for, streamed to `on_text`, until `cancel` is set."""

    is_urgent: bool = True
    on_text: Callable[[str], None] | None = None
    cancel: threading.Event | None = None


class Answerer:
    """Answers questions with one engine; declines below the confidence `abstain_below`."""

    def __init__(
        self, engine: Engine, instructions: Instructions, *, evidence_tokens: int, abstain_below: float
    ) -> None:
        self._engine = engine
        self._instructions = instructions
        self._evidence_tokens = evidence_tokens
        self._abstain_below = abstain_below

    def found(self, pages: Sequence[Passage], sought: Collection[str]) -> tuple[Passage, ...]:
        """The evidence that pages found by a search make, best first; `sought` are the words of the question and of its meaning."""
        return gathered(pages, sought, self._evidence_tokens, self._engine.count_tokens)

    def given(self, question: Question) -> tuple[Passage, ...]:
        """The evidence that the passages of the question itself make."""
        speaking = [passage for passage in question.passages or () if WORD.search(passage.text)]
        return fitting(speaking, question.text, self._evidence_tokens, self._engine.count_tokens)

    def answer(
        self,
        question: Question,
        evidence: Sequence[Passage],
        *,
        coverage: float = 1.0,
        manner: Manner = Manner(),
    ) -> Answer:
        """The answer to `question` from `evidence`; `coverage` (0 to 1) is how much of the question it speaks of."""
        if not evidence:
            return abstain(question, "no passage speaks of this")
        numbers = numbers_in(evidence)
        written = self._engine.generate(
            ask_prompt(self._instructions, [passage.text for passage in evidence], question.text, question.history),
            grammar=lark(answer_grammar(evidence, numbers)),
            max_tokens=ANSWER_TOKENS,
            is_urgent=manner.is_urgent,
            on_text=manner.on_text,
            cancel=manner.cancel,
        )
        # The probability of this very line among all that the model could have said, for where the grammar had to hold it
        # back it was wrong more often; lowered where the evidence speaks of a part of the question only.
        confidence = round(coverage * math.exp(written.logprob), 4)
        line = parse_line(written.text)
        if line is None:
            return abstain(question, "the model did not come to an end", confidence)
        if line.kind == "missing":
            return abstain(question, "the evidence does not state it", confidence)
        if confidence < self._abstain_below:
            return abstain(question, "the model is too unsure", confidence)
        try:
            return compose(question, line, evidence, numbers, confidence)
        except ProgramError as error:
            return abstain(question, error.happened, confidence)


def abstain(question: Question, reason: str, confidence: float = 0.0) -> Answer:
    """The honest answer when there is none."""
    return Answer(
        question.id,
        f"Not answered: {reason}.",
        abstained=True,
        reason=reason,
        confidence=confidence,
    )
