"""PDF -> the text of each page and the tables on it, by PDFium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw

from finslm.documents import Page, Reading, Table
from finslm.errors import UnreadableDocument
from finslm.ingest.pdf_tables import find_tables

LINE_END_HYPHEN = "\ufffe"  # PDFium's mark for a hyphen at the end of a line; it joins the two lines there.


def read(content: bytes) -> Reading:
    """The pages of a PDF and its tables; its title is that of its metadata.

    Raises `UnreadableDocument` for a PDF that is encrypted, damaged, or without text on any page. A page without text
    among others with text stays, empty, so that page numbers stay right.
    """
    pdf = _opened(content)
    title = str(pdf.get_metadata_value("Title")).strip()
    tables: list[Table] = []
    pages = tuple(_pages(pdf, tables))
    if not any(page.text.strip() for page in pages):
        raise UnreadableDocument(
            f"the PDF holds no text on its {len(pages)} pages: scanned, no text layer: needs OCR",
            next_step="run it through OCR software that adds a text layer, then read it again",
        )
    return Reading("application/pdf", title, pages, tables=tuple(tables))


def _opened(content: bytes) -> pypdfium2.PdfDocument:
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
    return pdf


def _pages(pdf: pypdfium2.PdfDocument, tables: list[Table]) -> Iterator[Page]:
    """The pages in their order; adds their tables to `tables`."""
    for index in range(len(pdf)):
        try:
            page = pdf[index]
            textpage = page.get_textpage()
            text = textpage.get_text_range()
        except pypdfium2.PdfiumError as error:
            raise _damaged(f"PDFium cannot read its page {index + 1}") from error
        read = Page(index, page_text(text))
        tables += find_tables(page, textpage, text, read)
        page.close()  # and its text page with it: a page of PDFium can hold tens of MB
        yield read


def page_text(text: str) -> str:
    """The text of a page as documents hold it, from PDFium's."""
    return re.sub(r"\r\n?", "\n", text).replace(LINE_END_HYPHEN, "-").replace("\x00", "")


def _damaged(how: str) -> UnreadableDocument:
    return UnreadableDocument(f"the PDF is damaged: {how}", next_step="get the file again from its source")
