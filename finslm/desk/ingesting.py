"""The journey of a file into the vault: read, stored, indexed."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from finslm.config import Settings
from finslm.desk.duplicates import NearDuplicates
from finslm.desk.guard import Details, Guard
from finslm.documents import IngestResult, Reading, Sensitivity
from finslm.errors import FinslmError, UnreadableDocument, UsageError
from finslm.ingest import (
    file_digest,
    instructed_pages,
    list_files,
    list_links,
    load_triggers,
    path_text,
    read_document,
)
from finslm.ingest.similarity import signature
from finslm.policy import LEVELS, collection_resource
from finslm.search import Search
from finslm.vault import NewDocument, Vault

LINK_NOTE = "a symbolic link inside a folder is not followed; name it outright to have it read"
LISTED = 20  # pages


def read(path: Path, settings: Settings) -> Reading:
    """The pages of a file, read within the settings' limits. Raises UnreadableDocument, OSError."""
    return read_document(path, timeout_s=settings.reader_timeout_s, memory_bytes=settings.reader_memory_bytes)


@dataclass(frozen=True)
class _Run:
    """What all files of one call share."""

    collection: str
    sensitivity: Sensitivity
    triggers: tuple[re.Pattern[str], ...]
    duplicates: NearDuplicates

    def notes_on(self, reading: Reading) -> tuple[str, ...]:
        """What a person should know of a reading."""
        instructed = instructed_pages(reading.pages, self.triggers)
        pages = ", ".join(map(str, instructed[:LISTED])) + (" and more" if len(instructed) > LISTED else "")
        return (*reading.notes, *([f"text addresses an AI reader on pages: {pages}"] if instructed else []))


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
        run = _Run(
            collection, sensitivity, load_triggers(self._settings.data_dir), NearDuplicates(self._vault, self._guard)
        )
        results = []
        for path in list_files(paths):
            start = time.monotonic()
            result = self._ingest_one(path, run)
            results.append(replace(result, seconds=time.monotonic() - start))
            if on_result:
                on_result(results[-1])
        for link in list_links(paths):
            results.append(IngestResult(path_text(link), "skipped", notes=(LINK_NOTE,)))
            if on_result:
                on_result(results[-1])
        return tuple(results)

    def _ingest_one(self, path: Path, run: _Run) -> IngestResult:
        try:
            sha256 = file_digest(path)
            if known := self._vault.find_by_digest(run.collection, sha256):
                return IngestResult(path_text(path), "unchanged", known)
            reading = read(path, self._settings)
            return self._store(path, sha256, reading, run)
        except (UnreadableDocument, OSError) as error:
            reason = str(error) if isinstance(error, FinslmError) else f"it cannot be read ({error.strerror})"
            failed: Details = {"file": self._guard.digest(path_text(Path(path.name)))}
            self._guard.note("ingest", failed, resource=f"Collection:{run.collection}", outcome="failed")
            return IngestResult(path_text(path), "failed", error=reason)

    def _store(self, path: Path, sha256: str, reading: Reading, run: _Run) -> IngestResult:
        signed = signature(reading.pages)
        source, size_bytes = Path(path_text(path.resolve())), path.stat().st_size
        new = NewDocument(reading, source, sha256, size_bytes, run.collection, run.sensitivity, signed)
        near, notes = run.duplicates.of(signed), run.notes_on(reading)
        with self._storing, self._vault.adding(new) as document:
            # Inside the transaction: what cannot be written down is not stored.
            details: Details = {"pages": document.page_count, "sha256": sha256, "notes": list(notes)}
            self._guard.note("ingest", details, resource=f"Document:{document.id}")
        self._search.add(document)
        run.duplicates.add(document, signed)
        result = IngestResult(path_text(path), "stored", document, notes=notes)
        return replace(result, duplicate_of=near[0].id, similarity=round(near[1], 2)) if near else result
