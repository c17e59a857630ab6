"""Plain text -> pages."""

from __future__ import annotations

import re

import charset_normalizer

from finslm.documents import Page, Reading
from finslm.errors import UnreadableDocument

PAGE_CHARACTERS = 3000
BREAKS = ("\n\n", "\n", " ")
TITLE_CHARACTERS = 120
MOST_PAGES = 20_000
"""Ends of pages up to which they are believed."""
OTHER_BYTES = re.compile(rb"[\x80-\xff]+")
ALONE = 0.8
"""Of the bytes that are no ASCII, how many stand alone in a language of western Europe; elsewhere they come in words."""


def read(content: bytes) -> Reading:
    """The pages of a text file; its title is its first line, if that is short enough to be one."""
    text = decoded(content)
    first_line = text.strip().partition("\n")[0].strip(" \t#=*")
    title = first_line if len(first_line) <= TITLE_CHARACTERS else ""
    return Reading("text/plain", title, pages_of(text))


def decoded(content: bytes) -> str:
    """The text of `content` with its line ends as LF: UTF-8 if it is that, Windows' western encoding where its letters stand
    alone, otherwise the likeliest encoding."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _western(content) or _likeliest(content)
    return re.sub(r"\r\n?", "\n", text)


def _western(content: bytes) -> str | None:
    """Statistics take `£12.5m` for Polish: signs of money are rare in any language."""
    runs = OTHER_BYTES.findall(content)
    if b"\0" in content or sum(len(run) == 1 for run in runs) < ALONE * sum(map(len, runs)):
        return None
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return None


def _likeliest(content: bytes) -> str:
    likeliest = charset_normalizer.from_bytes(content).best()
    if likeliest is None:
        raise UnreadableDocument(
            "the file is binary or in an unknown text encoding",
            next_step="save it as PDF or as UTF-8 text",
        ) from None
    return str(likeliest)


def pages_of(text: str) -> tuple[Page, ...]:
    """`text` in pages that, put together, are `text` again.

    A form feed ends a page and is its last character. Text without one, or with far too many, is cut into pages of at most 3,000 characters,
    at the end of a paragraph, a line or a word, whichever of them falls in the second half of the page.
    """
    pieces = re.findall(r"[^\f]*\f|[^\f]+", text) if 0 < text.count("\f") < MOST_PAGES else _cut(text)
    return tuple(Page(index, piece) for index, piece in enumerate(pieces))


def _cut(text: str) -> list[str]:
    pieces = []
    start = 0
    while start < len(text):
        end = _page_end(text, start)
        pieces.append(text[start:end])
        start = end
    return pieces


def _page_end(text: str, start: int) -> int:
    limit = start + PAGE_CHARACTERS
    if limit >= len(text):
        return len(text)
    for mark in BREAKS:
        at = text.rfind(mark, start + PAGE_CHARACTERS // 2, limit)
        if at >= 0:
            return at + len(mark)
    return limit
