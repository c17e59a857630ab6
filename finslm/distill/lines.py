"""Answer lines that may be taught: their numbers and words stand in the context, and their value is the known answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from finslm.answer import MISSING, AnswerLine, Kind, execute, holds, numbers_of, parse_line
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
    """The line of an expression, if it may be taught: its value is the answer, where that is known.

    Annotators leave out what goes without saying: a fraction may be meant in percent, and a rate divided by 100.
    """
    variants = [expression, re.sub(r"(\d+(?:\.\d+)?)\s*%", r"(\1 / 100)", expression)]
    if scale == "percent":
        variants.append(f"({expression}) * 100")
    for variant in variants if answer is not None else variants[:1]:
        try:
            program = spelled(variant)
            value = execute(program)
            if answer is None or agrees(value, answer):
                grounded = _grounded(program, passages)
                return str(AnswerLine("calc", (grounded,), scale)) if grounded else None
        except ProgramError:
            continue
    return None


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
    context = " ".join("\n".join(passages).split())
    printed = [_as_printed(" ".join(part.split()), context) for part in parts]
    if not printed or any(not part or "|" in part or " ; " in part for part in printed):
        return None
    return str(AnswerLine(kind, tuple(printed), scale))


def stands(line: str, passages: Sequence[str]) -> bool:
    """Whether a line's numbers and words stand in the context as they are written, and its program or claim has a value."""
    parsed = parse_line(line)
    if parsed is None or str(parsed) != line:
        return False
    match parsed.kind:
        case "calc":
            return computed(parsed.parts[0], None, parsed.scale, passages) == line
        case "answer" | "count":
            return copied(parsed.kind, parsed.parts, parsed.scale, passages) == line
        case "check":
            return (
                parsed.scale == "none"
                and _has_truth(parsed.parts[0])
                and _grounded(parsed.parts[0], passages) == parsed.parts[0]
            )
    return True


def _has_truth(claim: str) -> bool:
    try:
        holds(claim)
    except ProgramError:
        return False
    return True


def _as_printed(part: str, context: str) -> str:
    """The words as the context has them, which may be in other letters; empty where it has none."""
    if part in context:
        return part
    start = context.lower().find(part.lower())
    return context[start : start + len(part)] if start >= 0 and len(context) == len(context.lower()) else ""


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
    """The program with each number written as the context prints it; None when one stands nowhere, or all are constants."""
    printed = [number for passage in passages for number in numbers_of(passage)]
    by_value = {Decimal(text): text for text in reversed(printed)}
    literals = set(LITERAL.findall(program))
    as_printed = {literal: literal for literal in literals & {*printed, *CONSTANTS}}
    as_printed |= {
        literal: by_value[Decimal(literal)] for literal in literals - as_printed.keys() if Decimal(literal) in by_value
    }
    if as_printed.keys() < literals or not set(as_printed.values()) & set(printed):
        return None
    return LITERAL.sub(lambda match: as_printed[match.group()], program)
