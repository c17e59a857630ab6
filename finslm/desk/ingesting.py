"""The journey of a file into the vault: read, stored, indexed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from finslm.config import Settings
from finslm.desk.guard import Details, Guard
from finslm.documents import IngestResult, Reading, Sensitivity
from finslm.errors import FinslmError, UnreadableDocument, UsageError
from finslm.ingest import file_digest, list_files, read_document
from finslm.policy import LEVELS, collection_resource
from finslm.search import Search
from finslm.vault import NewDocument, Vault


def read(path: Path, settings: Settings) -> Reading:
    """The pages of a file, read within the settings' limits. Raises UnreadableDocument, OSError."""
    return read_document(path, timeout_s=settings.reader_timeout_s, memory_bytes=settings.reader_memory_bytes)


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
        """The result of each file, in order; one that fails costs itself only."""
        if sensitivity not in LEVELS:
            raise UsageError(f"there is no sensitivity {sensitivity}", next_step=f"give one of {', '.join(LEVELS)}")
        self._guard.authorise("ingest", collection_resource(collection), {"level": LEVELS[sensitivity]})
        self._vault.collection_key(collection)
        results = []
        for path in list_files(paths):
            start = time.monotonic()
            result = self._ingest_one(path, collection, sensitivity)
            result = replace(result, seconds=time.monotonic() - start)
            results.append(result)
            if on_result:
                on_result(result)
        return tuple(results)

    def _ingest_one(self, path: Path, collection: str, sensitivity: Sensitivity) -> IngestResult:
        try:
            sha256 = file_digest(path)
            if known := self._vault.find_by_digest(collection, sha256):
                return IngestResult(str(path), "unchanged", known)
            reading = read(path, self._settings)
            new = NewDocument(reading, path.resolve(), sha256, path.stat().st_size, collection, sensitivity)
            with self._storing, self._vault.adding(new) as document:
                # Inside the transaction: what cannot be written down is not stored.
                details: Details = {"pages": document.page_count, "sha256": sha256}
                self._guard.note("ingest", details, resource=f"Document:{document.id}")
            self._search.add(document)
            return IngestResult(str(path), "stored", document)
        except (UnreadableDocument, OSError) as error:
            reason = str(error) if isinstance(error, FinslmError) else f"it cannot be opened ({error.strerror})"
            failed: Details = {"file": self._guard.digest(path.name)}
            self._guard.note("ingest", failed, resource=f"Collection:{collection}", outcome="failed")
            return IngestResult(str(path), "failed", error=reason)
