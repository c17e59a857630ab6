"""What the four panes have in common for the screen that switches between them."""

from __future__ import annotations

from textual.containers import Container


class Pane(Container):
    """A part of the desk screen."""

    def enter(self) -> None:
        """Takes the focus; the pane has just been shown."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ends what runs for long, if anything does."""
