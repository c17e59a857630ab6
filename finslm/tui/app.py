"""The app: one vault at a time, locked or open."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from finslm.config import Settings
from finslm.tui.panes.ask import AskPane
from finslm.tui.panes.audit import AuditPane
from finslm.tui.panes.documents import DocumentsPane
from finslm.tui.panes.triage import TriagePane
from finslm.tui.screens.closing import ClosingScreen
from finslm.tui.screens.desk import DeskScreen
from finslm.tui.screens.help import HelpScreen, Section
from finslm.tui.screens.ingest import IngestScreen
from finslm.tui.screens.unlock import UnlockScreen
from finslm.tui.widgets.page_viewer import PageViewer
from finslm.tui.widgets.search_field import SearchField

if TYPE_CHECKING:
    from finslm.desk import Desk

CLOSING = "closing"
PALETTE = Binding("ctrl+p", "command_palette", "Command palette: documents, themes, all else")


class FinslmApp(App[None]):
    """Shows the unlock screen, then the desk screen; owns the desk and closes it at lock and at exit."""

    TITLE = "FinSLM"
    CSS_PATH = "finslm.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - declared so in Textual
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", key_display="F1"),
        Binding("ctrl+q", "quit", "Quit", priority=True),
    ]

    def __init__(self, settings: Settings, *, vault: Path, user: str | None, passphrase: str | None = None) -> None:
        super().__init__()
        self._settings = settings
        self._vault = vault
        self._user = user
        self._passphrase = passphrase
        self.desk: Desk | None = None

    def on_mount(self) -> None:
        self.theme = "tokyo-night"
        passphrase, self._passphrase = self._passphrase, None
        self.push_screen(UnlockScreen(self._settings, self._vault, self._user, passphrase))

    def on_unlock_screen_unlocked(self, event: UnlockScreen.Unlocked) -> None:
        self.desk = event.desk
        self._vault, self._user = event.desk.vault_path, event.desk.user
        self.switch_screen(DeskScreen(event.desk))

    def on_ingest_screen_stored(self) -> None:
        desk_screen = self._desk_screen
        if desk_screen is not None:
            desk_screen.reload_documents()

    @property
    def _desk_screen(self) -> DeskScreen | None:
        return next((screen for screen in self.screen_stack if isinstance(screen, DeskScreen)), None)

    async def close_desk(self) -> None:
        """Stops what runs, waits until no thread uses the desk, and closes it."""
        desk, self.desk = self.desk, None
        if desk is None:
            return
        if self._desk_screen is not None:
            self._desk_screen.stop()
        for worker in list(self.workers):
            await _end_of(worker)
        await asyncio.to_thread(desk.close)

    async def on_unmount(self) -> None:
        await self.close_desk()

    async def action_quit(self) -> None:
        """Closes the vault and leaves."""
        self.run_worker(self._close_and_exit(), group=CLOSING, exclusive=True)

    async def _close_and_exit(self) -> None:
        await self._close_behind_cover()
        self.exit()

    async def action_lock(self) -> None:
        """Closes the vault and asks for the passphrase again."""
        self.run_worker(self._close_and_lock(), group=CLOSING, exclusive=True)

    async def _close_and_lock(self) -> None:
        await self._close_behind_cover()
        desk_screen = self._desk_screen
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        if desk_screen is not None:
            await desk_screen.remove_ingest()
        await self.push_screen(UnlockScreen(self._settings, self._vault, self._user))

    async def _close_behind_cover(self) -> None:
        await self.push_screen(ClosingScreen())
        await self.close_desk()

    def action_help(self) -> None:
        self.push_screen(HelpScreen(_help_sections()))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from super().get_system_commands(screen)
        yield SystemCommand("Help", "Every key of FinSLM", self.action_help)
        if isinstance(screen, DeskScreen):
            yield from _desk_commands(screen)
            yield SystemCommand("Lock", "Close the vault", self.action_lock)


def _desk_commands(screen: DeskScreen) -> Iterable[SystemCommand]:
    yield SystemCommand("Documents", "Find and read documents", lambda: screen.action_show("documents"))
    yield SystemCommand("Ask", "Ask a question", lambda: screen.action_show("ask"))
    yield SystemCommand(
        "New conversation", "Forget the questions asked so far", screen.query_one(AskPane).action_start_over
    )
    yield SystemCommand("Triage", "Route a folder of files", lambda: screen.action_show("triage"))
    yield SystemCommand("Audit", "Who did what", lambda: screen.action_show("audit"))
    yield SystemCommand(
        "Verify the audit log", "Prove that it was not changed", screen.query_one(AuditPane).action_verify
    )
    yield SystemCommand("Add documents", "Store a file or a folder", screen.action_ingest)


def _help_sections() -> list[Section]:
    return [
        ("Everywhere", [*FinslmApp.BINDINGS, *DeskScreen.BINDINGS, PALETTE]),
        ("Documents", [*DocumentsPane.BINDINGS, *SearchField.BINDINGS]),
        ("A page", PageViewer.BINDINGS),
        ("Ask", AskPane.BINDINGS),
        ("Triage", TriagePane.BINDINGS),
        ("Audit", AuditPane.BINDINGS),
        ("Adding documents", IngestScreen.BINDINGS),
    ]


async def _end_of(worker: Worker[object]) -> None:
    # A worker that failed has been reported by the app already.
    with contextlib.suppress(WorkerCancelled, WorkerFailed):
        if worker.group != CLOSING:
            await worker.wait()
