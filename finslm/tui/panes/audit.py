"""The audit pane: who did what, and whether the log still verifies."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from finslm.documents import AuditEntry, AuditReport
from finslm.errors import FinslmError
from finslm.tui.desk_calls import call_desk, sentence
from finslm.tui.panes.pane import Pane
from finslm.tui.screens.prompt import PromptScreen
from finslm.tui.widgets.audit_table import AuditTable
from finslm.tui.wording import entry_details, report_sentence

if TYPE_CHECKING:
    from finslm.desk import Desk

UNVERIFIED = "Not verified in this session yet: v verifies the log, w verifies it against a witness."


class AuditPane(Pane):
    """The entries newest first, one in full, and the result of the last verification."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verify", "Verify", tooltip="Verify the whole log"),
        Binding("w", "verify_witness", "Witness", tooltip="Verify against a witness file"),
        Binding("r", "refresh_entries", "Refresh"),
    ]

    def __init__(self, desk: Desk, *, id: str) -> None:
        super().__init__(id=id)
        self._desk = desk

    def compose(self) -> ComposeResult:
        yield Static(UNVERIFIED, id="verdict", markup=False)
        with Horizontal(id="audit-log"):
            with Vertical(id="entries", classes="panel"):
                yield AuditTable(id="audit-table")
            with VerticalScroll(id="entry", classes="panel"):
                yield Static(id="entry-text", markup=False)

    def on_mount(self) -> None:
        self.query_one("#entries").border_title = "Audit log"
        self.query_one("#entry").border_title = "Entry"

    def enter(self) -> None:
        self.query_one(AuditTable).focus()
        self.reload()

    def reload(self) -> None:
        """Reads the entries again."""
        call_desk(self, self._desk.audit_entries, self._show_entries, group="entries")

    def _show_entries(self, entries: tuple[AuditEntry, ...]) -> None:
        self.query_one(AuditTable).show(entries)
        self.query_one("#entries").border_subtitle = f"{len(entries)} entries, newest first"

    @on(AuditTable.Picked)
    def _show_entry(self, event: AuditTable.Picked) -> None:
        self.query_one("#entry-text", Static).update(entry_details(event.entry))

    def _verify(self, witness: Path | None) -> None:
        self._show_verdict("verifying…", "-running")
        work = partial(self._desk.audit_verify, witness)
        call_desk(self, work, self._show_report, group="verify", failed=self._show_failure)

    def _show_report(self, report: AuditReport) -> None:
        self._show_verdict(report_sentence(report), "-good")

    def _show_failure(self, error: FinslmError) -> None:
        self._show_verdict(sentence(error), "-bad")

    def _show_verdict(self, words: str, state: str) -> None:
        verdict = self.query_one("#verdict", Static)
        verdict.set_classes(state)
        verdict.update(words)

    def action_verify(self) -> None:
        self._verify(None)

    def action_verify_witness(self) -> None:
        self.app.push_screen(PromptScreen("Witness file"), self._verify_named)

    def _verify_named(self, name: str | None) -> None:
        if name:
            self._verify(Path(name).expanduser())

    def action_refresh_entries(self) -> None:
        self.reload()
