"""An e-mail -> its headers, its body as text, and its attachments."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from typing import cast

from finslm.documents import Attachment, Reading
from finslm.ingest.html import text_of
from finslm.ingest.inside import bare_name, kept_out
from finslm.ingest.text import decoded, pages_of

HEADERS = ("From", "To", "Cc", "Date", "Subject")
FILES = ("text/csv", "text/xml")
"""Kinds of text that are no words of a mail, also where it gives them no name."""
SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")


def read(content: bytes) -> Reading:
    """The pages of an e-mail, with its attachments; its title is its subject.

    Signatures and the pictures of a mail's layout, such as a logo, are no attachments.
    """
    message = email.message_from_bytes(content, policy=email.policy.default)
    headers = "\n".join(f"{name}: {text}" for name in HEADERS if (text := _header(message, name)))
    body = _body_of(message)
    attached = tuple(part for part in _leaves(message) if part is not body and _is_attachment(part))
    names = "\n".join(f"Attachment: {_name(part)}" for part in attached)
    text = "\n\n".join(filter(None, (headers, _body(body), names))) + "\n"
    return Reading(
        "message/rfc822", _header(message, "Subject"), pages_of(text), tuple(_attachment(part) for part in attached)
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header in words; as it stands in the mail where it is broken so that the library fails over it."""
    try:
        return str(message[name] or "")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return next((str(value) for known, value in message.raw_items() if known.lower() == name.lower()), "")


def _body_of(message: EmailMessage) -> EmailMessage | None:
    """The plain text of a mail, or its HTML where the plain text is blank."""
    plain, page = (cast(EmailMessage | None, message.get_body((kind,))) for kind in ("plain", "html"))
    return plain if plain and (page is None or _body(plain).strip()) else page


def _body(part: EmailMessage | None) -> str:
    """The plain text body, or the HTML body laid out as text."""
    if part is None:
        return ""
    text = _content(part)
    return (text_of(text) if part.get_content_type() == "text/html" else text).strip("\n")


def _content(part: EmailMessage) -> str:
    """The text of a part, also where it states no encoding, or one that does not exist."""
    with suppress(LookupError, ValueError):  # then it is told by its letters, as where none is stated
        if part.get_content_charset() is not None:
            return str(part.get_content()).replace("\r\n", "\n")
    payload = part.get_payload(decode=True)
    return decoded(payload) if isinstance(payload, bytes) else str(payload)


def _leaves(part: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something; a mail inside the mail is one of them."""
    if part.get_content_type() == "message/rfc822" or not part.is_multipart():
        yield part
        return
    for inner in part.iter_parts():
        yield from _leaves(cast(EmailMessage, inner))


def _is_attachment(part: EmailMessage) -> bool:
    kind = part.get_content_type()
    if kind in SIGNATURES:
        return False
    if part.get_content_maintype() == "image" and (part["Content-ID"] or part.get_content_disposition() == "inline"):
        return False
    is_file = kind in FILES or part.get_content_maintype() == "application"
    return kind == "message/rfc822" or part.is_attachment() or is_file or bool(part.get_filename())


def _name(part: EmailMessage) -> str:
    if part.get_content_type() == "message/rfc822":
        subject = _header(cast(EmailMessage, part.get_content()), "Subject") or "mail"
        return bare_name(part.get_filename() or f"{subject.replace('/', ' ')}.eml")
    return bare_name(part.get_filename() or "unnamed")


def _attachment(part: EmailMessage) -> Attachment:
    name = _name(part)
    try:
        if part.get_content_type() == "message/rfc822":
            return Attachment(name, part.get_content().as_bytes())
        payload = part.get_payload(decode=True)
    except (LookupError, ValueError, TypeError, AttributeError):
        return kept_out(name, "the attachment is damaged in its mail", "save it from the mail program and read that")
    return Attachment(name, payload if isinstance(payload, bytes) else b"")
