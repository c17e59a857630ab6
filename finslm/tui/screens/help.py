"""The help screen: every key, by the part of the screen in which it works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

Section = tuple[str, Sequence[BindingType]]


class HelpScreen(ModalScreen[None]):
    """Read from the bindings themselves, so that it cannot be wrong."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss(None)", "Close", key_display="esc")]

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__(classes="dialog")
        self._sections = sections

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help-box"):
            for title, bindings in self._sections:
                yield Static(title, classes="help-title", markup=False)
                yield Static(Content("\n").join(self._line(b) for b in bindings if isinstance(b, Binding)))
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#help-box").border_title = "Keys"
        self.query_one("#help-box").focus()

    def _line(self, binding: Binding) -> Content:
        keys = " ".join(
            self.app.get_key_display(replace(binding, key=key, key_display=None)) for key in binding.key.split(",")
        )
        return Content.assemble((f"{keys:>16}", "bold $accent"), f"  {binding.tooltip or binding.description}")
