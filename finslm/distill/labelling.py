"""A teacher at work: a larger model, run by our own runtime, asks and answers over pages; only what holds is kept.

The teacher writes a question, the numbers that it uses with their row and column in words, the program and the rationale;
the answer is what the executor makes of the program (execution-filtered distillation, arXiv 2408.12337).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from finslm.answer import execute, numbers_of
from finslm.distill.checking import problems
from finslm.distill.synth import UNITS
from finslm.errors import ProgramError
from finslm.model import Engine, Sampling, chatml, json_schema

SYSTEM = (
    "You are a senior finance analyst who writes exam questions. From the page, write one question that an analyst would "
    "ask and whose answer is computed from two to four numbers of the page. Give the numbers exactly as printed, each with "
    "its row and column; the program as plain arithmetic of these numbers without commas; the scale of the result; and the "
    "rationale in one or two sentences. A percentage change is (new - old) / old * 100 with scale percent."
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "question": {"type": "string", "minLength": 15, "maxLength": 200},
        "operands": {
            "type": "array",
            "minItems": 2,
            "maxItems": 4,
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "maxLength": 20},
                    "label": {"type": "string", "maxLength": 80},
                },
                "required": ["text", "label"],
                "additionalProperties": False,
            },
        },
        "program": {"type": "string", "maxLength": 120},
        "scale": {"enum": [*UNITS, "percent"]},
        "rationale": {"type": "string", "minLength": 20, "maxLength": 400},
    },
    "required": ["question", "operands", "program", "scale", "rationale"],
    "additionalProperties": False,
}
WRITTEN_TOKENS = 400
FEWEST_NUMBERS = 12
PAGE_CHARACTERS = 5000


def pages_with_tables(pages: Mapping[tuple[str, int], str], count: int, seed: int) -> list[tuple[str, int]]:
    """`count` pages that hold enough numbers to ask about, drawn by chance."""
    dense = [place for place, text in pages.items() if len(re.findall(r"\d,\d{3}|\d\.\d", text)) >= FEWEST_NUMBERS]
    chance = random.Random(seed)  # noqa: S311 - a choice of pages, not a secret
    return chance.sample(dense, min(count, len(dense)))


def labelled(
    teacher: Engine, pages: Mapping[tuple[str, int], str], places: Sequence[tuple[str, int]], seed: int
) -> Iterator[tuple[dict[str, Any] | None, list[str]]]:
    """For each page the teacher's line, or None with what is wrong with it."""
    grammar = json_schema(SCHEMA)
    tickets = [
        teacher.write(
            chatml(SYSTEM, pages[place][:PAGE_CHARACTERS]),
            grammar=grammar,
            max_tokens=WRITTEN_TOKENS,
            sampling=Sampling(0.7, seed + number),
            is_urgent=False,
        )
        for number, place in enumerate(places)
    ]
    for number, (place, ticket) in enumerate(zip(places, tickets, strict=True)):
        line, wrong = _line(ticket.result().text, place, f"m{seed + number:05d}")
        wrong += list(problems(line, pages[place])) if line else []
        yield (None, wrong) if wrong else (line, [])


def _line(written: str, place: tuple[str, int], number: str) -> tuple[dict[str, Any] | None, list[str]]:
    """A teacher line in the form of `teacher/README.md`, its answer computed."""
    try:
        fields = json.loads(written)
        value = execute(fields["program"])
    except json.JSONDecodeError:
        return None, ["the teacher did not come to an end"]
    except ProgramError:
        return None, ["its program has no value"]
    operands = [{**operand, "value": _value(operand["text"])} for operand in fields["operands"]]
    if any(operand["value"] is None for operand in operands):
        return None, ["an operand is no number"]
    doc, page = place
    return {
        "id": number,
        "doc": doc,
        "page": page,
        "question": fields["question"],
        "kind": "calc",
        "program": fields["program"],
        "operands": operands,
        "answer": round(float(value), 4),
        "scale": fields["scale"],
        "spans": [],
        "rationale": fields["rationale"],
    }, []


def _value(text: str) -> float | None:
    numbers = numbers_of(text)
    return float(numbers[0]) if len(numbers) == 1 else None
