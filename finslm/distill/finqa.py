"""FinQA (arXiv 2109.00122) and ConvFinQA (arXiv 2210.03849), both MIT, as training examples: programs, and dialogues."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from finslm.answer import table_text
from finslm.distill.data_files import whole_json
from finslm.distill.examples import Asked, Example
from finslm.distill.forms import CONVFINQA_FILE
from finslm.distill.lines import LITERAL, claimed, computed, percentage
from finslm.distill.spelling import from_steps, spelled
from finslm.documents import Turn
from finslm.errors import ProgramError

LICENCE = "MIT (FinQA, ConvFinQA)"
DOUBLED = re.compile(r"(-?[\d.,]+ ?%?) \( [\d.,]+ ?%? \)")
"""The source writes a negative or a percentage twice: `-119 ( 119 )`, `23% ( 23 % )`."""
COMPUTED = re.compile(
    r"change|difference|percent|how many|which year|total|sum|average|growth|ratio|portion", re.IGNORECASE
)
"""Questions whose answer is seldom just read, though its digits may be printed somewhere."""
TURN = re.compile(r"(?:#turn|_turn_)\d+$")
"""How the name of a dialogue's line ends."""
LABELLED = re.compile(r"^(?:text|table)_\d+: ")
PERCENTAGE = re.compile(
    r"percent|%|growth|rate\b|portion|share of|margin|change .*represent|in relation to", re.IGNORECASE
)
NO_PERCENTAGE = re.compile(r"ratio|times|per share|average|how many|divided", re.IGNORECASE)


@dataclass(frozen=True)
class SpokenTurn:
    """A question of a dialogue, with the program and the executed value of its gold answer, and what was said before."""

    question: str
    program: str
    executed: object
    history: tuple[Turn, ...]


def load_dialogues(path: Path) -> list[dict[str, Any]]:
    """The dialogues of a ConvFinQA file as published. Raises PathMissing and BrokenData."""
    return cast("list[dict[str, Any]]", whole_json(path, CONVFINQA_FILE, "ConvFinQA file")["dev"])


def passages_of(dialogue: dict[str, Any]) -> tuple[str, ...]:
    """The page of a dialogue: the text before the table, the table, the text after it."""
    document = dialogue["doc"]
    columns: dict[str, dict[str, object]] = document["table"]
    labels = list(dict.fromkeys(label for column in columns.values() for label in column))
    rows = [[label, *(_plain(column.get(label, "")) for column in columns.values())] for label in labels]
    table = table_text([["", *columns], *rows])
    return tuple(text for text in (document["pre_text"], table, document["post_text"]) if text.strip())


def turns_of(dialogue: dict[str, Any]) -> Iterator[SpokenTurn]:
    """The turns of a dialogue, each with the gold answers before it."""
    spoken, history = dialogue["dialogue"], list[Turn]()
    columns = ("conv_questions", "conv_answers", "turn_program", "executed_answers")
    for question, answer, program, executed in zip(*(spoken[column] for column in columns), strict=True):
        yield SpokenTurn(question, program, executed, tuple(history))
        history.append(Turn(question, str(answer)))


def example_of(dialogue: dict[str, Any]) -> Example:
    """A dialogue, one question a turn with the turns before it."""
    passages = passages_of(dialogue)
    asked = tuple(
        Asked(turn.question, line, turn.history)
        for turn in turns_of(dialogue)
        if (line := _line(turn.question, _expression(turn.program, {}, ()), turn.executed, passages))
    )
    return Example("convfinqa_dev", dialogue["id"], LICENCE, passages, asked)


def gathered(lines: Iterable[dict[str, Any]]) -> Iterator[Example]:
    """Examples of the gathered lines (`gold/README.md`), each on the part of its page that its program needs.

    A dialogue's lines come in the order of its turns: a program that starts from an earlier answer gets that answer's own.
    A context whose question cannot be taught comes without: others may be asked of it.
    """
    said: dict[str, dict[Decimal, str]] = defaultdict(dict)
    for line in lines:
        table = [[_single(cell) for cell in row] for row in line["table"] or []]
        passages = tuple(
            text for text in (table_text(table), " ".join(LABELLED.sub("", text) for text in line["texts"])) if text
        )
        history = tuple(Turn(turn["question"], _plain(turn["answer"])) for turn in line["history"])
        page, _, rest = line["id"].partition(".pdf")
        is_turn, earlier = TURN.search(rest), said[page + TURN.sub("", rest)]
        read = _plain(line["answer"]) if is_turn and not COMPUTED.search(line["question"]) else ""
        expression = _expression(line["program"] or read, earlier, table)
        written = _line(line["question"], expression, line["answer"], passages)
        asked = (Asked(line["question"], written, history),) if written else ()
        yield Example(f"finqa:{line['id']}", page, LICENCE, passages, asked)
        if is_turn and expression and (value := _decimal(line["answer"])) is not None:
            earlier.setdefault(value, expression)


def _expression(program: str, earlier: Mapping[Decimal, str], table: Sequence[Sequence[str]]) -> str | None:
    """The program as an expression, in which what an earlier turn answered is what that was computed from."""
    try:
        sides = from_steps(program, table).split(" > ")
        return " > ".join(
            spelled(LITERAL.sub(lambda found: _computed_before(found[0], earlier), side)) if earlier else side
            for side in sides
        )
    except (ProgramError, IndexError):
        return None


def _computed_before(literal: str, earlier: Mapping[Decimal, str]) -> str:
    expression = earlier.get(Decimal(literal), literal)
    return f"({expression})" if LITERAL.fullmatch(expression) is None else literal


def _decimal(answer: object) -> Decimal | None:
    return Decimal(str(answer)) if re.fullmatch(r"-?[\d.]+(?:e-?\d+)?", str(answer)) else None


def _line(question: str, expression: str | None, answer: object, passages: Sequence[str]) -> str | None:
    if expression is None:
        return None
    if " > " in expression:
        return claimed(expression, str(answer).strip().casefold() in ("yes", "true", "1", "1.0"), passages)
    value = _decimal(answer)
    if value is None:
        return None
    asks_percent = PERCENTAGE.search(question) and not NO_PERCENTAGE.search(question)
    if asks_percent and re.fullmatch(r"0\.\d+", expression):
        # A percentage that was read: the page prints 94 where the program says 0.94.
        return computed(format((Decimal(expression) * 100).normalize(), "f"), value * 100, "percent", passages)
    if asks_percent and " / " in expression and not expression.endswith("* 100"):
        return percentage(expression, value, passages)
    return computed(expression, value, "none", passages)


def _single(cell: str) -> str:
    return DOUBLED.sub(r"\1", cell).strip()


def _plain(value: object) -> str:
    """A number without the `.0` of its storage."""
    text = str(value)
    return text.removesuffix(".0") if re.fullmatch(r"-?\d+\.0", text) else text
