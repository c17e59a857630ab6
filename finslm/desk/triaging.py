"""The journey of a folder through triage: read ahead, judged, routed, written down."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from finslm.config import Settings
from finslm.desk.guard import Guard
from finslm.desk.incoming import NOT_FOLLOWED, Incoming
from finslm.desk.models import Models
from finslm.desk.reading_ahead import ReadingAhead
from finslm.documents import Reading, TriageRecord
from finslm.ingest import list_files, path_text
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
        """The record of each file, in order, those inside it behind it; one that fails costs itself only.

        `on_files` is told of all files but those inside others, `on_record` of the records that this run made.
        """
        self._guard.authorise("triage")
        listing = list_files(paths)
        if on_files:
            on_files(listing.files)
        model = self._models.name_for("triage")
        batch = Batch(self._judge(model), done)
        records = []
        with ThreadPoolExecutor(workers) as readers:
            ahead = ReadingAhead(readers, workers, self._settings)
            links = (batch.assess(path_text(link), "", NOT_FOLLOWED, cancel) for link in listing.links)
            for record in chain(_records(map(Incoming.named, listing.files), ahead, batch, cancel), links):
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


def _records(
    files: Iterable[Incoming], ahead: ReadingAhead, batch: Batch, cancel: threading.Event | None
) -> Iterator[TriageRecord]:
    """The record of each file, then those of the files inside it; an archive that can be opened has none of its own."""
    for opened in ahead.opened(files):
        file, reading = opened.file, opened.reading
        if isinstance(reading, str) or reading.pages:
            yield batch.assess(path_text(file.path), opened.sha256, reading, cancel)
        if isinstance(reading, Reading):
            yield from _records(map(file.inside, reading.attachments), ahead, batch, cancel)
