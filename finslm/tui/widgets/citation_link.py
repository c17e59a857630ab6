"""A citation that can be opened."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from finslm.documents import Citation
from finslm.tui.plain_text import one_line


class CitationLink(Static, can_focus=True):
    """Where a part of an answer stands. A click or Enter opens the page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open source"),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
    ]

    class Opened(Message):
        """The user wants to see the cited page."""

        def __init__(self, citation: Citation) -> None:
            super().__init__()
            self.citation = citation

    def __init__(self, number: int, citation: Citation, document_name: str) -> None:
        super().__init__(
            Content.assemble(
                (f" {number} ", "bold reverse"),
                (f" {one_line(document_name, 40)}", "bold"),
                (f"  page {citation.page + 1}", "$foreground 60%"),
                f"\n   “{one_line(citation.quote, 160)}”",
            )
        )
        self.citation = citation

    def on_click(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        self.post_message(self.Opened(self.citation))
