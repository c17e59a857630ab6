"""The journey of a file into the vault: read, stored, indexed, and after it the files that were inside."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from finslm.config import Settings
from finslm.desk.guard import Details, Guard
from finslm.desk.inside import Allowance
from finslm.documents import Attachment, Document, IngestResult, Reading, Sensitivity
from finslm.errors import FinslmError, UnreadableDocument, UsageError
from finslm.ingest import file_digest, list_files, read_attachment, read_document
from finslm.policy import LEVELS, collection_resource
from finslm.search import Search
from finslm.vault import NewDocument, Vault


def read(path: Path, settings: Settings) -> Reading:
    """The pages of a file, read within the settings' limits. Raises UnreadableDocument, OSError."""
    return read_document(path, timeout_s=settings.reader_timeout_s, memory_bytes=settings.reader_memory_bytes)


@dataclass(frozen=True)
class Place:
    """Where documents go, and what is allowed to come out of the file in hand."""

    collection: str
    sensitivity: Sensitivity
    allowance: Allowance


@dataclass(frozen=True)
class Incoming:
    """A file to store, or one inside it, `depth` files deep; `parent` is the id of the document around it."""

    path: Path
    filename: str
    attachment: Attachment | None = None
    depth: int = 0
    parent: str | None = None

    def inside(self, attachment: Attachment, parent: str | None) -> Incoming:
        """A file that was found inside this one."""
        name = attachment.name
        return Incoming(self.path / name, f"{self.filename}/{name}", attachment, self.depth + 1, parent)


class Ingesting:
    """Stores files. One file is stored at a time, whichever thread calls."""

    def __init__(self, vault: Vault, search: Search, guard: Guard, settings: Settings) -> None:
        self._vault = vault
        self._search = search
        self._guard = guard
        self._settings = settings
        self._storing = threading.Lock()

    def ingest(
        self,
        paths: Sequence[Path],
        collection: str,
        sensitivity: Sensitivity,
        on_result: Callable[[IngestResult], None] | None,
    ) -> tuple[IngestResult, ...]:
        """The result of each file, in order, those inside it behind it; one that fails costs itself only.

        An archive has no text and no result of its own, unless it cannot be opened.
        """
        if sensitivity not in LEVELS:
            raise UsageError(f"there is no sensitivity {sensitivity}", next_step=f"give one of {', '.join(LEVELS)}")
        self._guard.authorise("ingest", collection_resource(collection), {"level": LEVELS[sensitivity]})
        self._vault.collection_key(collection)
        results = []
        for path in list_files(paths):
            start = time.monotonic()
            for result in self._take(Incoming(path, path.name), Place(collection, sensitivity, Allowance())):
                now = time.monotonic()
                results.append(replace(result, seconds=now - start))
                start = now
                if on_result:
                    on_result(results[-1])
        return tuple(results)

    def _take(self, file: Incoming, place: Place) -> Iterator[IngestResult]:
        """The result of a file, then those of the files inside it."""
        try:
            sha256, size_bytes = self._measured(file, place.allowance)
            known = self._known(file, place.collection, sha256)
            if known and self._vault.is_finished(known.id):
                yield IngestResult(str(file.path), file.filename, "unchanged", known)
                return
            reading = self._read(file)
            stored = known or self._stored(file, reading, sha256, size_bytes, place)
        except (UnreadableDocument, OSError) as error:
            yield self._failed(file, place, error)
            return
        if stored:
            yield IngestResult(str(file.path), file.filename, "unchanged" if known else "stored", stored)
        yield from self._take_inside(file, reading, stored, place)

    def _take_inside(
        self, file: Incoming, reading: Reading, stored: Document | None, place: Place
    ) -> Iterator[IngestResult]:
        """Each file inside; those of an archive belong to the document around the archive."""
        is_whole = True
        for attachment in reading.attachments:
            for result in self._take(file.inside(attachment, stored.id if stored else file.parent), place):
                is_whole = is_whole and result.status != "failed"
                yield result
        if stored and reading.attachments and is_whole:
            self._vault.finish(stored.id)

    def _measured(self, file: Incoming, allowance: Allowance) -> tuple[str, int]:
        """The digest of a file's bytes, and how many they are."""
        if file.attachment is None:
            return file_digest(file.path), file.path.stat().st_size
        allowance.take(file.attachment, file.depth)
        return hashlib.sha256(file.attachment.content).hexdigest(), len(file.attachment.content)

    def _known(self, file: Incoming, collection: str, sha256: str) -> Document | None:
        known = self._vault.find_by_digest(collection, sha256)
        return self._vault.attach(known.id, file.parent) if known and file.parent else known

    def _read(self, file: Incoming) -> Reading:
        if file.attachment is None:
            return read(file.path, self._settings)
        timeout_s, memory_bytes = self._settings.reader_timeout_s, self._settings.reader_memory_bytes
        return read_attachment(file.attachment, timeout_s=timeout_s, memory_bytes=memory_bytes)

    def _stored(self, file: Incoming, reading: Reading, sha256: str, size: int, place: Place) -> Document | None:
        """The document as stored and indexed; None for an archive."""
        if not reading.pages:
            return None
        path = file.path.resolve() if file.attachment is None else file.path.absolute()
        new = NewDocument(reading, path, sha256, size, place.collection, place.sensitivity, file.filename, file.parent)
        with self._storing, self._vault.adding(new) as document:
            # Inside the transaction: what cannot be written down is not stored.
            details: Details = {"pages": document.page_count, "sha256": sha256}
            self._guard.note("ingest", details, resource=f"Document:{document.id}")
        self._search.add(document)
        return document

    def _failed(self, file: Incoming, place: Place, error: UnreadableDocument | OSError) -> IngestResult:
        reason = str(error) if isinstance(error, FinslmError) else f"it cannot be opened ({error.strerror})"
        details: Details = {"file": self._guard.digest(file.path.name)}
        self._guard.note("ingest", details, resource=f"Collection:{place.collection}", outcome="failed")
        return IngestResult(str(file.path), file.filename, "failed", error=reason)
