"""Sentences of a page with their places; a table row or a heading is a sentence of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BREAK = re.compile(
    r"\n[ \t]*\n+"  # a blank line
    r"|\n(?=[ \t]*(?:[-•·*●–+]|\(?\d{1,2}[.)]|\([a-z]\))[ \t])"  # the next item of a list
    r"|(?<=[.!?])[\"”’)]?\s+(?=[\"“‘(]?[A-ZÀ-Ý0-9£$€])"
)
ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|No|Nos|Art|Inc|Ltd|Co|Corp|vs|approx|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|p|pp|ca)"
    r"|\b[A-Z])\.$"
)
TABLE_GAP = re.compile(r"\S(?: {3,}|\t)\S")


@dataclass(frozen=True)
class Sentence:
    """`text == page[start:end]`, without white space at its ends."""

    start: int
    end: int
    text: str


def split_sentences(page: str) -> Iterator[Sentence]:
    """The sentences of a page in their order; together they hold every character that is not white space."""
    for start, end in _blocks(page):
        yield from _trimmed(page, start, end)


def is_tabular(line: str) -> bool:
    """Is this line laid out in columns?"""
    return TABLE_GAP.search(line) is not None


def _blocks(page: str) -> Iterator[tuple[int, int]]:
    """Runs of prose lines, cut at sentence ends; and table rows, each alone."""
    start = 0
    for line in re.finditer(r"[^\n]*\n?", page):
        if is_tabular(line[0].strip()):
            yield from _cut(page, start, line.start())
            yield line.start(), line.end()
            start = line.end()
    yield from _cut(page, start, len(page))


def _cut(page: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in BREAK.finditer(page, start, end):
        if ABBREVIATION.search(page[max(start, match.start() - 6) : match.start()]) and "\n\n" not in match[0]:
            continue
        yield start, match.start()
        start = match.end()
    yield start, end


def _trimmed(page: str, start: int, end: int) -> Iterator[Sentence]:
    text = page[start:end]
    left = len(text) - len(text.lstrip())
    stripped = text.strip()
    if stripped:
        yield Sentence(start + left, start + left + len(stripped), stripped)
