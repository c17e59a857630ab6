"""The documents pane: find a document or a passage, read its pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher, Input

from finslm.documents import Document, Hit, Page
from finslm.tui.desk_calls import call_desk
from finslm.tui.panes.pane import Pane
from finslm.tui.plain_text import speaking_line
from finslm.tui.screens.prompt import PromptScreen
from finslm.tui.widgets.document_table import DocumentTable
from finslm.tui.widgets.page_viewer import PageViewer
from finslm.tui.widgets.passage_list import PassageList
from finslm.tui.widgets.search_field import SearchField

if TYPE_CHECKING:
    from finslm.desk import Desk

SEARCH_LIMIT = 30


class DocumentsPane(Pane):
    """Typing filters the list of documents; Enter searches inside them; Escape goes back to the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash",
            "search",
            "Search",
            key_display="/",
            tooltip="Filter by name; Enter searches inside the documents",
        ),
        Binding("a", "ask_about", "Ask", tooltip="Ask about this document"),
        Binding("escape", "step_back", "Back to the list", show=False),
    ]

    class AskAbout(Message):
        """The user wants to ask about one document."""

        def __init__(self, document: Document) -> None:
            super().__init__()
            self.document = document

    def __init__(self, desk: Desk, *, id: str) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._documents: tuple[Document, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(id="library"):
            yield SearchField(id="query")
            with ContentSwitcher(initial="document-table", id="found", classes="panel"):
                yield DocumentTable(id="document-table")
                yield PassageList(id="passage-list")
        yield PageViewer(id="page", hint="Pick one in the list and press Enter.")

    def enter(self) -> None:
        if self.has_class("-page-open"):
            self.query_one(PageViewer).text_area.focus()
        else:
            self._focus_list()

    def show_documents(self, documents: Sequence[Document]) -> None:
        """Takes over the stored documents."""
        self._documents = tuple(documents)
        self._show_filtered(self.query_one(SearchField).value)

    def open_page(self, document: Document, index: int = 0, mark: tuple[int, int] | None = None) -> None:
        """Reads a page and shows it with its mark; the page gets the focus."""
        read = partial(self._desk.page, document.id, index)
        call_desk(self, read, partial(self._show_page, document, mark), group="page")

    def _show_page(self, document: Document, mark: tuple[int, int] | None, page: Page) -> None:
        viewer = self.query_one(PageViewer)
        self.add_class("-page-open")
        viewer.show(document, page, mark)
        viewer.text_area.focus()

    @on(Input.Changed, "#query")
    def _filter(self, event: Input.Changed) -> None:
        self._show_filtered(event.value)

    def _show_filtered(self, query: str) -> None:
        words = query.lower().split()
        found = [doc for doc in self._documents if all(word in _searchable(doc) for word in words)]
        self.query_one(DocumentTable).show(found)
        title = f"Documents {len(found)}" + (f" of {len(self._documents)}" if words else "")
        self._show_list("document-table", title, "" if found or not words else "Enter searches the text")

    def _show_list(self, name: str, title: str, subtitle: str = "") -> None:
        switcher = self.query_one("#found", ContentSwitcher)
        switcher.current = name
        switcher.border_title, switcher.border_subtitle = title, subtitle

    @on(Input.Submitted, "#query")
    def _search(self, event: Input.Submitted) -> None:
        query = event.value.strip()
        if not query:
            self._focus_list()
            return
        self.query_one("#found", ContentSwitcher).border_subtitle = "searching…"
        search = partial(self._desk.search, query, limit=SEARCH_LIMIT)
        call_desk(self, search, partial(self._show_hits, query), group="search")

    def _show_hits(self, query: str, hits: tuple[Hit, ...]) -> None:
        passages = self.query_one(PassageList)
        passages.show(hits, query)
        self._show_list("passage-list", f"Passages {len(hits)}", "Esc: documents" if hits else "no passage found")
        if hits:
            passages.focus()

    @on(DocumentTable.Opened)
    def _open_document(self, event: DocumentTable.Opened) -> None:
        self.open_page(event.document)

    @on(PassageList.Opened)
    def _open_passage(self, event: PassageList.Opened) -> None:
        passage = event.hit.passage
        start, end = speaking_line(passage.text, event.words)
        self.open_page(event.hit.document, passage.page, (passage.start + start, passage.start + end))

    @on(PageViewer.PageWanted)
    def _turn(self, event: PageViewer.PageWanted) -> None:
        self.open_page(event.document, event.index)

    @on(PageViewer.ChoiceWanted)
    def _choose_page(self, event: PageViewer.ChoiceWanted) -> None:
        choose = PromptScreen(f"Page (1 to {event.document.page_count})", last_number=event.document.page_count)
        self.app.push_screen(choose, partial(self._open_numbered, event.document))

    def _open_numbered(self, document: Document, number: str | None) -> None:
        if number:
            self.open_page(document, int(number) - 1)

    def action_search(self) -> None:
        if not self.query_one("#library").display:
            self.remove_class("-page-open")
        self.query_one(SearchField).focus()

    def action_step_back(self) -> None:
        if self.query_one(PageViewer).has_focus_within:
            self.remove_class("-page-open")
            self._focus_list()
        else:
            self.query_one(SearchField).value = ""
            self._show_filtered("")
            self._focus_list()

    def _focus_list(self) -> None:
        shown = self.query_one("#found", ContentSwitcher).visible_content
        (shown or self.query_one(DocumentTable)).focus()

    def action_ask_about(self) -> None:
        viewer = self.query_one(PageViewer)
        reading = viewer.document if viewer.has_focus_within else None
        document = reading or self.query_one(DocumentTable).current
        if document is not None:
            self.post_message(self.AskAbout(document))


def _searchable(document: Document) -> str:
    words = (document.filename, document.title, document.collection, document.sensitivity, document.id)
    return " ".join(words).lower()
