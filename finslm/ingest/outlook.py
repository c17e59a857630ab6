"""MSG (Outlook) -> the same mail as EML -> what the e-mail reader gives for it."""

from __future__ import annotations

import email.utils
import io
from collections.abc import Iterator
from dataclasses import replace
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import olefile
from oxmsg import Message as OutlookMessage
from oxmsg.attachment import Attachment
from oxmsg.domain import constants
from oxmsg.storage import Storage, Stream

from finslm.documents import Reading
from finslm.ingest import mail
from finslm.ingest.damage import damage_told
from finslm.ingest.sound_text import sound

MEDIA_TYPE = "application/vnd.ms-outlook"
# MS-OXPROPS and MS-OXMSG: what python-oxmsg has no name for.
RECIPIENT_TYPE = 0x0C15
RICH_TEXT = 0x1009
RICH_TEXT_ALONE = (
    "[The body of this message is rich text, which FinSLM does not read: save it from Outlook as text or PDF.]"
)
EMBEDDED_MESSAGE = "__substg1.0_3701000D"
PROPERTIES = "__properties_version1.0"
KINDS = {1: "To", 2: "Cc"}


def read(content: bytes) -> Reading:
    """The pages of an Outlook message, with its attachments; its title is its subject."""
    with damage_told("Outlook message"):
        with olefile.OleFileIO(io.BytesIO(content)) as compound:
            root = Storage.from_ole(compound)
        reading = mail.read(_as_mail(root).as_bytes())
    return replace(reading, media_type=MEDIA_TYPE)


def _as_mail(root: Storage) -> Message:
    """The message in a storage as an e-mail of the Internet."""
    message = OutlookMessage(root)
    letter = MIMEMultipart()
    for name, value in _headers(message).items():
        if value:
            letter[name] = _header(value).encode()
    letter.attach(_body(message))
    for storage in root.iter_attachment_storages():
        for part in _attached(storage):
            letter.attach(part)
    return letter


def _headers(message: OutlookMessage) -> dict[str, str]:
    sent = message.sent_date
    date = message.message_headers.get("Date") or (email.utils.format_datetime(sent) if sent else "")
    sender = message.sender or ""
    return {
        # The sender's own header is encoded already where it has to be.
        "From": sender if sender.isascii() else _address(*email.utils.parseaddr(sender)),
        **{name: ", ".join(_recipients(message, kind)) for kind, name in KINDS.items()},
        "Date": date,
        "Subject": message.subject,
    }


def _recipients(message: OutlookMessage, kind: int) -> Iterator[str]:
    for recipient in message.recipients:
        if (recipient.properties.int_prop_value(RECIPIENT_TYPE) or 1) == kind:
            yield _address(recipient.name, recipient.email_address)


def _address(name: str, address: str) -> str:
    """Name and address with the name in quotes or encoded where mail wants that."""
    if not address or not address.isascii():
        return name or address
    return email.utils.formataddr((name if name != address else "", address))


def _header(value: str) -> Header:
    return Header(" ".join(sound(value).split()), "utf-8" if not value.isascii() else "us-ascii")


def _body(message: OutlookMessage) -> MIMEText:
    plain = message.body
    if plain and plain.strip():
        return MIMEText(sound(plain), "plain", "utf-8")
    if html := message.html_body:
        return MIMEText(sound(html), "html", "utf-8")
    has_rich_text = message.properties.binary_prop_value(RICH_TEXT) is not None
    return MIMEText(RICH_TEXT_ALONE if has_rich_text else "", "plain", "utf-8")


def _attached(storage: Storage) -> Iterator[Message]:
    attachment = Attachment(storage)
    properties = attachment.properties
    name = (
        attachment.file_name
        or properties.str_prop_value(constants.PID_ATTACH_FILENAME)
        or properties.str_prop_value(constants.PID_DISPLAY_NAME)
        or "unnamed"
    )
    inner = next((inside for inside in storage.storages if inside.name == EMBEDDED_MESSAGE), None)
    if inner is not None:
        part: Message = MIMEMessage(_as_mail(_as_root(inner)))
        name = name if name.lower().endswith((".msg", ".eml")) else f"{name.replace('/', ' ')}.eml"
    else:
        part = MIMEApplication(attachment.file_bytes or b"")
        content_id = properties.str_prop_value(constants.PID_ATTACH_CONTENT_ID)
        if content_id and (attachment.mime_type or "").startswith("image/"):
            return  # a picture of the layout
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", sound(name)))
    yield part


def _as_root(storage: Storage) -> Storage:
    """An embedded message as if it were a file: its header lacks the last 8 of 32 bytes (MS-OXMSG 2.4.1.2)."""
    streams = tuple(
        Stream(stream.path, stream.bytes_[:24] + bytes(8) + stream.bytes_[24:]) if stream.name == PROPERTIES else stream
        for stream in storage.streams
    )
    return Storage(storage.path, streams, storage.storages)
