"""The one line that a model writes as its answer, and that the laboratory teaches.

calc: EXPRESSION | SCALE        a number, computed or read
check: EXPRESSION < EXPRESSION | none    a claim, which holds or does not
count: ITEM ; ITEM | SCALE      how many, with what was counted
answer: SPAN ; SPAN | SCALE     words of the evidence
missing                         the evidence does not state it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from finslm.documents import Scale

Kind = Literal["calc", "check", "count", "answer", "missing"]
BETWEEN = " ; "
BEFORE_SCALE = " | "


@dataclass(frozen=True)
class AnswerLine:
    """An answer before it is computed: `parts` is one program, or the spans or the counted items."""

    kind: Kind
    parts: tuple[str, ...] = ()
    scale: Scale = "none"

    def __str__(self) -> str:
        if self.kind == "missing":
            return self.kind
        return f"{self.kind}: {BETWEEN.join(self.parts)}{BEFORE_SCALE}{self.scale}"


MISSING = AnswerLine("missing")


def parse_line(text: str) -> AnswerLine | None:
    """The line that `text` is, or None when it was cut short."""
    text = text.strip()
    if text == MISSING.kind:
        return MISSING
    kind, has_body, rest = text.partition(": ")
    body, has_scale, scale = rest.rpartition(BEFORE_SCALE)
    if not has_body or not has_scale or kind not in get_args(Kind) or scale not in get_args(Scale):
        return None
    parts = tuple(part.strip() for part in body.split(BETWEEN)) if kind in ("count", "answer") else (body,)
    return AnswerLine(cast(Kind, kind), parts, cast(Scale, scale))
