"""The desk: every use case of the product as a method."""

from __future__ import annotations

import getpass
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from finslm.answer import Manner
from finslm.audit import AuditLog
from finslm.config import Settings
from finslm.desk.asking import Asking
from finslm.desk.collecting import Collecting
from finslm.desk.guard import Details, Guard
from finslm.desk.ingesting import Ingesting
from finslm.desk.models import Models
from finslm.desk.shredding import Shredding
from finslm.desk.triaging import Triaging
from finslm.desk.verifying import Verifying
from finslm.documents import (
    UNFILTERED,
    Answer,
    AuditEntry,
    AuditReport,
    Collection,
    Decision,
    Document,
    Export,
    Filters,
    Hit,
    IngestResult,
    Page,
    Question,
    Sensitivity,
    Table,
    TriageRecord,
    VaultReport,
)
from finslm.errors import FinslmError, PathMissing, UsageError
from finslm.model import ModelStatus
from finslm.policy import Rules, document_resource
from finslm.search import Search
from finslm.vault import DEFAULT_COLLECTION, Member, Vault, new_code, write_code

ACTIONS = ("read", "search", "ask", "export", "shred")
"""What may be done to a document."""


class Desk:
    """An opened vault. Use it as a context manager, or close it. Every method may be called from several threads."""

    def __init__(self, vault: Vault, user: str, settings: Settings) -> None:
        self.settings = settings
        self.user = user
        self.vault_path = vault.folder
        self._vault = vault
        self._audit = AuditLog(vault.folder / "audit", vault.id, vault.key_for("audit"))
        self._guard = Guard(vault, vault.member(user), Rules(settings.policies_dir), self._audit)
        self._search = Search(vault, settings.data_dir)
        self._models = Models(settings)
        self._ingesting = Ingesting(vault, self._search, self._guard, settings)
        self._asking = Asking(vault, self._search, self._guard, self._models, settings)
        self._collecting = Collecting(vault, self._guard)
        self._shredding = Shredding(vault, self._search, self._guard)
        self._verifying = Verifying(vault, self._search, self._guard)
        self._triaging = Triaging(self._guard, self._models, settings)

    @classmethod
    def create(
        cls,
        vault: Path,
        passphrase: str,
        *,
        user: str | None = None,
        settings: Settings | None = None,
        recovery_out: Path | None = None,
    ) -> Desk:
        """A new vault with its first user, who may do everything; its recovery code goes to `recovery_out`, if given.

        Raises VaultExists, UsageError, PathMissing, NoSpaceLeft.
        """
        name = user or getpass.getuser()
        first = Member(name, ("analyst", "operations", "officer"), "mnpi", (DEFAULT_COLLECTION,))
        code = new_code() if recovery_out else None
        if recovery_out and code:
            # Before the vault: a code that could not be kept must not leave a vault that counts on it.
            write_code(recovery_out, code)
        try:
            made = Vault.create(vault, passphrase, first, recovery_code=code)
        except FinslmError:
            if recovery_out:
                recovery_out.unlink()
            raise
        AuditLog.create(vault / "audit", made.id, made.key_for("audit"))
        desk = cls(made, name, settings or Settings())
        desk._guard.note("init", {})
        return desk

    @classmethod
    def open(cls, vault: Path, passphrase: str, *, user: str | None = None, settings: Settings | None = None) -> Desk:
        """The vault in that folder. Raises VaultMissing, WrongPassphrase, VaultTampered."""
        name = user or getpass.getuser()
        return cls(Vault.open(vault, name, passphrase), name, settings or Settings())

    @classmethod
    def recover(
        cls, vault: Path, code: str, passphrase: str, *, user: str | None = None, settings: Settings | None = None
    ) -> Desk:
        """The vault opened by its recovery code; `passphrase` is the user's from now on.

        Raises VaultMissing, WrongPassphrase, VaultTampered, UsageError.
        """
        name = user or getpass.getuser()
        desk = cls(Vault.recover(vault, name, code, passphrase), name, settings or Settings())
        desk._guard.note("recover", {})
        return desk

    def close(self) -> None:
        """Closes vault, index and model; keys are forgotten."""
        self._models.close()
        self._search.close()
        self._vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------------ documents

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        collection: str = DEFAULT_COLLECTION,
        sensitivity: Sensitivity = "internal",
        on_files: Callable[[Sequence[Path]], None] | None = None,
        on_result: Callable[[IngestResult], None] | None = None,
    ) -> tuple[IngestResult, ...]:
        """Reads and stores files, folders recursively, and the files inside them; one that fails costs itself only.

        `on_files` is told of all files before the first is read. Raises PathMissing, EmptyFolder, UsageError and
        PolicyDenied before anything is stored.
        """
        return self._ingesting.ingest(paths, collection, sensitivity, on_files, on_result)

    def documents(self, collection: str | None = None) -> tuple[Document, ...]:
        """The stored documents that this user may read."""
        self._guard.authorise("list")
        readable = tuple(d for d in self._vault.documents(collection) if self._guard.may("read", d))
        self._guard.note("list", {"documents": len(readable)})
        return readable

    def document(self, reference: str) -> Document:
        """The document with this id, file name or beginning of an id. Raises DocumentMissing, PolicyDenied."""
        document = self._vault.document(reference)
        self._guard.authorise("read", document_resource(document))
        return document

    def page(self, reference: str, index: int) -> Page:
        """Page `index` (0-based) of a document. Raises DocumentMissing, PolicyDenied, VaultTampered."""
        document = self.document(reference)
        page = self._vault.page(document.id, index)
        self._guard.note("read", {"page": index}, resource=f"Document:{document.id}")
        return page

    def tables(self, reference: str, page: int | None = None) -> tuple[Table, ...]:
        """The tables of page `page` (0-based) of a document, or of all its pages; none for a page without any.

        Raises DocumentMissing, PolicyDenied, VaultTampered.
        """
        document = self.document(reference)
        tables = self._vault.tables(document.id, page)
        place: Details = {} if page is None else {"page": page}
        self._guard.note("read", {**place, "tables": len(tables)}, resource=f"Document:{document.id}")
        return tables

    def export(self, reference: str) -> Export:
        """All that the vault keeps of a document, to leave it in clear. Raises DocumentMissing, PolicyDenied, VaultTampered."""
        document = self._vault.document(reference)
        self._guard.authorise("export", document_resource(document))
        exported = Export(document, tuple(self._vault.pages(document.id)), self._vault.tables(document.id))
        self._guard.note("export", {"pages": len(exported.pages)}, resource=f"Document:{document.id}")
        return exported

    def to_shred(self, reference: str) -> tuple[Document, ...]:
        """What `shred` would destroy: the document, then those that came inside it and stand nowhere else.

        Raises DocumentMissing, PolicyDenied.
        """
        return self._shredding.going(reference)

    def shred(self, reference: str) -> tuple[Document, ...]:
        """Destroys a document and those that came inside it and stand nowhere else: keys, records, index. All or none.

        Raises DocumentMissing, PolicyDenied, NoSpaceLeft, and VaultBusy when it is done but a file may still hold them.
        """
        return self._shredding.shred(reference)

    # ------------------------------------------------------------------ collections

    def add_collection(self, name: str) -> Collection:
        """A new, empty collection with a key of its own; this user is its first member.

        Raises UsageError, CollectionExists, PolicyDenied.
        """
        return self._collecting.add(name)

    def collections(self) -> tuple[Collection, ...]:
        """The collections that this user may know of, each with how many of its documents they may read."""
        return self._collecting.collections()

    # ------------------------------------------------------------------ finding and asking

    def search(
        self,
        query: str,
        *,
        collection: str | None = None,
        documents: Sequence[str] = (),
        limit: int = 10,
        filters: Filters = UNFILTERED,
    ) -> tuple[Hit, ...]:
        """The best passages for `query` that this user may see, in documents that fit the filters, best first.

        Raises DocumentMissing, PolicyDenied, and UsageError for filters that no document can ever fit.
        """
        return self._asking.search(query, collection, documents, limit, filters)

    def ask(
        self,
        question: Question,
        *,
        model: str | None = None,
        is_urgent: bool = True,
        on_text: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Answer:
        """A grounded, cited answer, or an abstention. `on_text` streams what the model writes.

        A question that nobody waits for at a screen is not urgent: it is read after those that are.

        Raises DocumentMissing, PolicyDenied, Cancelled, PromptTooLong and the model's errors.
        """
        return self._asking.ask(question, model, Manner(is_urgent, on_text, cancel))

    # ------------------------------------------------------------------ triage

    def triage(
        self,
        paths: Sequence[Path],
        *,
        done: Iterable[TriageRecord] = (),
        workers: int = 1,
        on_files: Callable[[Sequence[Path]], None] | None = None,
        on_record: Callable[[TriageRecord], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> tuple[TriageRecord, ...]:
        """Labels, extracts and routes files, and the files inside them, without storing them.

        `done` are records of an earlier run to keep. An archive has no record of its own, unless it cannot be opened.
        `workers` documents are read ahead while the model judges; `on_files` is told of all files before the first is
        read. Raises PathMissing, EmptyFolder, PolicyDenied, Cancelled and the model's errors; a file that cannot be read
        becomes a failed record.
        """
        return self._triaging.triage(paths, done, workers, on_files, on_record, cancel)

    # ------------------------------------------------------------------ the security officer

    def audit_entries(self) -> tuple[AuditEntry, ...]:
        """All entries of the audit log, oldest first. Raises PolicyDenied, AuditTampered."""
        self._guard.authorise("audit_show")
        self._guard.note("audit_show", {})
        return self._audit.entries()

    def audit_verify(self, witness: Path | None = None) -> AuditReport:
        """The audit log held against its checkpoint and a witness's. Raises AuditTampered.

        Not written down itself: a log that does not verify must not be added to, and one that does stays as it was.
        """
        self._guard.authorise("audit_verify")
        if witness is not None and not witness.is_file():
            raise PathMissing(f"there is no witness file {witness}", next_step="give a checkpoint kept earlier")
        return self._audit.verify(witness)

    def audit_checkpoint(self) -> str:
        """The signed checkpoint of the log as it stands, to be kept by a witness."""
        self._guard.authorise("audit_verify")
        self._guard.note("audit_checkpoint", {})
        return self._audit.checkpoint()

    def vault_verify(self, *, on_progress: Callable[[int, int], None] | None = None) -> VaultReport:
        """Every record of the vault opened, every search index held against them; an index that differs is made anew.

        What does not verify stands in the report's `failures`; nothing is raised for it. Raises PolicyDenied, NoSpaceLeft.
        """
        return self._verifying.verify(on_progress)

    def model_status(self) -> ModelStatus:
        """The model that answers questions: whether it is built, and the file the policy allows."""
        return self._models.status()

    def check(self, action: str, reference: str, user: str | None = None) -> Decision:
        """The policy's word on `user` doing `action` to a document; nothing is done."""
        if action not in ACTIONS:
            raise UsageError(
                f"no action on a document is called {action}", next_step=f"give one of {', '.join(ACTIONS)}"
            )
        if user not in (None, self.user):
            self._guard.authorise("policy_check")
        document = self._vault.document(reference)
        member = self._vault.member(user or self.user)
        decision = self._guard.rules.decide(member, action, document_resource(document))
        details: Details = {"checked_user": member.name, "checked_action": action, "allowed": decision.allowed}
        self._guard.note("policy_check", details, resource=f"Document:{document.id}")
        return decision
