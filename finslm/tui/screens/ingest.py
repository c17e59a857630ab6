"""The dialog that adds documents."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast, get_args

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, DataTable, Footer, Input, Select

from finslm.documents import IngestResult, Sensitivity
from finslm.errors import Cancelled, FinslmError
from finslm.tui.desk_calls import call_desk, notify_error
from finslm.tui.plain_text import one_line
from finslm.tui.widgets.busy_line import BusyLine

if TYPE_CHECKING:
    from finslm.desk import Desk

MARKS = {"stored": ("✓", "green"), "unchanged": ("=", "dim"), "failed": ("✗", "bold red")}


class IngestScreen(ModalScreen[None]):
    """Stores a file or a folder and shows what became of each file. Escape hides it; the work goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "hide", "Hide", tooltip="Hide the dialog; the work goes on"),
        Binding("ctrl+t", "stop", "Stop", tooltip="Stop after the file in hand"),
    ]

    class Stored(Message):
        """Documents were added; the list is to be read again."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(classes="dialog")
        self._desk = desk
        self._stop_wanted = threading.Event()
        self._counts = dict.fromkeys(MARKS, 0)
        self._is_running = False

    def compose(self) -> ComposeResult:
        with Vertical(id="ingest-box"):
            yield _titled(Input(id="ingest-path", placeholder="file or folder", classes="field"), "Path")
            with Horizontal(id="ingest-options"):
                yield _titled(Input("default", id="ingest-collection", classes="field"), "Collection")
                levels = [(level, level) for level in get_args(Sensitivity)]
                yield Select(levels, value="internal", allow_blank=False, id="ingest-sensitivity", compact=True)
                yield Button("Add", variant="primary", id="ingest-start", compact=True)
            yield BusyLine(id="ingest-progress")
            yield DataTable[Text](id="ingest-results", cursor_type="row", show_header=False)
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#ingest-box").border_title = "Add documents"
        self.query_one("#ingest-sensitivity").border_title = "Sensitivity"
        self.query_one("#ingest-path").focus()
        self.query_one(DataTable).add_columns("", "File", "Result")

    def stop(self) -> None:
        """Stops after the file in hand."""
        self._stop_wanted.set()

    def on_unmount(self) -> None:
        self.stop()

    @on(Input.Submitted)
    @on(Button.Pressed, "#ingest-start")
    def _submit(self) -> None:
        path = self.query_one("#ingest-path", Input).value.strip()
        if self._is_running:
            self.notify("Documents are being added; ctrl+t stops after the file in hand.", severity="warning")
        elif path:
            self._start(Path(path).expanduser())

    def _start(self, path: Path) -> None:
        self._is_running = True
        self._stop_wanted.clear()
        self._counts = dict.fromkeys(MARKS, 0)
        self.query_one(DataTable).clear()
        self.query_one(BusyLine).start("reading")
        work = partial(
            self._desk.ingest,
            [path],
            collection=self.query_one("#ingest-collection", Input).value.strip() or "default",
            sensitivity=cast(Sensitivity, self.query_one("#ingest-sensitivity", Select).value),
            on_result=self._take,
        )
        call_desk(self, work, self._finish, group="ingest", failed=self._show_failure)

    def _take(self, result: IngestResult) -> None:
        """Runs in the worker thread, once a file."""
        self.call_later(self._show_result, result)
        if self._stop_wanted.is_set():
            raise Cancelled("adding documents was stopped", safe="what was stored stays stored")

    def _show_result(self, result: IngestResult) -> None:
        self._counts[result.status] += 1
        mark, style = MARKS[result.status]
        pages = f"{result.document.page_count} pages" if result.document else ""
        alike = [f"{result.similarity:.0%} like {result.duplicate_of}"] if result.similarity is not None else []
        said = "; ".join((f"{result.status}  {pages}".strip(), *alike, *map(one_line, result.notes)))
        words = one_line(result.error) if result.error else said
        table = self.query_one(DataTable)
        table.add_row(Text(mark, style=style), Text(one_line(result.filename, 40)), Text(words, style=style))
        table.move_cursor(row=table.row_count - 1, animate=False)
        self.query_one(BusyLine).say(self._count_words)

    @property
    def _count_words(self) -> str:
        return ", ".join(f"{count} {status}" for status, count in self._counts.items())

    def _finish(self, results: tuple[IngestResult, ...]) -> None:
        self._end(self._count_words)
        if not self.is_current:
            self.app.notify(f"Documents: {self._count_words}.", title="Adding is done", markup=False)

    def _show_failure(self, error: FinslmError) -> None:
        self._end(f"stopped: {self._count_words}" if isinstance(error, Cancelled) else "failed")
        notify_error(self, error)

    def _end(self, words: str) -> None:
        self._is_running = False
        self.query_one(BusyLine).finish(words)
        self.app.post_message(self.Stored())

    def action_hide(self) -> None:
        self.app.pop_screen()

    def action_stop(self) -> None:
        self.stop()


def _titled(field: Input, title: str) -> Input:
    field.border_title = title
    return field
