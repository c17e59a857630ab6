"""The end of a document: its key first of all, and every record of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from finslm.vault.records import (
    AttachmentRecord,
    DocumentRecord,
    NotesRecord,
    OwnRecord,
    PageRecord,
    SignatureRecord,
    TablesRecord,
    UnfinishedRecord,
)


def ids_inside(session: Session, document_id: str) -> frozenset[str]:
    """The documents that came inside this one, at any depth, and stand nowhere else.

    One that came inside another document too, or ever came by itself, is left out.
    """
    query = (
        select(AttachmentRecord)
        .join(DocumentRecord, DocumentRecord.id == AttachmentRecord.document_id)
        # Vaults made before there were own records tell a file of its own by its bare name only.
        .where(DocumentRecord.filename.contains("/"), DocumentRecord.id.not_in(select(OwnRecord.document_id)))
    )
    around = defaultdict(set)
    for link in session.scalars(query):
        around[link.document_id].add(link.parent_id)
    going = {document_id}
    while more := {inside for inside, parents in around.items() if parents <= going} - going:
        going |= more
    return frozenset(going - {document_id})


def delete_records(session: Session, ids: Collection[str]) -> None:
    """Deletes every record of these documents; SQLite's `secure_delete` overwrites them."""
    linked = or_(AttachmentRecord.document_id.in_(ids), AttachmentRecord.parent_id.in_(ids))
    session.execute(delete(AttachmentRecord).where(linked))
    for record in (OwnRecord, UnfinishedRecord, NotesRecord, SignatureRecord, TablesRecord, PageRecord):
        session.execute(delete(record).where(record.document_id.in_(ids)))
    session.execute(delete(DocumentRecord).where(DocumentRecord.id.in_(ids)))
