"""A document on its way into its record, and out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from finslm.documents import Document, Reading, Sensitivity
from finslm.vault.records import DocumentRecord


@dataclass(frozen=True)
class NewDocument:
    """A file as read, ready to be stored.

    `parent` is the id of the document that it came in, `signature` is for finding documents like it.
    """

    reading: Reading
    path: Path
    sha256: str
    size_bytes: int
    collection: str
    sensitivity: Sensitivity
    filename: str
    parent: str | None = None
    signature: bytes = b""
    notes: tuple[str, ...] = ()


def record_of(new: NewDocument, document_id: str, sealed_key: bytes) -> DocumentRecord:
    """The record of a new document, stored now."""
    return DocumentRecord(
        id=document_id,
        filename=new.filename,
        title=new.reading.title,
        sha256=new.sha256,
        media_type=new.reading.media_type,
        collection=new.collection,
        sensitivity=new.sensitivity,
        page_count=len(new.reading.pages),
        size_bytes=new.size_bytes,
        source_path=str(new.path),
        ingested_at=datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        sealed_key=sealed_key,
    )


def document_of(record: DocumentRecord) -> Document:
    """The document of a record, without its text."""
    return Document(
        id=record.id,
        filename=record.filename,
        title=record.title,
        sha256=record.sha256,
        media_type=record.media_type,
        collection=record.collection,
        sensitivity=cast(Sensitivity, record.sensitivity),
        page_count=record.page_count,
        size_bytes=record.size_bytes,
        source_path=record.source_path,
        ingested_at=record.ingested_at,
        parent=record.parent,
        notes=tuple(record.notes or ()),
    )
