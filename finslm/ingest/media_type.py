"""What a file is, told by its bytes, never by its name."""

from __future__ import annotations

import codecs
import email.parser
import email.policy
import email.utils
import importlib
import re
from typing import TYPE_CHECKING, Literal, cast

from finslm.errors import UnreadableDocument
from finslm.ingest.delimited import delimiter_of
from finslm.ingest.text import decoded

if TYPE_CHECKING:
    from finslm.ingest.office_type import OfficeType

PictureType = Literal["image/jpeg", "image/png", "image/tiff"]
TextType = Literal["application/xml", "message/rfc822", "text/csv", "text/html", "text/plain"]

ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second: an archive without a file
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

PDF_HEADER_WITHIN = 1024
HEAD_CHARACTERS = 4096
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
HEADER_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t\r\n]|From ")
HTML_OPENING = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta|table|div|h1|p)\b", re.IGNORECASE)
# Past the declaration, comments and a document type, which may hold declarations of its own in brackets.
PROLOGUE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!doctype[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
ROOT = re.compile(r"<(?:[\w.-]+:)?(?P<name>[\w.-]+)(?P<attributes>[^>]*)>?")
ARCHIVES = {b"7z\xbc\xaf": "a 7-Zip archive", b"Rar!": "a RAR archive", b"\x1f\x8b": "a gzip archive"}
PICTURES: dict[bytes, PictureType] = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}
FOREIGN = {
    b"GIF8": "a GIF picture",
    b"{\\rtf": "a rich text document",
}


def media_type(content: bytes, suffix: str = "") -> OfficeType | PictureType | TextType | Literal["application/pdf"]:
    """The media type of `content`; `suffix` (".pdf") only makes the refusal clearer.

    Raises `UnreadableDocument` for an empty file, for one that is of no type read here, for an encrypted or old Office
    document, and for one named .pdf that is no PDF: something else under that name is a broken download or a disguise, and a person should look.
    """
    if not content:
        raise UnreadableDocument("the file is empty", next_step="get the file again from its source")
    if b"%PDF-" in content[:PDF_HEADER_WITHIN]:
        return "application/pdf"
    if suffix.lower() == ".pdf":
        raise UnreadableDocument(
            "the file is named .pdf but is not a PDF: it has no %PDF- header",
            next_step="get the file again from its source, or give it its right name",
        )
    if content.startswith((*ZIP, COMPOUND)):
        # Imported by name: it loads libraries that no other file needs.
        office_type = importlib.import_module("finslm.ingest.office_type")
        told = office_type.compound_type if content.startswith(COMPOUND) else office_type.zip_type
        return cast("OfficeType", told(content))
    if picture := next((kind for start, kind in PICTURES.items() if content.startswith(start)), None):
        return picture
    _refuse_foreign(content)
    return "message/rfc822" if _is_email(content) else _text_type(decoded(content))


def _text_type(text: str) -> TextType:
    if text.lstrip()[:1] == "<" and (markup := _markup_type(text.lstrip())):
        return markup
    return "text/csv" if delimiter_of(text) else "text/plain"


def _refuse_foreign(content: bytes) -> None:
    for signature, kind in FOREIGN.items():
        if content.startswith(signature):
            _refuse(f"the file is {kind}")
    for signature, kind in ARCHIVES.items():
        if content.startswith(signature):
            _refuse(f"the file is {kind}", "unpack it and read its files")
    if b"\x00" in content and not content.startswith(UTF16_MARKS):
        _refuse("the file is binary")


def _refuse(what: str, next_step: str = "save it as PDF and read that") -> None:
    raise UnreadableDocument(
        f"{what}; FinSLM reads PDF, Word, Excel, PowerPoint, e-mail, Outlook, HTML, XML, CSV, ZIP, plain text and PNG, JPEG or TIFF pictures",
        next_step=next_step,
    )


def _is_email(content: bytes) -> bool:
    """True for a header block with a sender and what only mail software writes; a memo's `From:` is not enough.

    A draft has no sender yet: it is known by its subject and the MIME headers of its body.
    """
    if not HEADER_LINE.match(content):
        return False
    headers = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(content[:65536])
    if not headers["From"]:
        return all(headers[name] for name in ("Subject", "MIME-Version", "Content-Type"))
    written_by_software = any(headers[name] for name in ("Message-ID", "MIME-Version", "Received"))
    return written_by_software or email.utils.parsedate_tz(str(headers["Date"] or "")) is not None


def _markup_type(text: str) -> Literal["application/xml", "text/html"] | None:
    """By its root: XML when that is declared, has a namespace or is closed at the end, and is not html."""
    start = 0
    while (prologue := PROLOGUE.match(text, start)) and prologue.end() > start:
        start = prologue.end()
    root = ROOT.match(text, start)
    if root and root["name"].lower() != "html":
        if text.startswith("<?xml") or "xmlns" in root["attributes"]:
            return "application/xml"
        if not HTML_OPENING.search(text[:HEAD_CHARACTERS]) and text.rstrip().endswith(f"{root['name']}>"):
            return "application/xml"
    return "text/html" if HTML_OPENING.search(text[:HEAD_CHARACTERS]) else None
