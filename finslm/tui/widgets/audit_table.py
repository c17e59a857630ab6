"""The audit log, newest entry first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.message import Message
from textual.widgets import DataTable

from finslm.documents import AuditEntry
from finslm.tui.plain_text import one_line

COLUMNS = ("#", "Time", "User", "Action", "Outcome", "Resource")
OUTCOME_STYLES = {"allowed": "green", "denied": "bold red", "failed": "yellow"}


class AuditTable(DataTable[Text]):
    """One row an entry."""

    class Picked(Message):
        """The cursor stands on this entry."""

        def __init__(self, entry: AuditEntry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, cursor_type="row", cell_padding=1)
        self._entries: dict[str, AuditEntry] = {}

    def on_mount(self) -> None:
        self.add_columns(*COLUMNS)

    def show(self, entries: Sequence[AuditEntry]) -> None:
        """Shows these entries, the last one on top."""
        self._entries = {str(entry.index): entry for entry in reversed(entries)}
        self.clear()
        for key, entry in self._entries.items():
            self.add_row(*_cells(entry), key=key)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        entry = self._entries.get(event.row_key.value or "")
        if entry is not None:
            self.post_message(self.Picked(entry))


def _cells(entry: AuditEntry) -> tuple[Text, ...]:
    return (
        Text(str(entry.index), style="dim", justify="right"),
        Text(entry.time[:19].replace("T", " ")),
        Text(one_line(entry.user, 16)),
        Text(one_line(entry.action, 24)),
        Text(entry.outcome, style=OUTCOME_STYLES[entry.outcome]),
        Text(one_line(entry.resource, 60)),
    )
