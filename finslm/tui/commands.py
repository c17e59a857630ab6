"""The command palette's own commands: open a document by name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from finslm.documents import Document
from finslm.tui.plain_text import one_line

if TYPE_CHECKING:
    from finslm.tui.screens.desk import DeskScreen

DISCOVERED = 5


class DocumentCommands(Provider):
    """Finds a stored document by a part of its file name or title."""

    @property
    def _desk_screen(self) -> DeskScreen:
        from finslm.tui.screens.desk import DeskScreen  # noqa: PLC0415 - the screen names this provider

        assert isinstance(self.screen, DeskScreen)  # noqa: S101 - only that screen has these commands
        return self.screen

    async def discover(self) -> Hits:
        for document in self._desk_screen.documents[:DISCOVERED]:
            yield DiscoveryHit(
                f"Open {one_line(document.filename)}", self._opening(document), help=one_line(document.title)
            )

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for document in self._desk_screen.documents:
            command = f"Open {one_line(document.filename)}"
            score = max(matcher.match(command), matcher.match(document.title))
            if score > 0:
                yield Hit(score, matcher.highlight(command), self._opening(document), help=one_line(document.title))

    def _opening(self, document: Document) -> partial[None]:
        return partial(self._desk_screen.open_document, document)
