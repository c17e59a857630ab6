"""The triage pane: a folder of files, routed to queues while one watches."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Static

from finslm.documents import TriageRecord
from finslm.errors import Cancelled, FinslmError
from finslm.tui.desk_calls import call_desk, notify_error
from finslm.tui.panes.pane import Pane
from finslm.tui.widgets.busy_line import BusyLine
from finslm.tui.widgets.triage_table import TriageTable
from finslm.tui.wording import record_details

if TYPE_CHECKING:
    from finslm.desk import Desk


class TriagePane(Pane):
    """Enter in the folder field starts; Escape stops, and starting again goes on with what is left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "folder", "Folder", key_display="/", tooltip="Name the folder; Enter starts"),
        Binding("f", "filter", "Review only", tooltip="Show only what a person must see, or everything"),
        Binding("escape", "stop", "Stop", tooltip="Stop; starting the same folder again goes on"),
    ]

    def __init__(self, desk: Desk, *, id: str) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._records: dict[str, TriageRecord] = {}
        self._folder: Path | None = None
        self._cancel: threading.Event | None = None
        self._review_only = False

    def compose(self) -> ComposeResult:
        yield Input(placeholder="folder or file to triage, Enter starts", id="folder", classes="field")
        yield BusyLine(id="triage-progress")
        with Horizontal(id="triage-results"):
            with Vertical(id="triage-list", classes="panel"):
                yield TriageTable(id="triage-table")
            with VerticalScroll(id="record", classes="panel"):
                yield Static(id="record-text", markup=False)

    def on_mount(self) -> None:
        self.query_one("#folder").border_title = "Triage"
        self.query_one("#triage-list").border_title = "Results"
        self.query_one("#record").border_title = "Details"

    def enter(self) -> None:
        table = self.query_one(TriageTable)
        (table if table.row_count else self.query_one("#folder", Input)).focus()

    def stop(self) -> None:
        """Stops the running triage after the files in hand, if it runs."""
        if self._cancel is not None:
            self._cancel.set()

    def on_unmount(self) -> None:
        self.stop()

    @on(Input.Submitted, "#folder")
    def _submit(self, event: Input.Submitted) -> None:
        if self._cancel is not None:
            self.notify("Triage is running; Escape stops it.", severity="warning")
        elif event.value.strip():
            self._start(Path(event.value.strip()).expanduser())

    def _start(self, folder: Path) -> None:
        if folder != self._folder:
            self._folder, self._records = folder, {}
        self._show_records()
        self._cancel = cancel = threading.Event()
        self.query_one(BusyLine).start("triage")
        self.query_one(TriageTable).focus()
        done = tuple(record for record in self._records.values() if record.status == "done")
        work = partial(self._desk.triage, [folder], done=done, on_record=self._take, cancel=cancel)
        call_desk(self, work, self._finish, group="triage", failed=self._show_failure)

    def _take(self, record: TriageRecord) -> None:
        """Runs in the worker thread, once a file."""
        self.call_later(self._add_record, record)

    def _add_record(self, record: TriageRecord) -> None:
        self._records[record.path] = record
        if record.needs_review or record.status == "failed" or not self._review_only:
            self.query_one(TriageTable).add(record)
        self._show_counts()

    def _finish(self, records: tuple[TriageRecord, ...]) -> None:
        self._cancel = None
        self._records = {record.path: record for record in records}
        self._show_records()
        self.query_one(BusyLine).finish(f"done: {len(records)} files")

    def _show_failure(self, error: FinslmError) -> None:
        self._cancel = None
        stopped = isinstance(error, Cancelled)
        self.query_one(BusyLine).finish("stopped; Enter in the folder field goes on" if stopped else "failed")
        notify_error(self, error)

    def _show_records(self) -> None:
        shown = [r for r in self._records.values() if r.needs_review or r.status == "failed" or not self._review_only]
        self.query_one(TriageTable).show(shown)
        if not shown:
            self.query_one("#record-text", Static).update("")
        self._show_counts()

    def _show_counts(self) -> None:
        records = self._records.values()
        review = sum(record.needs_review for record in records)
        failed = sum(record.status == "failed" for record in records)
        panel = self.query_one("#triage-list")
        panel.border_title = "Needs review" if self._review_only else "Results"
        panel.border_subtitle = f"{len(records)} files · {review} need review · {failed} failed"

    @on(TriageTable.Picked)
    def _show_record(self, event: TriageTable.Picked) -> None:
        self.query_one("#record-text", Static).update(record_details(event.record))
        self.query_one("#record").scroll_home(animate=False)

    def action_folder(self) -> None:
        self.query_one("#folder", Input).focus()

    def action_filter(self) -> None:
        self._review_only = not self._review_only
        self._show_records()

    def action_stop(self) -> None:
        self.stop()
