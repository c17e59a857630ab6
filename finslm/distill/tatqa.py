"""TAT-QA (arXiv 2105.07624, CC BY 4.0) and TAT-HQA as training examples: tables with paragraphs, programs, spans, counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast, get_args

from finslm.answer import numbers_of, table_text
from finslm.distill.data_files import whole_json
from finslm.distill.examples import Asked, Example
from finslm.distill.forms import TATQA_FILE
from finslm.distill.induction import induced
from finslm.distill.lines import computed, copied, percentage, scale_of_units
from finslm.distill.spelling import from_steps
from finslm.documents import Scale
from finslm.errors import ProgramError

LICENCE = "CC BY 4.0 (TAT-QA)"
SCALED = re.compile(r"^(.*?)\s+(thousand|million|billion|percent)$")


def load_contexts(path: Path) -> list[dict[str, Any]]:
    """The contexts of a TAT-QA file as published. Raises PathMissing and BrokenData."""
    return cast("list[dict[str, Any]]", whole_json(path, TATQA_FILE, "TAT-QA file"))


def passages_of(context: dict[str, Any]) -> tuple[str, ...]:
    """A context's passages: the table, then the paragraphs in their order."""
    paragraphs = sorted(context["paragraphs"], key=lambda paragraph: int(paragraph["order"]))
    return table_text(context["table"]["table"]), *(paragraph["text"] for paragraph in paragraphs)


def example_of(context: dict[str, Any]) -> Example:
    """A context with those of its questions whose line may be taught."""
    passages = passages_of(context)
    asked = [Asked(q["question"], line) for q in context["questions"] if (line := line_of(q, passages))]
    return Example("tatqa_dev", context["table"]["uid"], LICENCE, passages, tuple(asked))


def line_of(question: dict[str, Any], passages: Sequence[str]) -> str | None:
    """The line that answers a published question, or None when it cannot be taught."""
    scale: Scale = question["scale"] or "none"
    match question["answer_type"]:
        case "arithmetic" | "counterfactual" if isinstance(question["answer"], int | float):
            return computed(question["derivation"] or "", Decimal(str(question["answer"])), scale, passages)
        case "count":
            items = [item.strip() for item in (question["derivation"] or "").split("##")]
            return copied("count", items, scale, passages) if len(items) == _number(question["answer"]) else None
        case "span" | "multi-span":
            spans = question["answer"] if isinstance(question["answer"], list) else [str(question["answer"])]
            return copied("answer", spans, scale, passages)
    return None


def gathered(lines: Iterable[dict[str, Any]]) -> Iterator[Example]:
    """Examples of the gathered lines (`gold/README.md`): answers without programs get theirs by search.

    A context whose question cannot be taught comes without: others may be asked of it.
    """
    for line in lines:
        table = line["table"] or []
        passages = (table_text(table), *line["texts"])
        written = _line_of_gathered(line, table, passages)
        asked = (Asked(line["question"], written),) if written else ()
        yield Example(f"tatqa:{line['id']}", line.get("table_uid") or line["id"], LICENCE, passages, asked)


def _line_of_gathered(line: dict[str, Any], table: list[list[str]], passages: tuple[str, ...]) -> str | None:
    answer, scale = line["answer"], line["scale"]
    if line["set"] == "tathqa":
        return line_of({**line, "answer": answer, "scale": scale}, passages)
    if line["program"]:
        return _from_program(line, table, passages)
    if isinstance(answer, list):
        return copied("answer", [str(span) for span in answer], scale or "none", passages)
    if isinstance(answer, str) and (match := SCALED.match(answer)):
        answer, scale = match.groups()
    value = _number(answer)
    if value is None:
        whole = copied("answer", [str(answer)], scale or "none", passages)
        return whole or copied("answer", str(answer).split(", "), scale or "none", passages)
    if program := induced(line["question"], value, table):
        return computed(program, value, scale or "none", passages)
    return _looked_up(value, scale or "none", passages)


def _from_program(line: dict[str, Any], table: list[list[str]], passages: tuple[str, ...]) -> str | None:
    """A program that came without a scale: that of the units line, or percent where the question asks for it."""
    try:
        expression = from_steps(line["program"], table)
    except (ProgramError, IndexError):
        return None
    value = _number(line["answer"])
    if value is None:
        return None
    if re.search(r"percent|%", line["question"], re.IGNORECASE):
        return percentage(expression, value, passages)
    is_ratio = expression.rpartition(" / ")[2].strip(")") not in ("", "2", "3") and " / " in expression
    return computed(expression, value, "none" if is_ratio else scale_of_units(passages), passages)


def _looked_up(value: Decimal, scale: Scale, passages: Sequence[str]) -> str | None:
    """A number read, not computed: the way in which it is printed."""
    if scale not in get_args(Scale):
        return None
    printed = {cell for passage in passages for cell in re.findall(r"\d[\d,]*(?:\.\d+)?", passage)}
    same = sorted(text for text in printed if numbers_of(text) and Decimal(numbers_of(text)[0]) == abs(value))
    return copied("answer", same[:1], scale, passages)


def _number(answer: object) -> Decimal | None:
    text = re.sub(r"[$,%\s]", "", str(answer))
    try:
        return Decimal(f"-{text[1:-1]}" if text.startswith("(") and text.endswith(")") else text)
    except InvalidOperation:
        return None
