"""DOCX -> paragraphs and tables as Word shows them.

python-docx opens the package; its own text of a paragraph leaves out inserted runs, content controls and footnotes, so
the elements are walked here (ISO/IEC 29500-1, section 17).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from docx.exceptions import PythonDocxError
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.exceptions import XmlchemyError
from docx.oxml.ns import qn
from docx.package import Package

from finslm.documents import Reading
from finslm.ingest.damage import damage_told
from finslm.ingest.hidden import HIDDEN_NOTE
from finslm.ingest.rows import row_text
from finslm.ingest.text import pages_of
from finslm.ingest.word_hidden import is_hidden

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT = {qn("w:t"), qn("m:t")}
MARKS = {qn("w:tab"): "\t", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
NOTES = {qn("w:footnoteReference"): "", qn("w:endnoteReference"): "endnote "}
# Tracked deletions, and the older picture of a text box beside the newer one.
UNSEEN = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:pPr"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
PAGE_END = "\f"


def read(content: bytes) -> Reading:
    """The pages of a Word document: headers first, then the body, footers and notes. Its title is its property.

    Pages end where Word last broke them or, in a file that Word never laid out, where the writer did. Tracked
    insertions are read, deletions and hidden text are not.
    """
    with damage_told("Word document", PythonDocxError, OpcError, XmlchemyError):
        package: Any = Package.open(io.BytesIO(content))
        document = package.main_document_part
        title = package.core_properties.title if RELATIONSHIP_TYPE.CORE_PROPERTIES in _kinds(package) else ""
        body = parse_xml(document.blob).find(qn("w:body"))  # a document with macros has no element of its own there
        text = "\n".join(_document_lines(document, body)).strip("\n")
        notes = (
            (HIDDEN_NOTE,) if any(is_hidden(run) and _inline(run, frozenset()) for run in body.iter(qn("w:r"))) else ()
        )
    return Reading(MEDIA_TYPE, title.strip(), pages_of(text + "\n" if text else ""), notes=notes)


def _kinds(package: Any) -> set[str]:
    return {relation.reltype for relation in package.rels.values()}


def _document_lines(document: Any, body: Any) -> Iterator[str]:
    yield from _margin(document, body, "w:headerReference")
    yield from _lines(body, _page_marks(body))
    yield from _margin(document, body, "w:footerReference")
    yield from _notes(document, RELATIONSHIP_TYPE.FOOTNOTES, "")
    yield from _notes(document, RELATIONSHIP_TYPE.ENDNOTES, "endnote ")


def _page_marks(body: Any) -> frozenset[Any]:
    """The elements at which a page begins."""
    laid_out = frozenset(body.iter(qn("w:lastRenderedPageBreak")))
    return laid_out or frozenset(mark for mark in body.iter(qn("w:br")) if mark.get(qn("w:type")) == "page")


def _margin(document: Any, body: Any, reference: str) -> Iterator[str]:
    """The text of the headers or the footers of all sections, each once."""
    parts = [document.related_parts[element.get(qn("r:id"))] for element in body.iter(qn(reference))]
    texts = ["\n".join(_lines(parse_xml(part.blob))).strip() for part in parts]
    yield from filter(None, dict.fromkeys(texts))


def _notes(document: Any, kind: str, name: str) -> Iterator[str]:
    for relation in document.rels.values():
        if relation.reltype == kind and not relation.is_external:
            for note in parse_xml(relation.target_part.blob):
                text = " ".join(_lines(note)).strip()
                if text:
                    yield f"[{name}{note.get(qn('w:id'))}] {text}"


def _lines(container: Any, page_marks: frozenset[Any] = frozenset()) -> Iterator[str]:
    """The paragraphs and table rows of a body, a cell, a header or a note, in their order."""
    for element in container:
        if element.tag == qn("w:p"):
            yield _inline(element, page_marks)
        elif element.tag == qn("w:tr"):
            yield from _row(element, page_marks)
        elif isinstance(element.tag, str) and element.tag not in UNSEEN:
            yield from _lines(element, page_marks)


def _row(row: Any, page_marks: frozenset[Any]) -> Iterator[str]:
    if row.find(f"{qn('w:trPr')}/{qn('w:del')}") is not None:
        return
    text = row_text(_cells(row))
    begins_page = any(element in page_marks for element in row.iter())
    yield (PAGE_END if begins_page else "") + text


def _cells(row: Any) -> Iterator[str]:
    for element in row:
        if element.tag == qn("w:tc"):
            yield " ".join(_lines(element))
        elif element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml")):
            yield from _cells(element)


def _inline(element: Any, page_marks: frozenset[Any]) -> str:
    return "".join(_pieces(element, page_marks))


def _pieces(parent: Any, page_marks: frozenset[Any]) -> Iterator[str]:
    for element in parent:
        if element in page_marks:
            yield PAGE_END
        elif element.tag in TEXT:
            yield element.text or ""
        elif element.tag == qn("w:br"):
            yield "\n" if element.get(qn("w:type")) in (None, "textWrapping") else ""
        elif element.tag in MARKS:
            yield MARKS[element.tag]
        elif element.tag in NOTES:
            yield f"[{NOTES[element.tag]}{element.get(qn('w:id'))}]"
        elif element.tag == qn("w:txbxContent"):
            yield "\n" + "\n".join(_lines(element, page_marks)) + "\n"
        elif isinstance(element.tag, str) and element.tag not in UNSEEN and not is_hidden(element):
            yield from _pieces(element, page_marks)
