"""The results of triage, a row a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from rich.text import Text
from textual.message import Message
from textual.widgets import DataTable

from finslm.documents import TriageRecord
from finslm.tui.plain_text import one_line

COLUMNS = ("", "File", "Queue", "Priority", "Type", "Issuer", "Period", "Sensitivity")
PRIORITY_STYLES: dict[str | None, str] = {"urgent": "bold red", "high": "red", "low": "dim"}


class TriageTable(DataTable[Text]):
    """Rows appear as files are done. `!` marks what a person must see, `✗` what failed."""

    class Picked(Message):
        """The cursor stands on this record."""

        def __init__(self, record: TriageRecord) -> None:
            super().__init__()
            self.record = record

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, cursor_type="row", cell_padding=1)
        self._records: dict[str, TriageRecord] = {}

    def on_mount(self) -> None:
        self.add_columns(*COLUMNS)

    def add(self, record: TriageRecord) -> None:
        """Adds a row; a record of the same path takes the place of the earlier one."""
        if record.path in self._records:
            self.remove_row(record.path)
        self._records[record.path] = record
        self.add_row(*_cells(record), key=record.path)

    def show(self, records: Iterable[TriageRecord]) -> None:
        """Shows these records and no others."""
        self.clear()
        self._records = {}
        for record in records:
            self.add(record)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        record = self._records.get(event.row_key.value or "")
        if record is not None:
            self.post_message(self.Picked(record))


def _cells(record: TriageRecord) -> tuple[Text, ...]:
    name = one_line(PurePath(record.path).name, 32)
    if record.status == "failed":
        return (
            Text("✗", style="bold red"),
            Text(name),
            Text("failed", style="red"),
            *(Text("") for _ in COLUMNS[3:]),
        )
    return (
        Text("!", style="bold yellow") if record.needs_review else Text("✓", style="green"),
        Text(name),
        _cell(record.queue),
        Text(record.priority or "", style=PRIORITY_STYLES.get(record.priority, "")),
        _cell(record.doc_type),
        _cell(record.issuer),
        _cell(record.period),
        _cell(record.sensitivity),
    )


def _cell(value: str | None) -> Text:
    return Text(one_line(value or "", 28))
