"""The list of stored documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import DataTable

from finslm.documents import Document
from finslm.tui.plain_text import one_line

COLUMNS = ("Document", "Pages", "Sensitivity", "Collection", "Title", "Added")


class DocumentTable(DataTable[Text]):
    """One row a document; Enter opens it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", "Open")]

    class Opened(Message):
        """The user opened a document."""

        def __init__(self, document: Document) -> None:
            super().__init__()
            self.document = document

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=False, cell_padding=1)
        self._documents: dict[str, Document] = {}

    def on_mount(self) -> None:
        self.add_columns(*COLUMNS)

    @property
    def current(self) -> Document | None:
        """The document under the cursor."""
        if not self.row_count:
            return None
        key = self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value
        return self._documents.get(key or "")

    def show(self, documents: Sequence[Document]) -> None:
        """Shows these documents, with the cursor where it was if that document is still among them."""
        current = self.current
        self._documents = {document.id: document for document in documents}
        self.clear()
        for document in documents:
            self.add_row(*_cells(document), key=document.id)
        if current and current.id in self._documents:
            self.move_cursor(row=self.get_row_index(current.id), animate=False)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.post_message(self.Opened(self._documents[event.row_key.value or ""]))


def _cells(document: Document) -> tuple[Text, ...]:
    name = Text(one_line(document.filename, 44))
    pages = Text(str(document.page_count), justify="right")
    style = {"public": "dim", "internal": "", "confidential": "yellow", "mnpi": "bold red"}[document.sensitivity]
    return (
        name,
        pages,
        Text(document.sensitivity, style=style),
        Text(one_line(document.collection)),
        Text(one_line(document.title, 60), style="dim"),
        Text(f"{document.ingested_at:%Y-%m-%d}", style="dim"),
    )
