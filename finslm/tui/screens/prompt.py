"""A dialog that asks for one line."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.validation import Integer
from textual.widgets import Input


class PromptScreen(ModalScreen[str | None]):
    """Gives the line, or nothing after Escape. With `last_number` only 1 to that number is accepted."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, title: str, *, last_number: int | None = None) -> None:
        super().__init__(classes="dialog")
        self._title = title
        self._validators = [] if last_number is None else [Integer(1, last_number)]

    def compose(self) -> ComposeResult:
        field = Input(validators=self._validators, classes="field", id="prompt")
        field.border_title = self._title
        yield field

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.validation_result is None or event.validation_result.is_valid:
            self.dismiss(event.value.strip())
