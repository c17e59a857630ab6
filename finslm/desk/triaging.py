"""The journey of a folder through triage: read ahead, judged, routed, written down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from finslm.config import Settings
from finslm.desk.guard import Guard
from finslm.desk.ingesting import read
from finslm.desk.models import Models
from finslm.documents import Reading, TriageRecord
from finslm.errors import UnreadableDocument
from finslm.ingest import list_files
from finslm.triage import Batch, Triage, TriageSettings


class Triaging:
    """Triages files without storing them."""

    def __init__(self, guard: Guard, models: Models, settings: Settings) -> None:
        self._guard = guard
        self._models = models
        self._settings = settings

    def triage(
        self,
        paths: Sequence[Path],
        done: Iterable[TriageRecord],
        workers: int,
        on_files: Callable[[Sequence[Path]], None] | None,
        on_record: Callable[[TriageRecord], None] | None,
        cancel: threading.Event | None,
    ) -> tuple[TriageRecord, ...]:
        """The record of each file, in order; `on_record` is told of those that this run made, `on_files` of all files."""
        self._guard.authorise("triage")
        files = list_files(paths).files
        if on_files:
            on_files(files)
        model = self._models.name_for("triage")
        batch = Batch(self._judge(model), done)
        records = []
        with ThreadPoolExecutor(workers) as readers:
            for path, reading in [(path, readers.submit(_pages, path, self._settings)) for path in files]:
                record = batch.assess(path, reading.result, cancel)
                records.append(record)
                if batch.is_new:
                    self._write_down(record, model)
                    if on_record:
                        on_record(record)
        return tuple(records)

    def _judge(self, model: str) -> Triage:
        settings = TriageSettings.load(self._settings.data_dir)
        return Triage(self._models.engine(model), settings, lambda facts: self._guard.rules.route(facts.as_context()))

    def _write_down(self, record: TriageRecord, model: str) -> None:
        details = {"sha256": record.sha256, "queue": record.queue or "", "model": model}
        self._guard.note("triage", details, outcome="allowed" if record.status == "done" else "failed")


def _pages(path: Path, settings: Settings) -> Reading:
    """The pages of a file. Raises UnreadableDocument, also for an archive, which has none of its own."""
    reading = read(path, settings)
    if not reading.pages:
        raise UnreadableDocument(
            "an archive is not triaged as one document",
            safe="the other documents are not affected",
            next_step="unpack it and triage its folder",
        )
    return reading
