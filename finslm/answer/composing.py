"""From the line that a model wrote to the answer that is shown: computed, spoken, and cited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from finslm.answer.grounding import cite_operands, cite_words
from finslm.answer.line import AnswerLine
from finslm.answer.numbers import EvidenceNumber, currency_of
from finslm.answer.program import execute, holds, is_ratio, operands
from finslm.documents import Answer, Citation, Passage, Question, Scale
from finslm.errors import ProgramError

AMOUNT = re.compile(r"[($€£¥\s-]*(?:\d[\d,]*\.?\d*|\.\d+)[)%\s]*")
"""Words that are one number as printed, and nothing else."""


def compose(
    question: Question,
    line: AnswerLine,
    evidence: Sequence[Passage],
    numbers: Sequence[EvidenceNumber],
    confidence: float,
) -> Answer:
    """The answer that `line` is. Raises ProgramError when it has no value, or does not stand in the evidence."""
    match line.kind:
        case "calc":
            return _computed(question, line, numbers, confidence)
        case "check":
            return _checked(question, line.parts[0], numbers, confidence)
        case "count":
            return _counted(question, line, evidence, confidence)
    return _copied(question, line, evidence, numbers, confidence)


def _computed(question: Question, line: AnswerLine, numbers: Sequence[EvidenceNumber], confidence: float) -> Answer:
    program = line.parts[0]
    value, places = execute(program), _cited(program, numbers)
    unit = None if line.scale == "none" and is_ratio(program) else _unit(line.scale, places, numbers)
    return Answer(
        id=question.id,
        answer=_spoken(value, line.scale, unit),
        value=_rounded(value),
        scale=line.scale,
        unit=unit,
        program=program,
        citations=places,
        confidence=confidence,
    )


def _checked(question: Question, claim: str, numbers: Sequence[EvidenceNumber], confidence: float) -> Answer:
    spoken = "Yes" if holds(claim) else "No"
    return Answer(question.id, spoken, program=claim, citations=_cited(claim, numbers), confidence=confidence)


def _counted(question: Question, line: AnswerLine, evidence: Sequence[Passage], confidence: float) -> Answer:
    places = _places(line.parts, evidence)
    spans = tuple(" ".join(place.quote.split()) for place in places)
    return Answer(
        id=question.id,
        answer=str(len(spans)),
        spans=spans,
        value=Decimal(len(spans)),
        program=f"count({', '.join(spans)})",
        citations=places,
        confidence=confidence,
    )


def _copied(
    question: Question,
    line: AnswerLine,
    evidence: Sequence[Passage],
    numbers: Sequence[EvidenceNumber],
    confidence: float,
) -> Answer:
    places = _places(line.parts, evidence)
    spans = tuple(" ".join(place.quote.split()) for place in places)
    value = _amount(places[0], numbers) if len(places) == 1 else None
    return Answer(
        id=question.id,
        answer="; ".join(spans),
        spans=spans,
        value=value,
        scale=line.scale,
        unit=None if value is None else _unit(line.scale, places, numbers),
        citations=places,
        confidence=confidence,
    )


def _cited(program: str, numbers: Sequence[EvidenceNumber]) -> tuple[Citation, ...]:
    if places := cite_operands(operands(program), numbers):
        return places
    raise ProgramError("no number of the program stands in the evidence")


def _places(parts: Sequence[str], evidence: Sequence[Passage]) -> tuple[Citation, ...]:
    places = [cite_words(part, evidence) for part in parts]
    if any(place is None for place in places):
        raise ProgramError("the words do not stand in the evidence")
    return tuple(place for place in places if place)


def _amount(place: Citation, numbers: Sequence[EvidenceNumber]) -> Decimal | None:
    """The value of cited words that are a number."""
    if not AMOUNT.fullmatch(place.quote):
        return None
    within = (n for n in numbers if n.passage.id == place.passage and n.passage.start + n.start >= place.start)
    return next((n.value for n in within if n.passage.start + n.end <= place.end), None)


def _unit(scale: Scale, places: Sequence[Citation], numbers: Sequence[EvidenceNumber]) -> str | None:
    if scale == "percent":
        return "percent"
    return next((currency_of(n.passage.text) for n in numbers if n.passage.id == places[0].passage), None)


def _rounded(value: Decimal) -> Decimal:
    """Four decimals, six for a fraction: more would pretend a precision that filings do not have."""
    rounded = _half_up(value, 4 if abs(value) >= 1 else 6)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


def _spoken(value: Decimal, scale: Scale, unit: str | None) -> str:
    number = format(_rounded(_half_up(value, 2)) if abs(value) >= 1 else _rounded(value), ",f")
    if scale == "percent":
        return f"{number} %"
    return " ".join(part for part in (unit, number, "" if scale == "none" else scale) if part)


def _half_up(value: Decimal, digits: int) -> Decimal:
    """As accountants round: a half goes away from zero."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
