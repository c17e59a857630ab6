"""PDF -> the text of each page and the tables on it, by PDFium."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import BinaryIO

import pypdfium2
import pypdfium2.raw

from finslm.documents import Page, Reading, Table
from finslm.errors import UnreadableDocument
from finslm.ingest.hidden import HIDDEN_NOTE
from finslm.ingest.page_notes import notes_on_pages
from finslm.ingest.pdf_hidden import may_hide, take_out_hidden
from finslm.ingest.pdf_scans import is_scan
from finslm.ingest.pdf_tables import find_tables
from finslm.ingest.pdf_words import page_text

MOST_PAGES = 20_000
REPAIRED = "the PDF is damaged and was repaired: parts of it may be missing"
END_MARK, END_WITHIN = b"%%EOF", 2048


class DamagedPdf(UnreadableDocument):
    """PDFium cannot open this file, or not all of it; a repaired copy may open."""


@dataclass(frozen=True)
class _Text:
    """What PDFium gave: the text of each page, its tables, and which pages it cannot read, had hidden text, are scans."""

    title: str
    pages: tuple[str, ...]
    tables: tuple[Table, ...]
    unreadable: tuple[int, ...]
    with_hidden: tuple[int, ...]
    scanned: tuple[int, ...]

    @property
    def worth(self) -> tuple[int, int, int]:
        """More text is better, then more pages for OCR, and then fewer pages that cannot be read."""
        return sum(len(page) for page in self.pages), len(self.scanned), -len(self.unreadable)

    @property
    def is_empty(self) -> bool:
        """Whether there is neither text nor the picture of one."""
        return not self.scanned and not any(page.strip() for page in self.pages)


def read(content: bytes) -> Reading:
    """The pages of a PDF and its tables; its title is that of its metadata.

    A damaged file is repaired where that gives more of it. Raises `UnreadableDocument` for a PDF that is encrypted, of
    over 20,000 pages, damaged beyond repair, or blank on every page. A page without text stays, empty, so that page
    numbers stay right; those that are pictures of text are `scanned`.
    """
    text, notes = _best_text(content)
    if text.is_empty:
        raise UnreadableDocument(
            f"the PDF holds no text on its {len(text.pages)} pages, nor pictures that OCR might read",
            next_step="get the file again from its source",
        )
    pages = tuple(Page(index, page) for index, page in enumerate(text.pages))
    told = notes_on_pages(("pages that cannot be read", text.unreadable), (f"{HIDDEN_NOTE} of pages", text.with_hidden))
    return Reading(
        "application/pdf", text.title, pages, tables=text.tables, notes=(*notes, *told), scanned=text.scanned
    )


def _best_text(content: bytes) -> tuple[_Text, tuple[str, ...]]:
    """The fullest text of the file and of its repaired copies, with a note where it is that of a copy."""
    try:
        whole = _text(content)
    except DamagedPdf:
        if copies := [text for text in _repaired_texts(content) if not text.is_empty]:
            return max(copies, key=lambda text: text.worth), (REPAIRED,)
        raise
    if not whole.unreadable and END_MARK in content[-END_WITHIN:]:
        return whole, ()
    best = max((whole, *_repaired_texts(content)), key=lambda text: text.worth)
    return best, () if best is whole else (REPAIRED,)


def _repaired_texts(content: bytes) -> list[_Text]:
    from finslm.ingest.pdf_repair import mended  # noqa: PLC0415 - qpdf takes as long to load as a small file to be read

    texts = []
    for copy in mended(content, most_pages=MOST_PAGES):
        with contextlib.suppress(DamagedPdf):
            texts.append(_text(copy))
    return texts


def _text(content: bytes) -> _Text:
    pdf = _opened(content)
    title = str(pdf.get_metadata_value("Title")).strip()
    pages: list[str] = []
    tables: list[Table] = []
    unreadable, with_hidden, scanned = [], [], []
    for index in range(len(pdf)):
        try:
            page = pdf[index]
            text_page = page.get_textpage()
            if may_hide(page, text_page):
                text_page.close()
                if take_out_hidden(page):
                    with_hidden.append(index)
                text_page = page.get_textpage()
            raw = text_page.get_text_range()
            text = page_text(raw)
            tables += find_tables(page, text_page, raw, Page(index, text))
            if is_scan(page, text):
                scanned.append(index)
            page.close()  # and its text page with it: a page of PDFium can hold tens of MB
        except pypdfium2.PdfiumError:
            unreadable.append(index)
            text = ""
        pages.append(text)
    if len(unreadable) == len(pages):
        raise _damaged("PDFium cannot read any of its pages")
    return _Text(title, tuple(pages), tuple(tables), tuple(unreadable), tuple(with_hidden), tuple(scanned))


def opened_with(file: BinaryIO, page_count: int) -> pypdfium2.PdfDocument:
    """The PDF, or the first of its repaired copies, that has `page_count` pages. Raises `UnreadableDocument`.

    It is read from `file` as it is needed, and never held in memory whole, unless it must be repaired.
    """
    from finslm.ingest.pdf_repair import mended  # noqa: PLC0415 - as above

    with contextlib.suppress(DamagedPdf):
        if len(pdf := _opened(file)) == page_count:
            return pdf
    file.seek(0)
    for copy in mended(file.read(), most_pages=MOST_PAGES):
        with contextlib.suppress(DamagedPdf):
            if len(pdf := _opened(copy)) == page_count:
                return pdf
    raise _damaged(f"no copy of it has {page_count} pages")


def _opened(content: bytes | BinaryIO) -> pypdfium2.PdfDocument:
    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY):
            raise UnreadableDocument(
                "the PDF is encrypted: it opens only with its password",
                next_step="save a copy without the password and read that",
            ) from error
        raise _damaged("PDFium cannot open it") from error
    if len(pdf) == 0:
        raise _damaged("it has no page")
    if len(pdf) > MOST_PAGES:
        raise DamagedPdf(
            f"the PDF declares {len(pdf):,} pages; at most {MOST_PAGES:,} are read",
            next_step="split it into smaller files",
        )
    return pdf


def _damaged(how: str) -> DamagedPdf:
    return DamagedPdf(
        f"the PDF is damaged: {how}, and no page can be recovered", next_step="get the file again from its source"
    )
