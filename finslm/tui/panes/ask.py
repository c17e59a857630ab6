"""The ask pane: a conversation about the stored documents, with the cited page beside it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from finslm.documents import Answer, Citation, Document, Page, Question, Turn
from finslm.errors import Cancelled, FinslmError
from finslm.tui.desk_calls import call_desk, sentence
from finslm.tui.panes.pane import Pane
from finslm.tui.plain_text import one_line
from finslm.tui.widgets.citation_link import CitationLink
from finslm.tui.widgets.page_viewer import PageViewer
from finslm.tui.widgets.question_card import QuestionCard
from finslm.tui.wording import answer_as_note

if TYPE_CHECKING:
    from finslm.desk import Desk

INVITATION = """\
Ask for a figure, a change, a ratio, or a passage.

Each number of an answer stands in a cited page, or is computed from such numbers by the program shown.
Where the evidence does not bear an answer, none is given. Follow-up questions know what was asked before."""


class AskPane(Pane):
    """One question at a time; Escape stops it. The conversation lives as long as the pane."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "step_back", "Stop", tooltip="Stop the answer, or close the source"),
        Binding("up", "to_sources", "Sources", tooltip="Go to the citations of the last answer"),
        Binding("ctrl+g", "ask_all", "Ask all", tooltip="Ask about all documents again"),
        Binding("ctrl+n", "start_over", "New", tooltip="Start a new conversation"),
        # Before the page viewer, whose own ctrl+y would redo an edit that cannot be made.
        Binding("ctrl+y", "copy_answer", "Copy", tooltip="Copy the last answer with its sources", priority=True),
    ]

    def __init__(self, desk: Desk, *, id: str) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._documents: dict[str, Document] = {}
        self._scope: Document | None = None
        self._history: tuple[Turn, ...] = ()
        self._last: Answer | None = None
        self._cancel: threading.Event | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="talk"):
            with VerticalScroll(id="conversation", classes="panel", can_focus=False):
                yield Static(INVITATION, id="invitation", markup=False)
            yield Input(placeholder="your question", id="question", classes="field")
        yield PageViewer(id="source", hint="Open a citation with Enter or a click.")

    def on_mount(self) -> None:
        self.query_one("#conversation").border_title = "Conversation"
        self._show_scope()

    def enter(self) -> None:
        if self.has_class("-source-open"):
            self.query_one(PageViewer).text_area.focus()
        else:
            self._field.focus()

    @property
    def _field(self) -> Input:
        return self.query_one("#question", Input)

    def show_documents(self, documents: Sequence[Document]) -> None:
        """Takes over the stored documents: citations are shown with their file names."""
        self._documents = {document.id: document for document in documents}

    def ask_about(self, document: Document | None) -> None:
        """Limits the next questions to one document, or to none."""
        self._scope = document
        self._show_scope()
        if not self.query_one("#talk").display:
            self.remove_class("-source-open")
        self._field.focus()

    def _show_scope(self) -> None:
        name = one_line(self._scope.filename, 50) if self._scope else "all documents"
        self._field.border_title = f"Ask {name}".replace("[", r"\[")

    def stop(self) -> None:
        """Stops the question that is being answered, if there is one."""
        if self._cancel is not None:
            self._cancel.set()

    def on_unmount(self) -> None:
        self.stop()

    @on(Input.Submitted, "#question")
    async def _submit(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if self._cancel is not None:
            self.notify("One question at a time; Escape stops the one that is being answered.", severity="warning")
        elif text:
            event.input.clear()
            await self._ask(text)

    async def _ask(self, text: str) -> None:
        self._cancel = cancel = threading.Event()
        card = QuestionCard(text, self._scope.filename if self._scope else "")
        self.query_one("#invitation").display = False
        conversation = self.query_one("#conversation", VerticalScroll)
        await conversation.mount(card)
        conversation.scroll_end(animate=False)
        scope = (self._scope.id,) if self._scope else ()
        question = Question(text, documents=scope, history=self._history)
        work = partial(self._desk.ask, question, on_text=card.write_from_thread, cancel=cancel)
        then, failed = partial(self._show_answer, card, text), partial(self._show_failure, card)
        call_desk(self, work, then, group="ask", failed=failed)

    def _show_answer(self, card: QuestionCard, question: str, answer: Answer) -> None:
        self._cancel = None
        names = {document.id: document.filename for document in self._documents.values()}
        card.show_answer(answer, names)
        if not answer.abstained and not answer.error:
            self._last = answer
            self._history += (Turn(question, answer.answer),)

    def _show_failure(self, card: QuestionCard, error: FinslmError) -> None:
        self._cancel = None
        if isinstance(error, Cancelled):
            card.show_end("stopped", "Stopped; nothing was answered.")
        else:
            card.show_end("failed", sentence(error))

    @on(CitationLink.Opened)
    def _open_citation(self, event: CitationLink.Opened) -> None:
        citation = event.citation
        work = partial(self._read_cited, citation.doc, citation.page)
        call_desk(self, work, partial(self._show_cited, citation), group="page")

    def _read_cited(self, reference: str, index: int) -> tuple[Document, Page]:
        return self._desk.document(reference), self._desk.page(reference, index)

    def _show_cited(self, citation: Citation, cited: tuple[Document, Page]) -> None:
        self._show_page(*cited, mark=(citation.start, citation.end))

    def _show_page(self, document: Document, page: Page, mark: tuple[int, int] | None = None) -> None:
        self.add_class("-source-open")
        viewer = self.query_one(PageViewer)
        viewer.show(document, page, mark)
        viewer.text_area.focus()

    @on(PageViewer.PageWanted)
    def _turn(self, event: PageViewer.PageWanted) -> None:
        read = partial(self._desk.page, event.document.id, event.index)
        call_desk(self, read, partial(self._show_page, event.document), group="page")

    def action_step_back(self) -> None:
        if self._cancel is not None:
            self.stop()
        elif self.has_class("-source-open"):
            self.remove_class("-source-open")
            self._field.focus()

    def action_to_sources(self) -> None:
        links = self.query(QuestionCard).last().query(CitationLink) if self.query(QuestionCard) else None
        if links:
            links.first().focus()

    def action_ask_all(self) -> None:
        self.ask_about(None)

    def action_start_over(self) -> None:
        self.stop()
        self._history, self._last = (), None
        self.query(QuestionCard).remove()
        self.query_one("#invitation").display = True
        self.remove_class("-source-open")
        self._field.focus()

    def action_copy_answer(self) -> None:
        if self._last is None:
            self.notify("There is no answer to copy yet.", severity="warning")
        else:
            names = {document.id: document.filename for document in self._documents.values()}
            self.app.copy_to_clipboard(answer_as_note(self._last, names))
            self.notify("The last answer is in the clipboard, with its sources.")
