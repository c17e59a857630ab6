"""The unlock screen: which vault, who, and the passphrase."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Static

from finslm.config import Settings
from finslm.desk import Desk
from finslm.errors import FinslmError
from finslm.tui.desk_calls import call_desk, sentence
from finslm.tui.widgets.busy_line import BusyLine


class UnlockScreen(Screen[None]):
    """Opens the vault in a thread, for deriving the key takes a second. Says `Unlocked` when it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "app.quit", "Quit")]

    class Unlocked(Message):
        """The vault is open."""

        def __init__(self, desk: Desk) -> None:
            super().__init__()
            self.desk = desk

    def __init__(self, settings: Settings, vault: Path, user: str | None, passphrase: str | None = None) -> None:
        super().__init__()
        self._settings = settings
        self._vault = vault
        self._user = user
        self._passphrase = passphrase

    def compose(self) -> ComposeResult:
        with Vertical(id="unlock-box"):
            yield Static("[b]FinSLM[/b]", id="wordmark")
            yield Static("answers from your own documents, on this machine", id="motto")
            yield _field("Vault", "vault", str(self._vault))
            yield _field("User", "user", self._user or "", placeholder="as on this computer")
            yield _field("Passphrase", "passphrase", "", password=True)
            yield BusyLine(id="unlock-progress")
            yield Static(id="unlock-error", markup=False)
            yield Button("Unlock", variant="primary", id="unlock", flat=True)
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#passphrase", Input).focus()
        if self._passphrase is not None:
            passphrase, self._passphrase = self._passphrase, None
            self._open(passphrase)

    @on(Input.Submitted)
    @on(Button.Pressed, "#unlock")
    def _submit(self) -> None:
        field = self.query_one("#passphrase", Input)
        if field.value:
            self._open(field.value)
        else:
            self._show_error("Type the passphrase of this vault.")
            field.focus()

    def _open(self, passphrase: str) -> None:
        vault = Path(self.query_one("#vault", Input).value.strip()).expanduser()
        user = self.query_one("#user", Input).value.strip() or None
        self._show_error("")
        self._set_busy(True)
        work = partial(Desk.open, vault, passphrase, user=user, settings=self._settings)
        call_desk(self, work, self._finish, group="unlock", failed=self._refuse)

    def _finish(self, desk: Desk) -> None:
        self.query_one("#passphrase", Input).value = ""
        self.post_message(self.Unlocked(desk))

    def _refuse(self, error: FinslmError) -> None:
        self._set_busy(False)
        self._show_error(sentence(error))
        field = self.query_one("#passphrase", Input)
        field.value = ""
        field.focus()

    def _set_busy(self, busy: bool) -> None:
        line = self.query_one(BusyLine)
        if busy:
            line.start("opening the vault")
        else:
            line.display = False
        for widget in self.query("Input, Button"):
            widget.disabled = busy

    def _show_error(self, words: str) -> None:
        error = self.query_one("#unlock-error", Static)
        error.update(words)
        error.display = bool(words)


def _field(title: str, name: str, value: str, *, placeholder: str = "", password: bool = False) -> Input:
    field = Input(value, id=name, placeholder=placeholder, password=password, classes="field")
    field.border_title = title
    return field
