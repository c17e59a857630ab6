"""Text of documents made fit for a terminal: no escape sequences, no direction overrides, nothing unseen.

Documents are hostile input. One character takes the place of one, so offsets of citations keep their place.
"""

from __future__ import annotations

import re

TABULAR_LINES = 3
_COLUMN_GAP = re.compile(r"^.*\S {3,}\S.*$", re.MULTILINE)
_BREAKS = (0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029)
_CONTROLS = tuple(code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t")
_INVISIBLE = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
_SAFE = dict.fromkeys((*_CONTROLS, *_INVISIBLE), "\N{REPLACEMENT CHARACTER}") | dict.fromkeys(_BREAKS, " ")


def page_text(text: str) -> str:
    """The text with the same length and the same line feeds, safe to write to a terminal."""
    return text.translate(_SAFE)


def one_line(text: str, width: int | None = None) -> str:
    """The text on one line with single spaces, cut with an ellipsis after `width` characters."""
    line = " ".join(page_text(text).split())
    return line if width is None or len(line) <= width else line[: width - 1].rstrip() + "…"


def location(text: str, offset: int) -> tuple[int, int]:
    """The row and the column, both 0-based, of a character offset in a page text."""
    before = text[:offset]
    return before.count("\n"), len(before) - (before.rfind("\n") + 1)


def is_tabular(text: str) -> bool:
    """Whether the page holds columns that wrapping would tear apart."""
    return len(_COLUMN_GAP.findall(text)) >= TABULAR_LINES


def speaking_line(text: str, words: list[str]) -> tuple[int, int]:
    """The beginning and the end of the line that holds most of the words, without the space around it."""
    lines = list(re.finditer(r"\S[^\n]*", text))
    if not lines:
        return 0, len(text)
    best = max(lines, key=lambda line: sum(word.lower() in line[0].lower() for word in words))
    return best.start(), best.start() + len(best[0].rstrip())


def around(text: str, words: list[str], width: int) -> str:
    """One line of at most `width` characters around the first of the words that stands in the text."""
    line = one_line(text)
    found = [place for word in words if (place := line.lower().find(word.lower())) >= 0]
    start = max(0, min(found, default=0) - width // 4)
    start = line.rfind(" ", 0, start) + 1 if start else 0
    return one_line(("… " if start else "") + line[start:], width)
