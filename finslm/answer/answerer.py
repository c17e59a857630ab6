"""Question and evidence in; a grounded answer, or an honest abstention, out."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import cast

from finslm.answer.grammar import ANSWER_TOKENS, answer_grammar
from finslm.answer.grounding import cite_operands, cite_words
from finslm.answer.numbers import EvidenceNumber, currency_of, numbers_in
from finslm.answer.program import execute, operands
from finslm.documents import Answer, Passage, Question, Scale
from finslm.errors import ProgramError
from finslm.model import Engine, Prompt, chatml, lark


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
        manner: Manner = Manner(),
    ) -> Answer:
        """The answer to `question` from `evidence`; `coverage` (0 to 1) is how much of the question it speaks of."""
        if not evidence:
            return abstain(question, "no passage speaks of this")
        numbers = numbers_in(evidence)
        written = self._engine.generate(
            self._prompt(question, evidence),
            grammar=lark(answer_grammar(evidence, numbers)),
            max_tokens=ANSWER_TOKENS,
            is_urgent=manner.is_urgent,
            on_text=manner.on_text,
            cancel=manner.cancel,
        )
        # The geometric mean probability of a token, lowered where the evidence speaks of half the question only.
        confidence = coverage * math.exp(written.logprob / max(1, written.tokens))
        kind, _, rest = written.text.partition(": ")
        body, _, scale = rest.rpartition(" | ")
        if doubt := self._doubt(kind, body, confidence):
            return abstain(question, doubt, confidence)
        if kind == "answer":
            return _words(question, body, evidence, confidence)
        try:
            return _computed(question, body, cast(Scale, scale), numbers, confidence)
        except ProgramError as error:
            return abstain(question, error.happened, confidence)

    def _doubt(self, kind: str, body: str, confidence: float) -> str | None:
        """Why an output is no answer, if it is none."""
        if kind == "missing":
            return "the evidence does not state it"
        if not body:
            return "the model did not come to an end"
        if confidence < self._abstain_below:
            return f"the model is too unsure ({confidence:.2f})"
        return None

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


def _computed(
    question: Question, program: str, scale: Scale, numbers: Sequence[EvidenceNumber], confidence: float
) -> Answer:
    """The program's exact value with its operands' places. Raises ProgramError when it has none."""
    value = execute(program)
    places = cite_operands(operands(program), numbers)
    if not places:
        raise ProgramError("no number of the program stands in the evidence")
    cited = next(number.passage for number in numbers if number.passage.id == places[0].passage)
    unit = "percent" if scale == "percent" else currency_of(cited.text)
    return Answer(
        id=question.id,
        answer=_spoken(value, scale, unit),
        value=_rounded(value),
        scale=scale,
        unit=unit,
        program=program,
        citations=places,
        confidence=round(confidence, 4),
    )


def _words(question: Question, words: str, evidence: Sequence[Passage], confidence: float) -> Answer:
    citation = cite_words(words, evidence)
    if citation is None:
        return abstain(question, "the words do not stand in the evidence", confidence)
    span = " ".join(citation.quote.split())
    return Answer(question.id, span, spans=(span,), citations=(citation,), confidence=round(confidence, 4))


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
