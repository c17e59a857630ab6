"""The journey of a file into the vault: read, stored, indexed, and after it the files that were inside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from finslm.config import Settings
from finslm.desk.duplicates import NearDuplicates
from finslm.desk.guard import Details, Guard
from finslm.desk.incoming import NOT_FOLLOWED, Incoming, Run
from finslm.documents import Document, IngestResult, Reading, Sensitivity
from finslm.errors import UnreadableDocument, UsageError
from finslm.ingest import Listing, list_files, load_triggers, path_text, reason_of
from finslm.ingest.similarity import signature
from finslm.policy import LEVELS, collection_resource
from finslm.search import Search
from finslm.vault import NewDocument, Vault


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
        on_files: Callable[[Sequence[Path]], None] | None,
        on_result: Callable[[IngestResult], None] | None,
    ) -> tuple[IngestResult, ...]:
        """The result of each file, in order, those inside it behind it; one that fails costs itself only.

        An archive has no text and no result of its own, unless it cannot be opened. `on_files` is told of the files found.
        """
        if sensitivity not in LEVELS:
            raise UsageError(f"there is no sensitivity {sensitivity}", next_step=f"give one of {', '.join(LEVELS)}")
        self._guard.authorise("ingest", collection_resource(collection), {"level": LEVELS[sensitivity]})
        self._vault.collection_key(collection)
        triggers, duplicates = load_triggers(self._settings.data_dir), NearDuplicates(self._vault, self._guard)
        run = Run(collection, sensitivity, triggers, duplicates)
        listing = list_files(paths)
        if on_files:
            on_files(listing.files)
        results = []
        start = time.monotonic()
        for result in self._results(listing, run):
            now = time.monotonic()
            results.append(replace(result, seconds=now - start))
            start = now
            if on_result:
                on_result(results[-1])
        return tuple(results)

    def _results(self, listing: Listing, run: Run) -> Iterator[IngestResult]:
        for path in listing.files:
            yield from self._take(Incoming.named(path), run)
        for link in listing.links:
            yield IngestResult(path_text(link), path_text(Path(link.name)), "failed", error=NOT_FOLLOWED)

    def _take(self, file: Incoming, run: Run) -> Iterator[IngestResult]:
        """The result of a file, then those of the files inside it."""
        try:
            sha256, size_bytes = file.measured()
            known = self._known(file, run.collection, sha256)
            if known and self._vault.is_finished(known.id):
                yield self._result(file, "unchanged", known)
                return
            reading = file.read(self._settings)
            result = (
                self._result(file, "unchanged", known)
                if known
                else self._stored(file, reading, sha256, size_bytes, run)
            )
        except (UnreadableDocument, OSError) as error:
            yield self._failed(file, run, error)
            return
        if result:
            yield result
        yield from self._take_inside(file, reading, result.document if result else None, run)

    def _take_inside(
        self, file: Incoming, reading: Reading, stored: Document | None, run: Run
    ) -> Iterator[IngestResult]:
        """Each file inside; those of an archive belong to the document around the archive."""
        is_whole = True
        for attachment in reading.attachments:
            for result in self._take(file.inside(attachment, stored.id if stored else file.parent), run):
                is_whole = is_whole and result.status != "failed"
                yield result
        if stored and reading.attachments and is_whole:
            self._vault.finish(stored.id)

    def _known(self, file: Incoming, collection: str, sha256: str) -> Document | None:
        """The document that holds these bytes already, with what is now known of where they come from."""
        known = self._vault.find_by_digest(collection, sha256)
        if known and file.parent:
            return self._vault.attach(known.id, file.parent)
        if known and known.parent:
            self._vault.keep_own(known.id)
        return known

    def _stored(self, file: Incoming, reading: Reading, sha256: str, size: int, run: Run) -> IngestResult | None:
        """The document as stored and indexed; None for an archive."""
        if not reading.pages:
            return None
        path = Path(path_text(file.path.resolve() if file.attachment is None else file.path.absolute()))
        signed = signature(reading.pages)
        near, notes = run.duplicates.of(signed), run.notes_on(reading)
        new = NewDocument(
            reading, path, sha256, size, run.collection, run.sensitivity, file.filename, file.parent, signed, notes
        )
        with self._storing, self._vault.adding(new) as document:
            # Inside the transaction: what cannot be written down is not stored.
            details: Details = {"pages": document.page_count, "sha256": sha256, "notes": list(notes)}
            self._guard.note("ingest", details, resource=f"Document:{document.id}")
        self._search.add(document)
        run.duplicates.add(document, signed)
        result = self._result(file, "stored", document)
        return replace(result, duplicate_of=near[0].id, similarity=round(near[1], 2)) if near else result

    def _result(self, file: Incoming, status: Literal["stored", "unchanged"], document: Document) -> IngestResult:
        return IngestResult(path_text(file.path), file.filename, status, document, notes=document.notes)

    def _failed(self, file: Incoming, run: Run, error: UnreadableDocument | OSError) -> IngestResult:
        details: Details = {"file": self._guard.digest(path_text(Path(file.path.name)))}
        self._guard.note("ingest", details, resource=f"Collection:{run.collection}", outcome="failed")
        return IngestResult(path_text(file.path), file.filename, "failed", error=reason_of(error))
