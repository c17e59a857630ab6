"""From the line that a model wrote to the answer that is shown: computed, spoken, and cited."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from finslm.answer.grounding import cite, cite_words, stated
from finslm.answer.line import AnswerLine
from finslm.answer.numbers import PRINTED, EvidenceNumber
from finslm.answer.program import amounts, execute, holds, operands
from finslm.answer.units import (
    MAGNITUDES,
    OTHER,
    PERCENT,
    RATIO,
    SHARES,
    UNKNOWN,
    Unit,
    is_money,
    magnitude_printed,
    unit_of,
    unit_of_value,
    units_of,
)
from finslm.documents import Answer, Citation, Passage, Question, Scale
from finslm.errors import ProgramError
from finslm.money import CURRENCY, FACTORS, MAGNITUDE, SCALES

BETWEEN_AMOUNTS = re.compile(r",\s+(?:and\s+)?|\s+and\s+")
AMOUNT = re.compile(
    rf"(?:{CURRENCY}|[(\s+\-\u2212\u2013])*(?:{PRINTED}|\.\d+)[)\s]*"
    rf"(?:(?P<share>%|per\s?cent)[)\s]*|(?P<magnitude>(?i:{MAGNITUDE})))?"
)
"""Words that are one number as printed, and nothing else."""
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
    grounds = _Grounds(question, evidence, numbers, confidence)
    match line.kind:
        case "calc":
            return grounds.computed(line.parts[0], line.scale)
        case "check":
            return grounds.checked(line.parts[0])
        case "count":
            return grounds.counted(line.parts)
    return grounds.copied(line.parts, line.scale)


@dataclass(frozen=True)
class _Grounds:
    """A question, and what an answer to it rests on."""

    question: Question
    evidence: Sequence[Passage]
    numbers: Sequence[EvidenceNumber]
    confidence: float

    def computed(self, program: str, scale: Scale) -> Answer:
        value, used = execute(program), self._used(program, scale)
        units = units_of(used, self.numbers)
        name = _unit_computed(program, scale, units)
        if not CONVERTING.intersection(set(operands(program)) - units.keys()):
            scale = self._magnitude(name, scale, used, units)
        unit = _shown(name, scale)
        return Answer(
            id=self.question.id,
            answer=_spoken(value, scale, unit),
            value=_rounded(value),
            scale=scale,
            unit=unit,
            program=program,
            citations=tuple(map(cite, used)),
            confidence=self.confidence,
        )

    def checked(self, claim: str) -> Answer:
        spoken, used = "Yes" if holds(claim) else "No", self._used(claim, "none")
        unit_of_value(claim, units_of(used, self.numbers))
        citations = tuple(map(cite, used))
        return Answer(self.question.id, spoken, program=claim, citations=citations, confidence=self.confidence)

    def counted(self, parts: Sequence[str]) -> Answer:
        places = self._places(parts)
        spans = tuple(" ".join(place.quote.split()) for place in places)
        return Answer(
            id=self.question.id,
            answer=str(len(spans)),
            spans=spans,
            value=Decimal(len(spans)),
            program=f"count({', '.join(map(json.dumps, spans))})",
            citations=places,
            confidence=self.confidence,
        )

    def copied(self, parts: Sequence[str], scale: Scale) -> Answer:
        places = self._places(parts)
        spans = tuple(" ".join(place.quote.split()) for place in places)
        value, unit = None, None
        if len(places) == 1 and (found := self._amount(places[0])):
            number, factor, is_share = found
            name = unit_of(number).name
            if is_share:
                scale = "percent"
            unit = _shown(name, scale)
            scale = self._magnitude(name, scale, [number], units_of([number], self.numbers))
            # `412 million` without a scale is that many.
            value = number.value * (factor if scale == "none" else 1)
        return Answer(
            id=self.question.id,
            answer="; ".join(spans),
            spans=spans,
            value=value,
            scale=scale,
            unit=unit,
            citations=places,
            confidence=self.confidence,
        )

    def _used(self, program: str, scale: Scale) -> tuple[EvidenceNumber, ...]:
        """The numbers of the evidence that a program computes with; for an amount of money, where they are money."""

        def fits(number: EvidenceNumber) -> bool:
            return scale not in MAGNITUDES or is_money(unit_of(number).name)

        printed = {abs(number.value) for number in self.numbers}
        if used := stated(amounts(program, printed), self.numbers, fits):
            return used
        raise ProgramError("no number of the program stands in the evidence")

    def _magnitude(
        self, unit: str, scale: Scale, used: Sequence[EvidenceNumber], units: Mapping[Decimal, Unit]
    ) -> Scale:
        """The scale of an amount: where the model names another magnitude of money than the evidence does, the evidence's."""
        if scale not in MAGNITUDES or not is_money(unit):
            return scale
        return magnitude_printed(used, units, self.evidence) or scale

    def _places(self, parts: Sequence[str]) -> tuple[Citation, ...]:
        places = [cite_words(part, self.evidence) for part in parts]
        if any(place is None for place in places):
            raise ProgramError("the words do not stand in the evidence")
        return tuple(amount for place in places if place for amount in _amounts_listed(place))

    def _amount(self, place: Citation) -> tuple[EvidenceNumber, Decimal, bool] | None:
        """The number that cited words are, what the magnitude among them multiplies it with, and whether they are a percentage."""
        match = AMOUNT.fullmatch(place.quote)
        # A passage is known by its words too: several may have one id, or no id of their own.
        within = (
            n
            for n in self.numbers
            if n.passage.id == place.passage
            and place.start <= n.passage.start + n.start
            and n.passage.start + n.end <= place.end
            and n.passage.text[place.start - n.passage.start : place.end - n.passage.start] == place.quote
        )
        number = next(within, None)
        if match is None or number is None:
            return None
        factor = FACTORS[cast(Scale, SCALES[match["magnitude"].lower()])] if match["magnitude"] else Decimal(1)
        return number, factor, match["share"] is not None


def _amounts_listed(place: Citation) -> tuple[Citation, ...]:
    """`51%, 57%, and 53%` is three answers; other words are one."""
    between = list(BETWEEN_AMOUNTS.finditer(place.quote))
    starts, ends = [0, *(match.end() for match in between)], [*(match.start() for match in between), len(place.quote)]
    pieces = [place.quote[start:end] for start, end in zip(starts, ends, strict=True)]
    if not all(AMOUNT.fullmatch(piece) for piece in pieces):
        return (place,)
    return tuple(
        replace(place, start=place.start + start, end=place.start + start + len(piece), quote=piece)
        for start, piece in zip(starts, pieces, strict=True)
    )


def _unit_computed(program: str, scale: Scale, units: Mapping[Decimal, Unit]) -> str:
    name = unit_of_value(program, units)
    if name == OTHER and scale in MAGNITUDES:
        # Money times a share of it is money.
        return next((each.name for each in units.values() if is_money(each.name)), OTHER)
    return name


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
