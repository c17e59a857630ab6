"""The passages a search found."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from finslm.documents import Hit
from finslm.tui.plain_text import around, one_line

SNIPPET_WIDTH = 130


class PassageList(OptionList):
    """One entry a passage, best first, with the words of the query marked; Enter opens the page."""

    class Opened(Message):
        """The user opened a passage; `words` are those of the query that found it."""

        def __init__(self, hit: Hit, words: list[str]) -> None:
            super().__init__()
            self.hit = hit
            self.words = words

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._hits: tuple[Hit, ...] = ()
        self._words: list[str] = []

    def show(self, hits: Sequence[Hit], query: str) -> None:
        """Shows these passages, the first one under the cursor."""
        self._hits = tuple(hits)
        self._words = re.findall(r"\w{2,}", query)
        self.clear_options()
        self.add_options(Option(_entry(hit, self._words)) for hit in hits)
        self.highlighted = 0 if hits else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Opened(self._hits[event.option_index], self._words))


def _entry(hit: Hit, words: list[str]) -> Content:
    head = Content.assemble(
        (one_line(hit.document.filename, 40), "bold $accent"),
        (f"  page {hit.passage.page + 1}", "$foreground 60%"),
    )
    return Content("\n").join([head, _marked(around(hit.passage.text, words, SNIPPET_WIDTH), words)])


def _marked(text: str, words: list[str]) -> Content:
    marked = Content(text)
    for word in words:
        start = text.lower().find(word.lower())
        while start >= 0:
            marked = marked.stylize("bold $warning", start, start + len(word))
            start = text.lower().find(word.lower(), start + len(word))
    return marked
