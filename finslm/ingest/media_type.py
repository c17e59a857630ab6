"""What a file is, told by its bytes, never by its name."""

from __future__ import annotations

import codecs
import email.parser
import email.policy
import email.utils
import re
from typing import Literal

from finslm.errors import UnreadableDocument
from finslm.ingest.text import decoded

MediaType = Literal["application/pdf", "message/rfc822", "text/html", "text/plain"]

PDF_HEADER_WITHIN = 1024
HEAD_CHARACTERS = 4096
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
HEADER_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t\r\n]|From ")
HTML_OPENING = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta|table|div|h1|p)\b", re.IGNORECASE)
FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Office document",
    b"\xd0\xcf\x11\xe0": "an old Office document or an Outlook message",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"II*\x00": "a TIFF picture",
    b"MM\x00*": "a TIFF picture",
    b"GIF8": "a GIF picture",
    b"{\\rtf": "a rich text document",
}


def media_type(content: bytes, suffix: str = "") -> MediaType:
    """The media type of `content`; `suffix` (".pdf") only makes the refusal clearer.

    Raises `UnreadableDocument` for an empty file, for one that is none of the four types, and for one named .pdf that
    is no PDF: something else under that name is a broken download or a disguise, and a person should look.
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
    _refuse_foreign(content)
    if _is_email(content):
        return "message/rfc822"
    return "text/html" if _is_html(decoded(content)) else "text/plain"


def _refuse_foreign(content: bytes) -> None:
    for signature, kind in FOREIGN.items():
        if content.startswith(signature):
            _refuse(f"the file is {kind}")
    if b"\x00" in content and not content.startswith(UTF16_MARKS):
        _refuse("the file is binary")


def _refuse(what: str) -> None:
    raise UnreadableDocument(
        f"{what}; FinSLM reads PDF, e-mail (.eml), HTML and plain text",
        next_step="save it as PDF and read that",
    )


def _is_email(content: bytes) -> bool:
    """True for a header block with a sender and what only mail software writes; a memo's `From:` is not enough."""
    if not HEADER_LINE.match(content):
        return False
    headers = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(content[:65536])
    if not headers["From"]:
        return False
    written_by_software = any(headers[name] for name in ("Message-ID", "MIME-Version", "Received"))
    return written_by_software or email.utils.parsedate_tz(str(headers["Date"] or "")) is not None


def _is_html(text: str) -> bool:
    head = text[:HEAD_CHARACTERS].lstrip()
    return head.startswith("<") and HTML_OPENING.search(head) is not None
