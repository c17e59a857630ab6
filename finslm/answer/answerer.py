"""Question and evidence in; a grounded answer, or an honest abstention, out."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import cast

from finslm.answer.grammar import answer_grammar
from finslm.answer.grounding import cite_operands, cite_words
from finslm.answer.numbers import currency_of, numbers_in
from finslm.answer.program import execute, operands
from finslm.documents import Answer, Passage, Question, Scale
from finslm.errors import ProgramError
from finslm.model import Engine, Prompt, chatml

ANSWER_TOKENS = 96


@dataclass(frozen=True)
class Instructions:
    """What the model is told before the evidence."""

    system: str
    examples: str

    @classmethod
    def load(cls, data_dir: Path) -> Instructions:
        """The instructions in `data/prompts/`."""
        folder = data_dir / "prompts"
        return cls((folder / "ask_system.txt").read_text(), (folder / "ask_examples.txt").read_text())


class Answerer:
    """Answers questions with one engine; declines below the confidence `abstain_below`."""

    def __init__(
        self, engine: Engine, instructions: Instructions, *, evidence_tokens: int, abstain_below: float
    ) -> None:
        self._engine = engine
        self._instructions = instructions
        self._evidence_tokens = evidence_tokens
        self._abstain_below = abstain_below

    def pack(self, passages: Sequence[Passage]) -> tuple[Passage, ...]:
        """The first passages that fit the evidence, in the order of the document; a too long first one is cut."""
        packed: list[Passage] = []
        room = self._evidence_tokens
        for passage in passages:
            cost = self._engine.count_tokens(passage.text)
            if cost > room and packed:
                break
            packed.append(passage if cost <= room else _cut(passage, room / cost))
            room -= cost
        return tuple(packed)

    def answer(
        self,
        question: Question,
        evidence: Sequence[Passage],
        *,
        coverage: float = 1.0,
        on_text: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Answer:
        """The answer to `question` from `evidence`; `coverage` (0 to 1) is how much of the question it speaks of."""
        if not evidence:
            return abstain(question, "no passage speaks of this")
        numbers = numbers_in(evidence)
        written = self._engine.generate(
            self._prompt(question, evidence),
            grammar=answer_grammar(evidence, numbers),
            max_tokens=ANSWER_TOKENS,
            on_text=on_text,
            cancel=cancel,
        )
        # The geometric mean probability of a token, lowered where the evidence speaks of half the question only.
        confidence = coverage * math.exp(written.logprob / max(1, written.tokens))
        kind, _, rest = written.text.partition(": ")
        body, _, scale = rest.rpartition(" | ")
        if kind == "missing":
            return abstain(question, "the evidence does not state it", confidence)
        if not body:
            return abstain(question, "the model did not come to an end", confidence)
        if confidence < self._abstain_below:
            return abstain(question, f"the model is too unsure ({confidence:.2f})", confidence)
        if kind == "answer":
            return _words(question, body, evidence, confidence)
        try:
            value = execute(body)
        except ProgramError as error:
            return abstain(question, error.happened, confidence)
        places = cite_operands(operands(body), numbers)
        if not places:
            return abstain(question, "no number of the program stands in the evidence", confidence)
        unit = "percent" if scale == "percent" else _currency(evidence, places[0].passage)
        return Answer(
            id=question.id,
            answer=_spoken(value, cast(Scale, scale), unit),
            value=_rounded(value),
            scale=cast(Scale, scale),
            unit=unit,
            program=body,
            citations=places,
            confidence=round(confidence, 4),
        )

    def _prompt(self, question: Question, evidence: Sequence[Passage]) -> Prompt:
        text = "\n\n".join(passage.text.strip() for passage in evidence)
        earlier = "".join(f"Earlier question: {t.question}\nEarlier answer: {t.answer}\n" for t in question.history)
        user = f"{self._instructions.examples}\nEvidence:\n{text}\n\n{earlier}Question: {question.text}"
        return chatml(self._instructions.system, user)


def abstain(question: Question, reason: str, confidence: float = 0.0) -> Answer:
    """The honest answer when there is none."""
    return Answer(
        question.id,
        f"Not answered: {reason}.",
        abstained=True,
        reason=reason,
        confidence=round(confidence, 4),
    )


def _words(question: Question, words: str, evidence: Sequence[Passage], confidence: float) -> Answer:
    citation = cite_words(words, evidence)
    if citation is None:
        return abstain(question, "the words do not stand in the evidence", confidence)
    span = " ".join(citation.quote.split())
    return Answer(question.id, span, spans=(span,), citations=(citation,), confidence=round(confidence, 4))


def _currency(evidence: Sequence[Passage], passage_id: str) -> str | None:
    cited = next(passage for passage in evidence if passage.id == passage_id)
    return currency_of(cited.text)


def _rounded(value: Decimal) -> Decimal:
    """At most four decimals: more would pretend a precision that filings do not have."""
    rounded = round(value, 4)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


def _spoken(value: Decimal, scale: Scale, unit: str | None) -> str:
    number = format(_rounded(round(value, 2)) if abs(value) >= 1 else _rounded(value), ",f")
    if scale == "percent":
        return f"{number} %"
    return " ".join(part for part in (unit, number, "" if scale == "none" else scale) if part)


def _cut(passage: Passage, share: float) -> Passage:
    end = max(1, int(len(passage.text) * share))
    return Passage(passage.id, passage.document, passage.page, passage.start, passage.start + end, passage.text[:end])
