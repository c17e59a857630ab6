"""What a ZIP container or an OLE compound file is, told by what stands inside."""

from __future__ import annotations

import io
import zipfile
from typing import Literal

import olefile

from finslm.errors import UnreadableDocument
from finslm.ingest.damage import damage_told

OfficeType = Literal[
    "application/vnd.ms-outlook",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
]

LISTING = "[Content_Types].xml"
LISTING_BYTES = 2**20
WORD: OfficeType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL: OfficeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POWERPOINT: OfficeType = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
# The content type of the main part: documents, templates and shows, with macros (never run) or without.
MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": WORD,
    b"wordprocessingml.template.main+xml": WORD,
    b"ms-word.document.macroEnabled.main+xml": WORD,
    b"ms-word.template.macroEnabledTemplate.main+xml": WORD,
    b"spreadsheetml.sheet.main+xml": EXCEL,
    b"spreadsheetml.template.main+xml": EXCEL,
    b"ms-excel.sheet.macroEnabled.main+xml": EXCEL,
    b"ms-excel.template.macroEnabled.main+xml": EXCEL,
    b"presentationml.presentation.main+xml": POWERPOINT,
    b"presentationml.slideshow.main+xml": POWERPOINT,
    b"presentationml.template.main+xml": POWERPOINT,
    b"ms-powerpoint.presentation.macroEnabled.main+xml": POWERPOINT,
}
OLD_OFFICE = {
    "WordDocument": ("an old Word document (.doc)", "save it as .docx in Word and read that"),
    "Workbook": ("an old Excel workbook (.xls)", "save it as .xlsx in Excel and read that"),
    "Book": ("an old Excel workbook (.xls)", "save it as .xlsx in Excel and read that"),
    "PowerPoint Document": (
        "an old PowerPoint presentation (.ppt)",
        "save it as .pptx in PowerPoint and read that",
    ),
}


def zip_type(content: bytes) -> OfficeType:
    """The Office type of a ZIP container, or that of a plain archive.

    Raises `UnreadableDocument` for one that does not open, and for Office files that are not read.
    """
    with damage_told("ZIP archive or Office document"), zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        if LISTING in names:
            with archive.open(LISTING) as listing:
                return _listed_type(listing.read(LISTING_BYTES))
    if {"mimetype", "content.xml"} <= names:
        raise _refusal("an OpenDocument file", "save it as .docx, .xlsx, .pptx or PDF and read that")
    return "application/zip"


def compound_type(content: bytes) -> OfficeType:
    """The type of an OLE compound file: an Outlook message.

    Raises `UnreadableDocument` for an encrypted Office document, and for the formats of before 2007.
    """
    with damage_told("Office document or Outlook message"), olefile.OleFileIO(io.BytesIO(content)) as compound:
        streams = {path[0] for path in compound.listdir()}
    if "EncryptedPackage" in streams:
        raise _refusal(
            "an encrypted Office document: it opens only with its password", "save a copy without the password"
        )
    if "__properties_version1.0" in streams:
        return "application/vnd.ms-outlook"
    for stream, (what, next_step) in OLD_OFFICE.items():
        if stream in streams:
            raise _refusal(what, next_step)
    raise _refusal("a compound file of a program that FinSLM does not know", "save it as PDF and read that")


def _listed_type(listing: bytes) -> OfficeType:
    for main_part, office_type in MAIN_PARTS.items():
        if main_part in listing:
            return office_type
    if b"sheet.binary" in listing:
        raise _refusal("a binary Excel workbook (.xlsb)", "save it as .xlsx in Excel and read that")
    raise _refusal("an Office file without a document in it", "save it as PDF and read that")


def _refusal(what: str, next_step: str) -> UnreadableDocument:
    return UnreadableDocument(f"the file is {what}", next_step=next_step)
