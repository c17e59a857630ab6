"""XLSX -> a page a sheet, or several of a large one: rows with their cells as Excel shows them."""

from __future__ import annotations

import importlib
import io
import mimetypes
import sys
from collections.abc import Iterator
from typing import Any, cast

from finslm.documents import Page, Reading
from finslm.ingest.damage import damage_told
from finslm.ingest.number_format import displayed
from finslm.ingest.rows import row_text

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE_CHARACTERS = 10_000


def read(content: bytes) -> Reading:
    """The sheets of a workbook; its title is its property. A formula gives the value that Excel last computed for it.

    Each page begins with the name of its sheet; where a large sheet goes on, its heading row stands there again. Empty
    sheets give no page, hidden ones are named as such.
    """
    openpyxl = _openpyxl()
    with damage_told("Excel workbook", openpyxl.utils.exceptions.InvalidFileException):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        texts = [text for sheet in book.worksheets for text in _pages(sheet)]
        title = str(book.properties.title or "")
    return Reading(MEDIA_TYPE, title.strip(), tuple(Page(index, text) for index, text in enumerate(texts)))


def _openpyxl() -> Any:
    """openpyxl without numpy, which it loads only to know its types of number.

    numpy starts threads as it is loaded, and a process that may start none is interrupted by that. Nor does it get the
    system's list of media types, which it loads to write workbooks and which a confined process may not open.
    """
    mimetypes.knownfiles.clear()
    modules = cast(dict[str, Any], sys.modules)
    numpy = modules.get("numpy")
    modules["numpy"] = None
    try:
        return importlib.import_module("openpyxl")
    finally:
        modules.pop("numpy")
        if numpy is not None:
            modules["numpy"] = numpy


def _pages(sheet: Any) -> Iterator[str]:
    name = f"Sheet: {sheet.title}" + ("" if sheet.sheet_state == "visible" else " (hidden)")
    heading, page, size = "", [name], 0
    for row in _rows(sheet):
        if size > PAGE_CHARACTERS:
            yield "\n".join(page) + "\n"
            page, size = [name, heading] if heading else [name], 0
        heading = heading or (row if " | " in row else "")
        page.append(row)
        size += len(row)
    if size:
        yield "\n".join(page) + "\n"


def _rows(sheet: Any) -> Iterator[str]:
    # A forged or careless size of the sheet would have every row padded to it.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        text = row_text("" if cell.value is None else displayed(cell.value, cell.number_format) for cell in row)
        if text:
            yield text
