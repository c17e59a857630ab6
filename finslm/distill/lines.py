"""Answer lines that may be taught: their numbers and words stand in the context, and their value is the known answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from finslm.answer import MISSING, AnswerLine, Kind, execute, holds, numbers_of
from finslm.answer.program import CONSTANTS
from finslm.distill.spelling import spelled, value_of
from finslm.documents import Scale
from finslm.errors import ProgramError

LITERAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
SCALE_OF_UNITS = {
    "thousand": re.compile(
        r"\bin (?:\w+ )?(?:\S+ )?(?:thousands?|000)|\$000|'000|’000|\(000s?\)|thousands of", re.IGNORECASE
    ),
    "million": re.compile(
        r"\bin (?:\w+ )?(?:\S+ )?millions?|\$ ?millions?|\$ ?m\b|£m\b|€m\b|millions of", re.IGNORECASE
    ),
    "billion": re.compile(r"\bin (?:\w+ )?(?:\S+ )?billions?|\$ ?bn\b|billions of", re.IGNORECASE),
}
TOLERANCE = Decimal("0.0002")


def computed(expression: str, answer: Decimal | None, scale: Scale, passages: Sequence[str]) -> str | None:
    """The line of an expression, if it may be taught. A fraction whose answer is in percent is multiplied by 100."""
    try:
        program = spelled(expression)
        value = execute(program)
        if answer is not None and not agrees(value, answer):
            program = spelled(f"({program}) * 100")
            if scale != "percent" or not agrees(execute(program), answer):
                return None
    except ProgramError:
        return None
    grounded = _grounded(program, passages)
    return str(AnswerLine("calc", (grounded,), scale)) if grounded else None


def percentage(expression: str, fraction: Decimal, passages: Sequence[str]) -> str | None:
    """The line of an expression whose known answer is a fraction, and which is asked for in percent."""
    value = value_of(expression)
    if value is None or not agrees(value, fraction):
        return None
    return computed(f"({expression}) * 100", None, "percent", passages)


def claimed(claim: str, answer: bool, passages: Sequence[str]) -> str | None:
    """The line of a comparison whose truth is `answer`."""
    try:
        left, sign, right = re.split(r" ([<>]) ", claim)
        claim = f"{spelled(left)} {sign} {spelled(right)}"
        grounded = _grounded(claim, passages)
        return str(AnswerLine("check", (grounded,))) if grounded and holds(claim) == answer else None
    except (ProgramError, ValueError):
        return None


def copied(kind: Kind, parts: Sequence[str], scale: Scale, passages: Sequence[str]) -> str | None:
    """The line of spans or of counted items, if all of them stand in the context."""
    parts = [" ".join(part.split()) for part in parts]
    context = " ".join("\n".join(passages).split())
    if not parts or any(not part or part not in context or "|" in part or " ; " in part for part in parts):
        return None
    return str(AnswerLine(kind, tuple(parts), scale))


def missing() -> str:
    """The line of a question that the context does not answer."""
    return str(MISSING)


def agrees(value: Decimal, answer: Decimal) -> bool:
    """Are they equal, but for the rounding of the answer as it is stored?"""
    digits = max(0, -int(answer.as_tuple().exponent))
    return abs(value - answer) <= max(Decimal(6).scaleb(-digits - 1), abs(answer) * TOLERANCE)


def scale_of_units(passages: Sequence[str]) -> Scale:
    """The scale that a table's units line states ("in millions"), else none."""
    for passage in passages:
        for scale, pattern in SCALE_OF_UNITS.items():
            if pattern.search(passage):
                return scale  # type: ignore[return-value]
    return "none"


def _grounded(program: str, passages: Sequence[str]) -> str | None:
    """The program with each number written as the context prints it, or None when one stands nowhere."""
    printed = [number for passage in passages for number in numbers_of(passage)]
    texts = {*printed, *CONSTANTS}
    by_value = {Decimal(text): text for text in reversed(printed)}
    lost = False

    def as_printed(match: re.Match[str]) -> str:
        nonlocal lost
        literal = match.group()
        if literal in texts:
            return literal
        lost |= Decimal(literal) not in by_value
        return by_value.get(Decimal(literal), literal)

    written = LITERAL.sub(as_printed, program)
    return None if lost or (value_of(written) is None and "<" not in written and ">" not in written) else written
