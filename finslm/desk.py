"""The one door: an opened vault with an identity, the policy, the audit log and the model.

Each method is a use case of the product: authorise, do, audit, return. Nothing is returned that could not be written
down first. Every method may be called from several threads.
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from finslm.answer import Answerer, Instructions, abstain
from finslm.audit import AuditLog
from finslm.config import Settings
from finslm.documents import (
    Answer,
    AuditEntry,
    AuditReport,
    Decision,
    Document,
    Hit,
    IngestResult,
    Page,
    Question,
    Reading,
    Sensitivity,
    TriageRecord,
)
from finslm.errors import FinslmError, PathMissing, PolicyDenied, UnreadableDocument, UsageError
from finslm.ingest import file_digest, list_files, read_document
from finslm.model import Engine, ModelStatus, Registry
from finslm.policy import (
    LEVELS,
    Resource,
    Rules,
    collection_resource,
    document_resource,
    vault_resource,
)
from finslm.search import Search
from finslm.triage import Batch, Triage, TriageSettings
from finslm.vault import DEFAULT_COLLECTION, Member, NewDocument, Vault

EVIDENCE_HITS = 8
NEAR_SCORE = 0.5
# A question of which the evidence speaks less than this is declined before the model is asked.
LEAST_COVERAGE = 0.5

Details = Mapping[str, str | int | bool | list[str]]


class Desk:
    """An opened vault. Use it as a context manager, or close it."""

    def __init__(self, vault: Vault, user: str, settings: Settings) -> None:
        self.settings = settings
        self.user = user
        self.vault_path = vault.folder
        self._vault = vault
        self._member = vault.member(user)
        self._rules = Rules(settings.policies_dir)
        self._audit = AuditLog(vault.folder / "audit", vault.id, vault.key_for("audit"))
        self._search = Search(vault, settings.data_dir)
        self._engines: dict[str, Engine] = {}
        self._writing = threading.RLock()

    @classmethod
    def create(cls, vault: Path, passphrase: str, *, user: str | None = None, settings: Settings | None = None) -> Desk:
        """A new vault with its first user, who may do everything. Raises VaultExists, UsageError, NoSpaceLeft."""
        name = user or getpass.getuser()
        first = Member(name, ("analyst", "operations", "officer"), "mnpi", (DEFAULT_COLLECTION,))
        made = Vault.create(vault, passphrase, first)
        AuditLog.create(vault / "audit", made.id, made.key_for("audit"))
        desk = cls(made, name, settings or Settings())
        desk._note("init", f"Vault:{made.id}", {})
        return desk

    @classmethod
    def open(cls, vault: Path, passphrase: str, *, user: str | None = None, settings: Settings | None = None) -> Desk:
        """The vault in that folder. Raises VaultMissing, WrongPassphrase, VaultTampered."""
        name = user or getpass.getuser()
        return cls(Vault.open(vault, name, passphrase), name, settings or Settings())

    def close(self) -> None:
        """Closes vault, index and model; keys are forgotten."""
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()
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
        on_result: Callable[[IngestResult], None] | None = None,
    ) -> tuple[IngestResult, ...]:
        """Reads and stores files, folders recursively; one that fails costs itself only.

        Raises PathMissing, EmptyFolder, UsageError and PolicyDenied before anything is stored.
        """
        if sensitivity not in LEVELS:
            raise UsageError(f"there is no sensitivity {sensitivity}", next_step=f"give one of {', '.join(LEVELS)}")
        self._authorise("ingest", collection_resource(collection), {"level": LEVELS[sensitivity]})
        self._vault.collection_key(collection)
        results = []
        for path in list_files(paths):
            result = self._ingest_one(path, collection, sensitivity)
            results.append(result)
            if on_result:
                on_result(result)
        return tuple(results)

    def documents(self, collection: str | None = None) -> tuple[Document, ...]:
        """The stored documents that this user may read."""
        self._authorise("list", self._whole)
        readable = tuple(d for d in self._vault.documents(collection) if self._may("read", d))
        self._note("list", self._whole_name, {"documents": len(readable)})
        return readable

    def document(self, reference: str) -> Document:
        """The document with this id, file name or beginning of an id. Raises DocumentMissing, PolicyDenied."""
        document = self._vault.document(reference)
        self._authorise("read", document_resource(document))
        return document

    def page(self, reference: str, index: int) -> Page:
        """Page `index` (0-based) of a document. Raises DocumentMissing, PolicyDenied, VaultTampered."""
        document = self.document(reference)
        page = self._vault.page(document.id, index)
        self._note("read", f"Document:{document.id}", {"page": index})
        return page

    # ------------------------------------------------------------------ finding and asking

    def search(
        self, query: str, *, collection: str | None = None, documents: Sequence[str] = (), limit: int = 10
    ) -> tuple[Hit, ...]:
        """The best passages for `query` that this user may see, best first."""
        hits = self._find("search", query, collection, documents, limit)
        details: Details = {
            "query": self._digest(query),
            "documents": sorted({hit.document.id for hit in hits}),
        }
        self._note("search", self._whole_name, details)
        return hits

    def ask(
        self,
        question: Question,
        *,
        model: str | None = None,
        on_text: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Answer:
        """A grounded, cited answer, or an abstention. `on_text` streams what the model writes.

        Raises DocumentMissing, PolicyDenied, Cancelled, PromptTooLong and the model's errors.
        """
        if question.passages is not None:
            self._authorise("ask_passages", self._whole)
        name = self._registry.model_for("ask", model or self.settings.model)
        answerer = self._answerer(name)
        hits: tuple[Hit, ...] = ()
        if question.passages is not None:
            evidence = answerer.pack(question.passages)
            answer = answerer.answer(question, evidence, on_text=on_text, cancel=cancel)
        else:
            hits = self._find("ask", question.text, question.collection, question.documents, EVIDENCE_HITS)
            # Passages far behind the best one distract a small model more than they help it.
            near = [hit.passage for hit in hits if hit.score >= NEAR_SCORE * hits[0].score]
            evidence = answerer.pack(near)
            collections = sorted({hit.document.collection for hit in hits})
            coverage = self._search.coverage(question.text, [p.text for p in evidence], collections)
            if coverage < LEAST_COVERAGE:
                answer = abstain(question, "the documents hardly speak of this", round(coverage, 4))
            else:
                answer = answerer.answer(question, evidence, coverage=coverage, on_text=on_text, cancel=cancel)
        self._note(
            "ask",
            self._whole_name,
            {
                "question": self._digest(question.text),
                "documents": sorted({hit.document.id for hit in hits}),
                "passages": [passage.id for passage in evidence] if hits else [],
                "model": name,
                "abstained": answer.abstained,
            },
        )
        return answer

    # ------------------------------------------------------------------ triage

    def triage(
        self,
        paths: Sequence[Path],
        *,
        done: Iterable[TriageRecord] = (),
        workers: int = 1,
        on_record: Callable[[TriageRecord], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> tuple[TriageRecord, ...]:
        """Labels, extracts and routes files without storing them; `done` are records of an earlier run to keep.

        `workers` documents are read ahead while the model judges. Raises PathMissing, EmptyFolder, PolicyDenied,
        Cancelled and the model's errors; a file that cannot be read becomes a failed record.
        """
        self._authorise("triage", self._whole)
        files = list_files(paths)
        name = self._registry.model_for("triage", self.settings.model)
        judge = Triage(
            self._engine(name),
            TriageSettings.load(self.settings.data_dir),
            lambda facts: self._rules.route(facts.as_context()),
        )
        batch = Batch(judge, done)
        records = []
        with ThreadPoolExecutor(workers) as readers:
            for path, read in [(path, readers.submit(self._read, path)) for path in files]:
                record = batch.assess(path, read.result, cancel)
                records.append(record)
                if batch.is_new:
                    details: Details = {"sha256": record.sha256, "queue": record.queue or "", "model": name}
                    outcome: Literal["allowed", "failed"] = "allowed" if record.status == "done" else "failed"
                    self._note("triage", self._whole_name, details, outcome)
                    if on_record:
                        on_record(record)
        return tuple(records)

    # ------------------------------------------------------------------ the security officer

    def audit_entries(self) -> tuple[AuditEntry, ...]:
        """All entries of the audit log, oldest first. Raises PolicyDenied, AuditTampered."""
        self._authorise("audit_show", self._whole)
        self._note("audit_show", self._whole_name, {})
        return self._audit.entries()

    def audit_verify(self, witness: Path | None = None) -> AuditReport:
        """The audit log held against its checkpoint and a witness's. Raises AuditTampered."""
        self._authorise("audit_verify", self._whole)
        if witness is not None and not witness.is_file():
            raise PathMissing(f"there is no witness file {witness}", next_step="give a checkpoint kept earlier")
        return self._audit.verify(witness)

    def audit_checkpoint(self) -> str:
        """The signed checkpoint of the log as it stands, to be kept by a witness."""
        self._authorise("audit_verify", self._whole)
        self._note("audit_checkpoint", self._whole_name, {})
        return self._audit.checkpoint()

    def model_status(self) -> ModelStatus:
        """The model that answers questions: whether it is built, and the file the policy allows."""
        return self._registry.status(self._registry.model_for("ask", self.settings.model))

    def check(self, action: str, reference: str, user: str | None = None) -> Decision:
        """The policy's word on `user` doing `action` to a document; nothing is done."""
        if action not in ("read", "search", "ask"):
            raise UsageError(f"no action on a document is called {action}", next_step="give read, search or ask")
        if user not in (None, self.user):
            self._authorise("policy_check", self._whole)
        document = self._vault.document(reference)
        member = self._vault.member(user) if user else self._member
        decision = self._rules.decide(member, action, document_resource(document))
        details: Details = {
            "checked_user": member.name,
            "checked_action": action,
            "allowed": decision.allowed,
        }
        self._note("policy_check", f"Document:{document.id}", details)
        return decision

    # ------------------------------------------------------------------ behind the door

    def _ingest_one(self, path: Path, collection: str, sensitivity: Sensitivity) -> IngestResult:
        start = time.monotonic()
        try:
            sha256 = file_digest(path)
            if known := self._vault.find_by_digest(collection, sha256):
                return IngestResult(str(path), "unchanged", known, seconds=time.monotonic() - start)
            reading = self._read(path)
            new = NewDocument(reading, path.resolve(), sha256, path.stat().st_size, collection, sensitivity)
            with self._writing, self._vault.adding(new) as document:
                # Inside the transaction: what cannot be written down is not stored.
                self._note("ingest", f"Document:{document.id}", {"pages": document.page_count, "sha256": sha256})
            self._search.add(document)
            return IngestResult(str(path), "stored", document, seconds=time.monotonic() - start)
        except (UnreadableDocument, OSError) as error:
            reason = str(error) if isinstance(error, FinslmError) else f"it cannot be opened ({error.strerror})"
            self._note("ingest", f"Collection:{collection}", {"file": self._digest(path.name)}, "failed")
            return IngestResult(str(path), "failed", error=reason, seconds=time.monotonic() - start)

    def _read(self, path: Path) -> Reading:
        return read_document(
            path, timeout_s=self.settings.reader_timeout_s, memory_bytes=self.settings.reader_memory_bytes
        )

    def _find(
        self, action: str, query: str, collection: str | None, references: Sequence[str], limit: int
    ) -> tuple[Hit, ...]:
        documents = [self._vault.document(reference) for reference in references]
        for document in documents:
            self._authorise(action, document_resource(document))
        if collection is not None:
            self._vault.collection_key(collection)
        return self._search.find(
            query,
            documents or self._vault.documents(collection),
            limit=limit,
            may_see=lambda document: self._may(action, document),
        )

    def _answerer(self, model: str) -> Answerer:
        return Answerer(
            self._engine(model),
            Instructions.load(self.settings.data_dir),
            evidence_tokens=self.settings.evidence_tokens,
            abstain_below=self.settings.abstain_below,
        )

    def _engine(self, model: str) -> Engine:
        with self._writing:
            if model not in self._engines:
                path = self._registry.path_for(model)
                self._engines[model] = Engine(
                    path, threads=self.settings.threads, context_tokens=self.settings.context_tokens
                )
            return self._engines[model]

    @cached_property
    def _registry(self) -> Registry:
        return Registry(self.settings.models_dir, self.settings.data_dir, self.settings.policies_dir)

    @cached_property
    def _whole(self) -> Resource:
        return vault_resource(self._vault.id)

    @property
    def _whole_name(self) -> str:
        return f"Vault:{self._vault.id}"

    def _may(self, action: str, document: Document) -> bool:
        return self._rules.decide(self._member, action, document_resource(document)).allowed

    def _authorise(self, action: str, resource: Resource, context: Mapping[str, int] | None = None) -> None:
        """Returns when the policy permits; a denial is written down, then raised."""
        if self._rules.decide(self._member, action, resource, context).allowed:
            return
        self._note(action, f"{resource.type}:{resource.id}", {}, "denied")
        raise PolicyDenied(
            f"the policy does not permit {self.user} to {action} {resource.type.lower()} {resource.id}",
            safe="nothing was shown or changed",
            next_step="ask the security officer, who can explain it with `finslm policy check`",
        )

    def _note(
        self,
        action: str,
        resource: str,
        details: Details,
        outcome: Literal["allowed", "denied", "failed"] = "allowed",
    ) -> None:
        with self._writing:
            self._audit.append(
                user=self.user,
                action=action,
                resource=resource,
                outcome=outcome,
                details=details,
                policy=self._rules.digest,
            )

    def _digest(self, text: str) -> str:
        """A keyed digest: the same question gives the same digest, and nobody without the vault can guess it."""
        return hmac.new(self._vault.key_for("digests"), text.encode(), hashlib.sha256).hexdigest()[:32]
