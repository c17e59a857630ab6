"""The opened vault: people, collections and documents, every text sealed under its document's own key."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from finslm.documents import Document, Page, Table
from finslm.errors import (
    CollectionExists,
    DocumentMissing,
    UsageError,
    VaultExists,
    VaultMissing,
)
from finslm.vault.contents import (
    sealed_page,
    sealed_signature,
    sealed_tables,
    unsealed_page,
    unsealed_signature,
    unsealed_tables,
)
from finslm.vault.damage import database_damage
from finslm.vault.document_records import NewDocument, document_of, record_of
from finslm.vault.envelope import derive_key, new_key, seal, unseal
from finslm.vault.keyring import Header, load_header, make_slot, open_slot, write_header
from finslm.vault.members import Member, member_of, record_of_member
from finslm.vault.records import (
    AttachmentRecord,
    CollectionRecord,
    DocumentRecord,
    NotesRecord,
    OwnRecord,
    PageRecord,
    Record,
    SignatureRecord,
    TablesRecord,
    UnfinishedRecord,
    UserRecord,
    database_errors_told,
    forget_past,
    open_database,
)
from finslm.vault.recovery import RECOVERY, plain
from finslm.vault.shredding import delete_records, ids_inside

DEFAULT_COLLECTION = "default"


class Vault:
    """An opened vault. Close it, or use it as a context manager; its keys live in memory only."""

    def __init__(self, folder: Path, header: Header, vault_key: bytes) -> None:
        self.folder = folder
        self.id = header.id
        self._vault_key = vault_key
        self._database = open_database(folder / "records.db", derive_key(vault_key, "records"))
        self._sessions = sessionmaker(self._database, expire_on_commit=False)

    @classmethod
    def create(cls, folder: Path, passphrase: str, first: Member, *, recovery_code: str | None = None) -> Vault:
        """A new vault in `folder`, with the first member's slot, the default collection, and a slot for the code.

        Raises VaultExists, UsageError, NoSpaceLeft.
        """
        _refuse_empty(passphrase)
        if (folder / "vault.json").exists():
            raise VaultExists(
                f"a vault stands in {folder} already",
                safe="it was not touched",
                next_step="open it, or name another folder with --vault",
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        vault_key, vault_id = new_key(), os.urandom(8).hex()
        secrets = {first.name: passphrase} | ({RECOVERY: plain(recovery_code)} if recovery_code else {})
        header = Header(
            vault_id, tuple(make_slot(vault_id, name, secret, vault_key) for name, secret in secrets.items())
        )
        vault = cls(folder, header, vault_key)
        with vault._transaction() as session:
            Record.metadata.create_all(session.connection())
            session.add(vault._new_collection(DEFAULT_COLLECTION))
            session.add(record_of_member(first))
        # The header comes last: until it stands there is no vault, and `create` can be run again.
        write_header(folder / "vault.json", header)
        return vault

    @classmethod
    def open(cls, folder: Path, user: str, passphrase: str) -> Vault:
        """The vault in `folder`. Raises VaultMissing, WrongPassphrase, VaultTampered.

        Traces of what was destroyed, left by a run that was cut short, are made good; beside another process, the next time.
        """
        header = _header_in(folder)
        vault = cls(folder, header, open_slot(header, user, passphrase))
        with vault._transaction() as session:
            # A vault made by an earlier version lacks the newer tables.
            Record.metadata.create_all(session.connection())
            is_cut_short = session.connection().exec_driver_sql("PRAGMA user_version").scalar_one()
        if is_cut_short:
            vault.forget_past()
        return vault

    @classmethod
    def recover(cls, folder: Path, user: str, code: str, passphrase: str) -> Vault:
        """The vault in `folder`, opened by its recovery code, with `passphrase` as the new one of `user`.

        Raises VaultMissing, WrongPassphrase, VaultTampered, UsageError.
        """
        _refuse_empty(passphrase)
        header = _header_in(folder)
        vault_key = open_slot(header, RECOVERY, plain(code))
        vault = cls(folder, header, vault_key)
        vault.member(user)
        with vault._transaction() as session:
            Record.metadata.create_all(session.connection())
        kept = tuple(slot for slot in header.slots if slot.u != user)
        write_header(
            folder / "vault.json", Header(header.id, (*kept, make_slot(header.id, user, passphrase, vault_key)))
        )
        return vault

    def close(self) -> None:
        """Closes the database; the vault is of no use afterwards."""
        self._database.dispose()

    def damage(self) -> tuple[str, ...]:
        """What is wrong with the file of the records, in a few words each; nothing when it is whole."""
        return database_damage(self._database)

    def key_for(self, purpose: str) -> bytes:
        """A key of this vault for one purpose of another room, such as the audit log."""
        return derive_key(self._vault_key, purpose)

    def member(self, name: str) -> Member:
        """What the policy knows of user `name`. Raises UsageError when there is no such user."""
        with self._transaction() as session:
            user = session.get(UserRecord, name)
        if user is None:
            raise UsageError(f"this vault has no user {name}", next_step="see `finslm user list`")
        return member_of(user)

    def collections(self) -> tuple[str, ...]:
        """The names of all collections, sorted."""
        with self._transaction() as session:
            return tuple(session.scalars(select(CollectionRecord.name).order_by(CollectionRecord.name)))

    def collection_key(self, name: str) -> bytes:
        """The 32-byte key of collection `name`. Raises UsageError when there is no such collection."""
        with self._transaction() as session:
            record = session.get(CollectionRecord, name)
        if record is None:
            raise UsageError(f"this vault has no collection {name}", next_step="see `finslm collection list`")
        return unseal(self._vault_key, record.sealed_key, f"collection:{self.id}:{name}")

    @contextmanager
    def adding_collection(self, name: str, user: str) -> Iterator[Member]:
        """Makes an empty collection with a key of its own, and `user` a member of it; kept when the block ends without an error.

        Raises CollectionExists.
        """
        with self._transaction() as session:
            if session.get(CollectionRecord, name):
                raise CollectionExists(
                    f"a collection {name} exists already", safe="it was not touched", next_step="give another name"
                )
            session.add(self._new_collection(name))
            record = session.get_one(UserRecord, user)
            record.collections = [*record.collections, name]
            session.flush()
            yield member_of(record)

    @contextmanager
    def adding(self, new: NewDocument) -> Iterator[Document]:
        """Stores a document; it is committed when the block ends and rolled back when the block raises.

        One with attachments is unfinished until `finish` is told that they are stored too.
        """
        document_key, document_id = new_key(), os.urandom(6).hex()
        collection_key = self.collection_key(new.collection)
        sealed_key = seal(collection_key, document_key, f"document:{document_id}")
        record = record_of(new, document_id, sealed_key)
        with self._transaction() as session:
            session.add(record)
            session.flush()
            session.add_all(sealed_page(document_id, document_key, page) for page in new.reading.pages)
            session.flush()
            session.add_all(sealed_tables(document_id, document_key, new.reading.tables))
            if new.parent:
                session.add(AttachmentRecord(document_id=document_id, parent_id=new.parent))
            if new.reading.attachments:
                session.add(UnfinishedRecord(document_id=document_id))
            if new.notes:
                session.add(NotesRecord(document_id=document_id, notes=list(new.notes)))
            if new.signature:
                session.add(sealed_signature(document_id, document_key, new.signature))
            session.flush()
            yield document_of(record)

    def inside(self, document_id: str) -> tuple[Document, ...]:
        """The documents that came inside this one, at any depth, and stand nowhere else."""
        with self._transaction() as session:
            ids = ids_inside(session, document_id)
        return tuple(document for document in self.documents() if document.id in ids)

    @contextmanager
    def shredding(self, documents: Iterable[Document]) -> Iterator[None]:
        """Destroys documents, their keys and all; it is done when the block ends and undone when the block raises.

        Until `forget_past` the file and its journal may hold them as they were; the next `open` calls it if need be.
        """
        with self._transaction() as session:
            session.connection().exec_driver_sql("PRAGMA user_version = 1")
            delete_records(session, [document.id for document in documents])
            yield

    def forget_past(self) -> bool:
        """Leaves nothing of what was destroyed in the file of the records; False where somebody else is using it."""
        with database_errors_told(self.folder):
            return forget_past(self._database, done="PRAGMA user_version = 0")

    def attach(self, document_id: str, parent_id: str) -> Document:
        """Links a document that is stored already to another one that it came in, too.

        One that stood alone until now goes on to stand for itself.
        """
        with self._transaction() as session:
            if session.get_one(DocumentRecord, document_id).parent is None:
                session.merge(OwnRecord(document_id=document_id))
            session.merge(AttachmentRecord(document_id=document_id, parent_id=parent_id))
            session.flush()
            return document_of(session.get_one(DocumentRecord, document_id, populate_existing=True))

    def keep_own(self, document_id: str) -> None:
        """Notes that a document that came inside another one was given by itself, too."""
        with self._transaction() as session:
            session.merge(OwnRecord(document_id=document_id))

    def is_finished(self, document_id: str) -> bool:
        """Whether all attachments of a document are stored; True for one without any."""
        with self._transaction() as session:
            return session.get(UnfinishedRecord, document_id) is None

    def finish(self, document_id: str) -> None:
        """Notes that all attachments of a document are stored."""
        with self._transaction() as session:
            session.execute(delete(UnfinishedRecord).where(UnfinishedRecord.document_id == document_id))

    def find_by_digest(self, collection: str, sha256: str) -> Document | None:
        """The document of `collection` with these bytes, if it is stored."""
        query = select(DocumentRecord).where(DocumentRecord.collection == collection, DocumentRecord.sha256 == sha256)
        with self._transaction() as session:
            record = session.scalars(query).one_or_none()
        return document_of(record) if record else None

    def documents(self, collection: str | None = None) -> tuple[Document, ...]:
        """The documents of one collection, or of all, by file name."""
        query = select(DocumentRecord).order_by(DocumentRecord.filename, DocumentRecord.id)
        if collection is not None:
            query = query.where(DocumentRecord.collection == collection)
        with self._transaction() as session:
            return tuple(document_of(record) for record in session.scalars(query))

    def document_ids(self, collection: str) -> frozenset[str]:
        """The ids of all documents of a collection."""
        query = select(DocumentRecord.id).where(DocumentRecord.collection == collection)
        with self._transaction() as session:
            return frozenset(session.scalars(query))

    def document(self, reference: str) -> Document:
        """The document with this id, file name, or unique beginning of an id. Raises DocumentMissing."""
        documents = self.documents()
        for matches in (
            [d for d in documents if d.id == reference],
            [d for d in documents if d.filename == reference],
            [d for d in documents if len(reference) >= 4 and d.id.startswith(reference)],
        ):
            if len(matches) == 1:
                return matches[0]
            if matches:
                raise DocumentMissing(
                    f"{reference} names {len(matches)} documents",
                    next_step="give the id that `finslm docs list` shows",
                )
        raise DocumentMissing(f"no stored document is called {reference}", next_step="see `finslm docs list`")

    def pages(self, document_id: str) -> Iterator[Page]:
        """The pages of a document in order, unsealed one by one. Raises VaultTampered."""
        query = select(PageRecord).where(PageRecord.document_id == document_id).order_by(PageRecord.page_index)
        with self._transaction() as session:
            key = self._document_key(session, document_id)
            for record in session.scalars(query):
                yield unsealed_page(document_id, key, record)

    def page(self, document_id: str, index: int) -> Page:
        """Page `index` (0-based) of a document. Raises DocumentMissing when there is no such page, VaultTampered."""
        with self._transaction() as session:
            record = session.get(PageRecord, (document_id, index))
            if record is None:
                raise DocumentMissing(f"document {document_id} has no page {index}", next_step="pages count from 0")
            return unsealed_page(document_id, self._document_key(session, document_id), record)

    def tables(self, document_id: str, page_index: int | None = None) -> tuple[Table, ...]:
        """The tables of a document, or of one of its pages (0-based), in order. Raises VaultTampered.

        A document that was stored before tables were kept has none. Raises DocumentMissing when there is no such page.
        """
        if page_index is not None:
            self.page(document_id, page_index)
        query = (
            select(TablesRecord, PageRecord)
            .join(PageRecord)
            .where(TablesRecord.document_id == document_id)
            .order_by(TablesRecord.page_index)
        )
        if page_index is not None:
            query = query.where(TablesRecord.page_index == page_index)
        with self._transaction() as session:
            key = self._document_key(session, document_id)
            found = [(tables, unsealed_page(document_id, key, page)) for tables, page in session.execute(query)]
            return tuple(table for tables, page in found for table in unsealed_tables(document_id, key, tables, page))

    def signatures(self, collection: str) -> Iterator[tuple[str, bytes]]:
        """The signature of each document of a collection that has one, by its id. Raises VaultTampered."""
        collection_key = self.collection_key(collection)
        query = (
            select(DocumentRecord.id, DocumentRecord.sealed_key, SignatureRecord)
            .join(SignatureRecord, SignatureRecord.document_id == DocumentRecord.id)
            .where(DocumentRecord.collection == collection)
        )
        with self._transaction() as session:
            for document_id, sealed_key, record in session.execute(query):
                key = unseal(collection_key, sealed_key, f"document:{document_id}")
                yield document_id, unsealed_signature(key, record)

    def _document_key(self, session: Session, document_id: str) -> bytes:
        record = session.get_one(DocumentRecord, document_id)
        return unseal(self.collection_key(record.collection), record.sealed_key, f"document:{document_id}")

    def _new_collection(self, name: str) -> CollectionRecord:
        sealed = seal(self._vault_key, new_key(), f"collection:{self.id}:{name}")
        return CollectionRecord(name=name, sealed_key=sealed)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with database_errors_told(self.folder), self._sessions.begin() as session:
            yield session


def _refuse_empty(passphrase: str) -> None:
    if not passphrase:
        raise UsageError("the passphrase is empty", next_step="choose one of several words")


def _header_in(folder: Path) -> Header:
    if not (folder / "vault.json").is_file():
        raise VaultMissing(
            f"there is no vault in {folder}",
            next_step="make one with `finslm init`, or name it with --vault",
        )
    return load_header(folder / "vault.json")
