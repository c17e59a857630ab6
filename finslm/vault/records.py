"""The records of the vault's database, which SQLCipher encrypts page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import (
    JSON,
    Connection,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    UniqueConstraint,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column

from finslm.errors import NoSpaceLeft, VaultBusy, VaultTampered

SIGNS_OF_DAMAGE = ("not a database", "malformed", "SQL logic error", "no such table", "Could not decode")
"""What the database says of bytes that do not open with its key; an error in a statement is told in other words."""
SIGNS_OF_USE = ("is locked", "is busy")
"""What it says where another connection is writing, and did not end within its patience of five seconds."""


class Record(DeclarativeBase):
    """The base of all records."""


class UserRecord(Record):
    """Somebody who may open the vault, with what the policy wants to know of them."""

    __tablename__ = "users"
    name: Mapped[str] = mapped_column(primary_key=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    clearance: Mapped[str]
    collections: Mapped[list[str]] = mapped_column(JSON)


class CollectionRecord(Record):
    """A collection and its key, sealed under the vault key."""

    __tablename__ = "collections"
    name: Mapped[str] = mapped_column(primary_key=True)
    sealed_key: Mapped[bytes]


class AttachmentRecord(Record):
    """A document that came inside another one. The same bytes may come inside several."""

    __tablename__ = "attachments"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    parent_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)


class OwnRecord(Record):
    """A document that came inside another one and was given by itself, too: it outlives those around it."""

    __tablename__ = "own"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)


class UnfinishedRecord(Record):
    """A document whose attachments are not all stored: it is read again when it comes again."""

    __tablename__ = "unfinished"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)


class NotesRecord(Record):
    """What a person should know of a document; one that there is nothing to say of has none."""

    __tablename__ = "notes"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    notes: Mapped[list[str]] = mapped_column(JSON)


class DocumentRecord(Record):
    """A document without its text; its key is sealed under the collection's."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("collection", "sha256"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    filename: Mapped[str]
    title: Mapped[str]
    sha256: Mapped[str]
    media_type: Mapped[str]
    collection: Mapped[str] = mapped_column(ForeignKey("collections.name"), index=True)
    sensitivity: Mapped[str]
    page_count: Mapped[int]
    size_bytes: Mapped[int]
    source_path: Mapped[str]
    ingested_at: Mapped[datetime]
    sealed_key: Mapped[bytes]
    parent: Mapped[str | None] = column_property(
        select(func.min(AttachmentRecord.parent_id))
        .where(AttachmentRecord.document_id == id)
        .correlate_except(AttachmentRecord)
        .scalar_subquery()
    )
    notes: Mapped[list[str] | None] = column_property(
        select(NotesRecord.notes).where(NotesRecord.document_id == id).correlate_except(NotesRecord).scalar_subquery()
    )


class PageRecord(Record):
    """The text of one page, sealed under its document's key."""

    __tablename__ = "pages"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    page_index: Mapped[int] = mapped_column(primary_key=True)
    sealed_text: Mapped[bytes]


class SignatureRecord(Record):
    """The MinHash signature of a document's text, sealed under its key; documents of older vaults have none."""

    __tablename__ = "signatures"
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    sealed_signature: Mapped[bytes]


class TablesRecord(Record):
    """The tables of a page that has any, sealed under its document's key."""

    __tablename__ = "tables"
    __table_args__ = (ForeignKeyConstraint(["document_id", "page_index"], ["pages.document_id", "pages.page_index"]),)
    document_id: Mapped[str] = mapped_column(primary_key=True)
    page_index: Mapped[int] = mapped_column(primary_key=True)
    sealed_tables: Mapped[bytes]


def open_database(path: Path, key: bytes) -> Engine:
    """An SQLAlchemy engine over the SQLCipher file at `path`, opened with the raw 32-byte `key`."""
    # The raw key form: the key is random already, SQLCipher need not stretch it.
    engine = create_engine(f"sqlite+pysqlite:///{path}", module=sqlcipher)

    def unlock(connection: Any, _record: object) -> None:
        # Damage is told by our errors, in one sentence; SQLCipher would write a dozen lines to stderr.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")

    event.listen(engine, "connect", unlock)
    event.listen(engine, "handle_error", _let_go)
    return engine


def forget_past(database: Engine, *, done: str) -> bool:
    """Leaves nothing in the file of what was deleted, then runs the statement `done`; False where somebody else is using it.

    `secure_delete` overwrites what is deleted, but not the copies that stay in a page when SQLite moves its rows: the file is
    written anew. Then the write-ahead log is cut, which holds pages as they were.
    """
    try:
        with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            is_forgotten = _cut_journal(connection)
            if is_forgotten:
                connection.exec_driver_sql(done)
                _cut_journal(connection)
    except OperationalError as error:
        if _tells(SIGNS_OF_USE, error):
            return False
        raise
    return is_forgotten


def _cut_journal(connection: Connection) -> bool:
    """Empties the write-ahead log into the file; False where somebody else is reading it."""
    is_busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    return not is_busy


def _let_go(context: ExceptionContext) -> None:
    """Closes a connection that met damage: SQLCipher lets it read nothing else from then on."""
    if _tells(SIGNS_OF_DAMAGE, context.original_exception):
        context.is_disconnect = True


def _tells(signs: Iterable[str], error: BaseException) -> bool:
    words = str(error)
    return any(sign in words for sign in signs)


@contextmanager
def database_errors_told(folder: Path, *, next_step: str = "restore the vault folder from a backup") -> Iterator[None]:
    """Turns what the database says of a full disk, another user or foreign bytes into NoSpaceLeft, VaultBusy, VaultTampered."""
    try:
        yield
    except (DatabaseError, sqlcipher.DatabaseError) as error:
        if "disk is full" in str(error):
            raise NoSpaceLeft(
                f"no space left on the disk that holds {folder}",
                safe="what was stored before is whole; the last step was not done",
                next_step="free some space and run the command again",
            ) from error
        if _tells(SIGNS_OF_USE, error):
            raise VaultBusy(
                f"another process is writing to the vault in {folder}",
                safe="what was stored before is whole; the last step was not done",
                next_step="run the command again when the other one has ended",
            ) from error
        if _tells(SIGNS_OF_DAMAGE, error):
            raise VaultTampered(
                f"a database of the vault in {folder} does not open with its key",
                safe="nothing was changed",
                next_step=next_step,
            ) from error
        raise
