"""Our own questions on contexts that stay out of our files: those of published sets by their hash, pages of filings by place.

A line is a `context`, or `doc` and `page`, and its `turns`, pairs of a question and the line that answers it; a single
question is one turn. The lines of dialogues are programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from finslm.answer import execute, parse_line
from finslm.distill import teacher
from finslm.distill.data_files import json_lines
from finslm.distill.examples import Asked, Example
from finslm.distill.forms import ContextLine
from finslm.distill.lines import stands
from finslm.documents import Turn

FILES = ("tables.jsonl", "dialogues.jsonl", "pages.jsonl")
SIX_DIGITS = 6


def own_context_lines(data_dir: Path) -> tuple[Path, ...]:
    """The project's own lines, where they are installed."""
    return tuple(path for name in FILES if (path := data_dir / "teacher" / name).is_file())


def asked_of_contexts(examples: Iterable[Example], pages: teacher.Pages, files: Iterable[Path]) -> Iterator[Example]:
    """The questions of `files` on those of `examples` and `pages` that they name, each dialogue up to a turn that does not hold.

    Raises PathMissing and BrokenLine.
    """
    contexts = {example.context_sha256: example for example in examples}
    for file in files:
        for _, fields in json_lines(file, ContextLine):
            example = _page(fields, pages) if fields.get("context") is None else contexts.get(fields["context"])
            if example:
                source = f"{example.source.partition(':')[0]}:ours"
                yield replace(example, source=source, asked=tuple(_asked(fields["turns"], example.passages)))


def _page(fields: Mapping[str, Any], pages: teacher.Pages) -> Example | None:
    doc, page = fields["doc"], fields["page"]
    text = pages.get((doc, page))
    return Example("teacher", f"{doc}|{page}", teacher.LICENCE, (text,), ()) if text else None


def _asked(turns: Sequence[tuple[str, str]], passages: Sequence[str]) -> Iterator[Asked]:
    history: tuple[Turn, ...] = ()
    for question, line in turns:
        if not stands(line, passages):
            return
        yield Asked(question, line, history)
        history += (Turn(question, _said(line)),)


def _said(line: str) -> str:
    """What the turn that `line` answers was told, as published dialogues print it: percentages with one decimal."""
    parsed = parse_line(line)
    if parsed is None or parsed.kind != "calc":
        return line
    value = execute(parsed.parts[0])
    decimals = 1 if parsed.scale == "percent" else max(0, SIX_DIGITS - len(str(abs(int(value)))))
    number = f"{value:.{decimals}f}"
    told = number.rstrip("0").rstrip(".") if "." in number else number
    return f"{told}%" if parsed.scale == "percent" else told
