"""What is shown while the vault is being closed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen

from finslm.tui.widgets.busy_line import BusyLine


class ClosingScreen(Screen[None]):
    """Covers the documents at once; the work in hand may take some seconds to end."""

    def compose(self) -> ComposeResult:
        yield BusyLine(id="closing")

    def on_mount(self) -> None:
        self.query_one(BusyLine).start("ending the work in hand and closing the vault")
