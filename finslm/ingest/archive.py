"""ZIP -> the files inside it. An archive has no text of its own."""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator

from finslm.documents import Attachment, Reading
from finslm.errors import UnreadableDocument
from finslm.ingest.damage import damage_told
from finslm.ingest.inside import bare_name, kept_out

MOST_MEMBERS = 1000
MOST_BYTES = 64 * 2**20
MOST_RATIO = 200  # text in a ZIP seldom shrinks more than twentyfold
RATIO_COUNTS_FROM = 2**20
ENCRYPTED = 0x1
BROKEN_MEMBER = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, RuntimeError, ValueError
)  # fmt: skip


def read(content: bytes) -> Reading:
    """No page, and an attachment for each file of the archive; one that cannot be unpacked costs itself only.

    Folders, links and hidden files are passed over, as in a folder. Raises `UnreadableDocument` for an archive that is
    damaged, empty, or of more than 1,000 files.
    """
    with damage_told("ZIP archive"):
        archive = zipfile.ZipFile(io.BytesIO(content))
    members = [member for member in archive.infolist() if _is_document(member)]
    if not members:
        raise UnreadableDocument("the ZIP archive holds no file", next_step="get the file again from its source")
    if len(members) > MOST_MEMBERS:
        raise UnreadableDocument(
            f"the ZIP archive holds {len(members)} files, more than the {MOST_MEMBERS} allowed",
            next_step="unpack it and read its folder",
        )
    return Reading("application/zip", "", (), tuple(_unpacked(archive, members)))


def _is_document(member: zipfile.ZipInfo) -> bool:
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    hidden = any(part.startswith(".") and part.strip(".") for part in member.filename.split("/"))
    return not (member.is_dir() or is_link or hidden or member.filename.startswith("__MACOSX/"))


def _unpacked(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Iterator[Attachment]:
    left = MOST_BYTES
    for member in members:
        attachment = _attachment(archive, member, left)
        left -= len(attachment.content)
        yield attachment


def _attachment(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> Attachment:
    name = bare_name(member.filename)
    if member.flag_bits & ENCRYPTED:
        return kept_out(name, "the file is encrypted in its ZIP archive", "unpack it with its password and read that")
    # The declared size binds: zipfile gives no more bytes than that.
    if member.file_size > RATIO_COUNTS_FROM and member.file_size > MOST_RATIO * member.compress_size:
        return kept_out(
            name,
            f"the file unpacks to {member.file_size // max(member.compress_size, 1)} times its size, as a zip bomb does",
            "unpack it yourself if you trust its source",
        )
    if member.file_size > left:
        what = f"the files of the ZIP archive unpack to more than {MOST_BYTES // 2**20} MiB"
        return kept_out(name, what, "unpack it and read its folder")
    try:
        return Attachment(name, archive.read(member))
    except BROKEN_MEMBER:
        return kept_out(name, "the file is damaged in its ZIP archive", "get the archive again from its source")
