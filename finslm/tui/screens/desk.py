"""The desk screen: the four panes over one opened vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer, Static, Tab, Tabs

from finslm.documents import Document
from finslm.tui.commands import DocumentCommands
from finslm.tui.desk_calls import call_desk
from finslm.tui.panes.ask import AskPane
from finslm.tui.panes.audit import AuditPane
from finslm.tui.panes.documents import DocumentsPane
from finslm.tui.panes.pane import Pane
from finslm.tui.panes.triage import TriagePane
from finslm.tui.plain_text import one_line
from finslm.tui.screens.ingest import IngestScreen

if TYPE_CHECKING:
    from finslm.desk import Desk

PANES = {"documents": "Documents", "ask": "Ask", "triage": "Triage", "audit": "Audit"}


class DeskScreen(Screen[None]):
    """Switches between the panes and hands the documents down to those that show them."""

    AUTO_FOCUS = "#document-table"
    COMMANDS: ClassVar = {DocumentCommands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(f"f{number},{number - 1}", f"show('{name}')", title, show=False, key_display=f"F{number}")
            for number, (name, title) in enumerate(PANES.items(), start=2)
        ),
        Binding(
            "ctrl+o",
            "ingest",
            "Add",
            tooltip="Add documents, or show the adding again",
        ),
        Binding("ctrl+l", "app.lock", "Lock", tooltip="Close the vault and ask for the passphrase"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.documents: tuple[Document, ...] = ()
        self._ingest = IngestScreen(desk)

    def compose(self) -> ComposeResult:
        with Horizontal(id="title-bar"):
            yield Static("[b]FinSLM[/b]", id="brand")
            tabs = (Tab(f"{title} [dim]F{n}[/dim]", id=name) for n, (name, title) in enumerate(PANES.items(), start=2))
            yield Tabs(*tabs, id="tabs")
            yield Static(
                f"{one_line(self.desk.user, 24)} · {one_line(self.desk.vault_path.name, 24)}",
                id="who",
                markup=False,
            )
        with ContentSwitcher(initial="documents", id="panes"):
            yield DocumentsPane(self.desk, id="documents-pane")
            yield AskPane(self.desk, id="ask-pane")
            yield TriagePane(self.desk, id="triage-pane")
            yield AuditPane(self.desk, id="audit-pane")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        # Installed, so that hiding the dialog does not end the work that it started.
        self.app.install_screen(self._ingest, name="ingest")
        self.reload_documents()
        self.action_show("documents")

    def stop(self) -> None:
        """Tells every long work to stop."""
        for pane in self.query(Pane):
            pane.stop()
        self._ingest.stop()

    async def remove_ingest(self) -> None:
        """Lets the dialog go, which outlives being hidden."""
        self.app.uninstall_screen(self._ingest)
        if self._ingest.is_running:
            await self._ingest.remove()

    def reload_documents(self) -> None:
        """Reads the list of documents again."""
        call_desk(self, self.desk.documents, self._show_documents, group="documents")

    def _show_documents(self, documents: tuple[Document, ...]) -> None:
        self.documents = documents
        self.query_one(DocumentsPane).show_documents(documents)
        self.query_one(AskPane).show_documents(documents)

    def open_document(self, document: Document) -> None:
        """Shows the first page of a document in the documents pane."""
        self.action_show("documents")
        self.query_one(DocumentsPane).open_page(document)

    @on(Tabs.TabActivated)
    def _show_active(self, event: Tabs.TabActivated) -> None:
        name = event.tab.id or "documents"
        pane = self.query_one(f"#{name}-pane", Pane)
        self.query_one("#panes", ContentSwitcher).current = pane.id
        pane.enter()

    @on(DocumentsPane.AskAbout)
    def _ask_about(self, event: DocumentsPane.AskAbout) -> None:
        self.action_show("ask")
        self.query_one(AskPane).ask_about(event.document)

    def action_show(self, name: str) -> None:
        self.query_one(Tabs).active = name

    def action_ingest(self) -> None:
        self.app.push_screen("ingest")
