"""Teacher lines: questions on pages of filings with program, operands and rationale, as `../tools/check_qa.py` holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from finslm.distill.examples import Asked, Example
from finslm.distill.lines import claimed, computed, copied, missing
from finslm.distill.spelling import spelled, value_of
from finslm.documents import Scale
from finslm.errors import ProgramError

LICENCE = "Apache-2.0 (ours; pages of public filings)"
BARE_NUMBER = re.compile(r"[$€£]? ?\(?\$?\d[\d,.]*\)?")
Pages = Mapping[tuple[str, int], str]


def taught(lines: Iterable[dict[str, Any]], pages: Pages) -> Iterator[Example]:
    """The examples of teacher lines over their pages; a line whose program does not give its answer is left out."""
    for line in lines:
        page = pages.get((line["doc"], line["page"]))
        if page and (written := line_of(line, page)):
            asked = Asked(line["question"], written, rationale=line["rationale"])
            yield Example("teacher", f"{line['doc']}|{line['page']}", LICENCE, (page,), (asked,))


def line_of(line: dict[str, Any], page: str) -> str | None:
    """The line that a teacher's answer is, or None when it cannot be taught."""
    match line["kind"]:
        case "missing":
            return missing()
        case "span" | "multi_span":
            return copied("answer", line["spans"], _scale_of_spans(line), (page,))
        case "compare":
            return _compared(line, page)
        case "count":
            return copied("count", [operand["text"] for operand in line["operands"]], "none", (page,))
    scale: Scale = line["scale"]
    return computed(line["program"], Decimal(str(line["answer"])), scale, (page,))


def _scale_of_spans(line: dict[str, Any]) -> Scale:
    """Bare numbers are in a scale, words and numbers that say it themselves are not."""
    scale: Scale = line.get("scale") or "none"
    return scale if all(map(BARE_NUMBER.fullmatch, line["spans"])) else "none"


def _compared(line: dict[str, Any], page: str) -> str | None:
    """A claim where the answer is yes or no; else the words of the answer, if the page holds them."""
    answer = str(line["answer"]).strip(" .")
    if answer.casefold() not in ("yes", "no"):
        return copied("answer", [answer], "none", (page,))
    try:
        left, minus, right = spelled(line["program"]).partition(" - ")
    except ProgramError:
        return None
    difference = value_of(f"({left}) - ({right})") if minus else None
    if difference is None:
        return None
    is_yes = answer.casefold() == "yes"
    # The claim that the question makes is the one whose truth is the answer.
    sign = ">" if (difference > 0) == is_yes else "<"
    return claimed(f"{left} {sign} {right}", is_yes, (page,))
