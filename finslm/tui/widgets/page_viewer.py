"""A page of a document, with the cited characters marked."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from finslm.documents import Document, Page
from finslm.tui.plain_text import is_tabular, location, one_line, page_text

EMPTY = "No document is open."


class PageViewer(Vertical):
    """The text of one page. It asks for other pages by message; who hears it calls `show`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,ctrl+pagedown", "turn(1)", "Next", key_display="n"),
        Binding("p,ctrl+pageup", "turn(-1)", "Prev", key_display="p"),
        Binding("g", "choose", "Page", tooltip="Go to a page by its number"),
        Binding("w", "wrap", "Wrap lines on or off", show=False),
    ]

    class PageWanted(Message):
        """The user wants another page of the open document; `index` is 0-based."""

        def __init__(self, document: Document, index: int) -> None:
            super().__init__()
            self.document = document
            self.index = index

    class ChoiceWanted(Message):
        """The user wants to name the page."""

        def __init__(self, document: Document) -> None:
            super().__init__()
            self.document = document

    def __init__(self, *, id: str, hint: str) -> None:
        super().__init__(id=id, classes="panel")
        self.border_title = "Page"
        self._hint = hint
        self.document: Document | None = None
        self.page: Page | None = None

    def compose(self) -> ComposeResult:
        yield TextArea(read_only=True, soft_wrap=True, compact=True, placeholder=f"{EMPTY}\n{self._hint}")

    @property
    def text_area(self) -> TextArea:
        """The text, as a read-only area: it can be selected and copied."""
        return self.query_one(TextArea)

    def show(self, document: Document, page: Page, mark: tuple[int, int] | None = None) -> None:
        """Shows a page; the characters `mark[0]` to `mark[1]` are selected and scrolled into view."""
        self.document, self.page = document, page
        text = page_text(page.text)
        self.border_title = one_line(document.title or document.filename, 60).replace("[", r"\[")
        self.border_subtitle = f"page {page.index + 1} of {document.page_count} · {document.sensitivity}"
        area = self.text_area
        area.soft_wrap = not is_tabular(text)
        area.load_text(text)
        if mark is not None:
            self._mark(area, text, mark)

    def _mark(self, area: TextArea, text: str, mark: tuple[int, int]) -> None:
        # The cursor stands at the beginning, so that a long quote is shown from its first line.
        start, end = (location(text, offset) for offset in mark)
        area.selection = Selection(start=end, end=start)
        # Asked of the area itself, so that it comes after what the area does when its wrapping changes.
        area.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        # Centred from top to bottom only: from left to right the beginnings of the lines say more.
        area = self.text_area
        x, y = area.wrapped_document.location_to_offset(area.cursor_location)
        width, height = area.scrollable_content_region.size
        left = x - width // 2 if x > width * 3 // 4 else 0
        area.scroll_to(left, max(0, y - height // 2), animate=False, force=True)

    def action_turn(self, step: int) -> None:
        if self.document and self.page and 0 <= self.page.index + step < self.document.page_count:
            self.post_message(self.PageWanted(self.document, self.page.index + step))

    def action_choose(self) -> None:
        if self.document:
            self.post_message(self.ChoiceWanted(self.document))

    def action_wrap(self) -> None:
        self.text_area.soft_wrap = not self.text_area.soft_wrap
