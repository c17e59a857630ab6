"""The field that filters and searches."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class SearchField(Input):
    """An input whose footer says what Enter does, and which is left downwards into the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Search the text"),
        Binding("down", "app.focus_next", "To the list"),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, placeholder="filter names, Enter searches the text", classes="field")
