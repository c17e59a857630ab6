"""Whether a PDF page is the picture of a text: next to no text, and something else to see."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pypdfium2
import pypdfium2.raw as pdfium

from finslm.ingest.geometry import Box, area, overlap

FEW_LETTERS = 32  # a stamp, a page number, the name of the scanner
FEWEST_LETTERS = 8  # an invisible layer of fewer says nothing
PICTURE_COVERAGE = 0.25  # of the page's area
DRAWN_TEXT = 100  # paths: a text whose letters were turned into outlines has hundreds
MOST_LOOKED_AT = 2000  # of a page's objects, and of a form's: a map has a million
FORM_DEPTH = 8


def is_scan(page: pypdfium2.PdfPage, text: str) -> bool:
    """Whether `page`, whose text layer is `text`, is mostly a picture, or is drawn without any text.

    Invisible text of a few words is what another OCR left there: such a page has been read.
    """
    letters = sum(map(str.isalnum, text))
    if letters > FEW_LETTERS:
        return False
    edges: Box = page.get_bbox()
    covered, paths = 0.0, 0
    for drawn in islice(page.get_objects(max_depth=1), MOST_LOOKED_AT):
        if letters >= FEWEST_LETTERS and _is_invisible_text(drawn):
            return False
        kinds = list(_kinds(page, drawn))
        paths += kinds.count(pdfium.FPDF_PAGEOBJ_PATH)
        if pdfium.FPDF_PAGEOBJ_IMAGE in kinds:
            covered += area(overlap(_bounds(drawn), edges))
    return covered >= PICTURE_COVERAGE * area(edges) or (letters == 0 and paths >= DRAWN_TEXT)


def _kinds(page: pypdfium2.PdfPage, drawn: pypdfium2.PdfObject) -> Iterator[int]:
    """What an object is, or what a form has inside."""
    if drawn.type != pdfium.FPDF_PAGEOBJ_FORM:
        yield drawn.type
        return
    inside = page.get_objects(max_depth=FORM_DEPTH, form=drawn.raw)
    yield from (inner.type for inner in islice(inside, MOST_LOOKED_AT))


def _is_invisible_text(drawn: pypdfium2.PdfObject) -> bool:
    return bool(pdfium.FPDFTextObj_GetTextRenderMode(drawn.raw) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)


def _bounds(drawn: pypdfium2.PdfObject) -> Box:
    try:
        left, bottom, right, top = drawn.get_bounds()
    except pypdfium2.PdfiumError:  # broken: it covers nothing, and costs the page nothing
        return 0.0, 0.0, 0.0, 0.0
    return left, bottom, right, top
