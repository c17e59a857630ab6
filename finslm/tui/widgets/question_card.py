"""One question of the conversation, from the moment it is asked to its answer."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from finslm.documents import Answer
from finslm.tui.plain_text import one_line, page_text
from finslm.tui.widgets.busy_line import spinner
from finslm.tui.widgets.citation_link import CitationLink
from finslm.tui.wording import answer_details


class QuestionCard(Vertical):
    """Shows the question, what the model writes while it writes, then the answer with its citations."""

    def __init__(self, question: str, scope: str) -> None:
        super().__init__(classes="-running")
        self._question = question
        self._scope = scope
        self._written = ""
        self._started = monotonic()

    def compose(self) -> ComposeResult:
        scope = f"  in {one_line(self._scope, 40)}" if self._scope else ""
        words = Content.assemble((one_line(self._question), "bold"), (scope, "$foreground 60%"))
        yield Static(words, classes="question")
        yield Static(classes="progress")

    def on_mount(self) -> None:
        self._clock = self.set_interval(0.1, self._show_progress)
        self._show_progress()

    def write(self, text: str) -> None:
        """Adds what the model wrote since the last call."""
        self._written += page_text(text)
        self._show_progress()

    def write_from_thread(self, text: str) -> None:
        """The same, called by the thread in which the model runs."""
        self.call_later(self.write, text)

    def _show_progress(self) -> None:
        seconds = monotonic() - self._started
        doing = "writing" if self._written else "reading the evidence"
        head = Content.assemble((f"{spinner(seconds)} {doing}", "$accent"), (f"  {seconds:.1f} s", "$foreground 60%"))
        self.query_one(".progress", Static).update(
            Content.assemble(head, f"\n{self._written}" if self._written else "")
        )

    def show_answer(self, answer: Answer, document_names: Mapping[str, str]) -> None:
        """Shows the answer, or the abstention with its reason."""
        seconds = monotonic() - self._started
        if answer.error:
            self.show_end("failed", answer.error)
            return
        self._end("abstained" if answer.abstained else "answered")
        self.mount_all(_pieces(answer, document_names, seconds))
        self.call_after_refresh(self.scroll_visible)

    def show_end(self, state: str, words: str) -> None:
        """Shows that there is no answer: `state` is `failed` or `stopped`, `words` say why."""
        self._end(state)
        self.mount(Static(Content(one_line(words)), classes="ending"))

    def _end(self, state: str) -> None:
        self._clock.stop()
        self.query(".progress").remove()
        self.remove_class("-running").add_class(f"-{state}")


def _pieces(answer: Answer, document_names: Mapping[str, str], seconds: float) -> list[Widget]:
    if answer.abstained:
        reason = one_line(answer.reason or "the evidence does not bear an answer")
        head = Content.assemble(("No answer: ", "bold"), reason)
    else:
        head = Content(page_text(answer.answer))
    pieces: list[Widget] = [Static(head, classes="answer")]
    pieces.append(Static(answer_details(answer, seconds), classes="details"))
    for number, citation in enumerate(answer.citations, start=1):
        pieces.append(CitationLink(number, citation, document_names.get(citation.doc, citation.doc)))
    return pieces
