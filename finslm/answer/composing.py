"""From the line that a model wrote to the answer that is shown: computed, spoken, and cited."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from finslm.answer.grounding import cite, cite_words, stated
from finslm.answer.line import AnswerLine
from finslm.answer.numbers import EvidenceNumber
from finslm.answer.program import amounts, execute, holds, operands
from finslm.answer.units import (
    MAGNITUDES,
    OTHER,
    PERCENT,
    RATIO,
    SHARES,
    UNKNOWN,
    Unit,
    magnitude_printed,
    unit_of,
    unit_of_value,
    units_of,
)
from finslm.documents import Answer, Citation, Passage, Question, Scale
from finslm.errors import ProgramError

BETWEEN_AMOUNTS = re.compile(r",\s+(?:and\s+)?|\s+and\s+")
AMOUNT = re.compile(r"[($€£¥\s-]*(?:\d[\d,]*\.?\d*|\.\d+)[)%\s]*(?P<magnitude>thousand|million|billion)?")
"""Words that are one number as printed, and nothing else."""
FACTORS = {None: 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}
CONVERTING = frozenset(map(Decimal, ("1000", "10000", "1000000")))
"""Constants that bring an amount into another magnitude."""


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
            return _computed(question, line, evidence, numbers, confidence)
        case "check":
            return _checked(question, line.parts[0], numbers, confidence)
        case "count":
            return _counted(question, line, evidence, confidence)
    return _copied(question, line, evidence, numbers, confidence)


def _computed(
    question: Question,
    line: AnswerLine,
    evidence: Sequence[Passage],
    numbers: Sequence[EvidenceNumber],
    confidence: float,
) -> Answer:
    program = line.parts[0]
    value, used = execute(program), _used(program, line.scale, numbers)
    units = units_of(used, numbers)
    unit = _unit_computed(program, line.scale, units)
    scale = line.scale
    if _is_money(unit) and not CONVERTING.intersection(set(operands(program)) - units.keys()):
        scale = _magnitude(scale, used, units, evidence)
    return Answer(
        id=question.id,
        answer=_spoken(value, scale, unit),
        value=_rounded(value),
        scale=scale,
        unit=unit,
        program=program,
        citations=tuple(map(cite, used)),
        confidence=confidence,
    )


def _checked(question: Question, claim: str, numbers: Sequence[EvidenceNumber], confidence: float) -> Answer:
    spoken, used = "Yes" if holds(claim) else "No", _used(claim, "none", numbers)
    unit_of_value(claim, units_of(used, numbers))
    return Answer(question.id, spoken, program=claim, citations=tuple(map(cite, used)), confidence=confidence)


def _counted(question: Question, line: AnswerLine, evidence: Sequence[Passage], confidence: float) -> Answer:
    places = _places(line.parts, evidence)
    spans = tuple(" ".join(place.quote.split()) for place in places)
    return Answer(
        id=question.id,
        answer=str(len(spans)),
        spans=spans,
        value=Decimal(len(spans)),
        program=f"count({', '.join(map(json.dumps, spans))})",
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
    amount = _amount(places[0], numbers) if len(places) == 1 else None
    scale, unit = line.scale, None
    if amount:
        unit = _shown(unit_of(amount).name, scale)
        scale = _magnitude(scale, [amount], units_of([amount], numbers), evidence) if _is_money(unit) else scale
    return Answer(
        id=question.id,
        answer="; ".join(spans),
        spans=spans,
        value=_copied_value(amount, places[0], scale) if amount else None,
        scale=scale,
        unit=unit,
        citations=places,
        confidence=confidence,
    )


def _used(program: str, scale: Scale, numbers: Sequence[EvidenceNumber]) -> tuple[EvidenceNumber, ...]:
    """The numbers of the evidence that a program computes with; for an amount of money, where they are money."""

    def fits(number: EvidenceNumber) -> bool:
        return scale not in MAGNITUDES or _is_money(_shown(unit_of(number).name, scale))

    if used := stated(amounts(program, {abs(number.value) for number in numbers}), numbers, fits):
        return used
    raise ProgramError("no number of the program stands in the evidence")


def _places(parts: Sequence[str], evidence: Sequence[Passage]) -> tuple[Citation, ...]:
    places = [cite_words(part, evidence) for part in parts]
    if any(place is None for place in places):
        raise ProgramError("the words do not stand in the evidence")
    return tuple(amount for place in places if place for amount in _amounts_listed(place))


def _amounts_listed(place: Citation) -> tuple[Citation, ...]:
    """`51%, 57%, and 53%` is three answers; other words are one."""
    starts = [0, *(match.end() for match in BETWEEN_AMOUNTS.finditer(place.quote))]
    ends = [*(match.start() for match in BETWEEN_AMOUNTS.finditer(place.quote)), len(place.quote)]
    pieces = [place.quote[start:end] for start, end in zip(starts, ends, strict=True)]
    if not all(AMOUNT.fullmatch(piece) for piece in pieces):
        return (place,)
    return tuple(
        replace(place, start=place.start + start, end=place.start + start + len(piece), quote=piece)
        for start, piece in zip(starts, pieces, strict=True)
    )


def _amount(place: Citation, numbers: Sequence[EvidenceNumber]) -> EvidenceNumber | None:
    """The number that cited words are."""
    if not AMOUNT.fullmatch(place.quote):
        return None
    within = (n for n in numbers if n.passage.id == place.passage and n.passage.start + n.start >= place.start)
    return next((n for n in within if n.passage.start + n.end <= place.end), None)


def _unit_computed(program: str, scale: Scale, units: Mapping[Decimal, Unit]) -> str | None:
    name = unit_of_value(program, units)
    if name == OTHER and scale in MAGNITUDES:
        # Money times a share of it is money.
        name = next((each.name for each in units.values() if _is_money(_shown(each.name, scale))), OTHER)
    return _shown(name, scale)


def _copied_value(amount: EvidenceNumber, place: Citation, scale: Scale) -> Decimal:
    """The value of a number that was copied, in units of `scale`; `412 million` without one is that many."""
    match = AMOUNT.fullmatch(place.quote)
    factor = FACTORS[match["magnitude"]] if match and scale == "none" else 1
    return amount.value * factor


def _is_money(unit: str | None) -> bool:
    return unit not in (None, SHARES, PERCENT)


def _magnitude(
    scale: Scale, used: Sequence[EvidenceNumber], units: Mapping[Decimal, Unit], evidence: Sequence[Passage]
) -> Scale:
    """The scale of an amount of money: where the model names another magnitude than the evidence does, the evidence's."""
    return magnitude_printed(used, units, evidence) or scale if scale in MAGNITUDES else scale


def _shown(unit: str, scale: Scale) -> str | None:
    if scale == PERCENT:
        return PERCENT
    return None if unit in (OTHER, UNKNOWN, PERCENT, RATIO) else unit


def _rounded(value: Decimal) -> Decimal:
    """Four decimals, six for a fraction: more would pretend a precision that filings do not have."""
    rounded = _half_up(value, 4 if abs(value) >= 1 else 6)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


def _spoken(value: Decimal, scale: Scale, unit: str | None) -> str:
    number = format(_rounded(_half_up(value, 2)) if abs(value) >= 1 else _rounded(value), ",f")
    if scale == "percent":
        return f"{number} %"
    words = (number, "" if scale == "none" else scale)
    return " ".join(part for part in ((*words, unit) if unit == SHARES else (unit, *words)) if part)


def _half_up(value: Decimal, digits: int) -> Decimal:
    """As accountants round: a half goes away from zero."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
