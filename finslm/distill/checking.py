"""What a teacher's line must hold before it teaches: operands on the page, a program that gives the answer, words verbatim.

The same rules as `tools/check_qa.py` of the data at hand, each problem a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from finslm.answer import execute, numbers_of
from finslm.answer.program import operands as operands_of
from finslm.distill.data_files import misfit
from finslm.distill.forms import TeacherFields
from finslm.documents import Scale
from finslm.errors import ProgramError

KINDS = ("calc", "span", "multi_span", "count", "compare", "missing")
CONSTANTS = frozenset(map(Decimal, (*range(11), 12, 52, 90, 100, 360, 365, 1000, 10_000, 1_000_000, "0.5")))
ROUNDING, ROUNDING_PART = Decimal("0.051"), Decimal("0.006")
"""How far an answer may be from the program's value: teachers round."""
QUOTES = str.maketrans("’“”", '\'""')


def problems(line: dict[str, Any], page: str) -> Iterator[str]:
    """What is wrong with a teacher's line over the text of its page; nothing when it may teach."""
    if lacking := [key for key in ("doc", "page", "question", "kind", "rationale") if key not in line]:
        yield f"it has no {', '.join(lacking)}"
        return
    if wrong := misfit(line, TeacherFields):
        yield wrong
        return
    text = _squeezed(page)
    yield from (
        f"the span {span!r} is not on the page" for span in line.get("spans") or () if _squeezed(span) not in text
    )
    match line["kind"]:
        case "missing":
            if line.get("answer") is not None:
                yield "a missing answer must be null"
        case "span" | "multi_span":
            if not line.get("spans"):
                yield "it has no spans"
        case "calc" | "count" | "compare":
            yield from _problems_of_program(line, text)
        case kind:
            yield f"its kind {kind} is none of {', '.join(KINDS)}"


def _problems_of_program(line: dict[str, Any], text: str) -> Iterator[str]:
    operands = line.get("operands") or ()
    if not operands:
        yield "it has no operands"
        return
    for operand in operands:
        yield from _problems_of_operand(operand, text)
    known = {abs(Decimal(str(operand["value"]))) for operand in operands} | CONSTANTS
    program = line.get("program") or ""
    try:
        value, literals = execute(program), operands_of(program)
    except (ProgramError, SyntaxError, InvalidOperation, TypeError) as error:
        yield f"its program has no value ({type(error).__name__})"
        return
    yield from (f"{number} is no operand" for number in literals if number not in known)
    yield from _problems_of_answer(line, value)


def _problems_of_operand(operand: dict[str, Any], text: str) -> Iterator[str]:
    if _squeezed(operand["text"]) not in text:
        yield f"the operand {operand['text']!r} is not on the page"
    printed = numbers_of(operand["text"])
    if not printed or abs(Decimal(printed[0])) != abs(Decimal(str(operand["value"]))):
        yield f"the operand {operand['text']!r} is not {operand['value']}"


def _problems_of_answer(line: dict[str, Any], value: Decimal) -> Iterator[str]:
    answer = line.get("answer")
    if line["kind"] == "compare":
        if not isinstance(answer, str):
            yield "the answer of a comparison must be words"
        return
    if not isinstance(answer, int | float):
        yield "the answer must be a number"
    elif abs(value - Decimal(str(answer))) > max(abs(value) * ROUNDING_PART, ROUNDING):
        yield f"the program gives {float(value):.6g}, not {answer}"
    if line.get("scale") not in get_args(Scale):
        yield f"its scale {line.get('scale')} is none of {', '.join(get_args(Scale))}"


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(QUOTES)).strip()
