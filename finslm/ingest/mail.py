"""An e-mail -> its headers, its body as text, and the names of its attachments."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import cast

from finslm.documents import Reading
from finslm.ingest.html import text_of
from finslm.ingest.text import decoded, pages_of

HEADERS = ("From", "To", "Cc", "Date", "Subject")


def read(content: bytes) -> Reading:
    """The pages of an e-mail; its title is its subject. Attachments are named in the text, not opened."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    headers = "\n".join(f"{name}: {message[name]}" for name in HEADERS if message[name])
    parts = (headers, _body(message), _attachments(message))
    return Reading("message/rfc822", str(message["Subject"] or ""), pages_of("\n\n".join(filter(None, parts)) + "\n"))


def _body(message: EmailMessage) -> str:
    """The plain text body, or the HTML body laid out as text."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    text = _content(cast(EmailMessage, part))
    return (text_of(text) if part.get_content_type() == "text/html" else text).strip("\n")


def _content(part: EmailMessage) -> str:
    """The text of a part, also where it states an encoding that does not exist."""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except LookupError:
        payload = part.get_payload(decode=True)
        return decoded(payload) if isinstance(payload, bytes) else str(payload)


def _attachments(message: EmailMessage) -> str:
    names = [part.get_filename() for part in message.walk()]
    return "\n".join(f"Attachment: {name}" for name in names if name)
