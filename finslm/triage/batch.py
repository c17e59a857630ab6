"""A batch: which files are done already, which repeat another, and that one bad file never stops the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from finslm.documents import Reading, TriageRecord
from finslm.errors import UnreadableDocument
from finslm.ingest import file_digest, path_text, reason_of
from finslm.triage.triage import Triage


class Batch:
    """The files of one run in their order; `is_new` tells whether the last record was made in this run."""

    def __init__(self, judge: Triage, done: Iterable[TriageRecord]) -> None:
        self._judge = judge
        # The same bytes fail the same way: a failed file is read again only when it has changed.
        self._done = {(record.path, record.sha256): record for record in done}
        self._first: dict[str, TriageRecord] = {}
        self.is_new = True

    def assess(self, path: Path, read: Callable[[], Reading], cancel: threading.Event | None) -> TriageRecord:
        """The record of one file; `read` gives its pages. Raises Cancelled and the model's errors."""
        shown = path_text(path)
        try:
            sha256 = file_digest(path)
        except (UnreadableDocument, OSError) as error:
            self.is_new = True
            return self._judge.failed(shown, "", reason_of(error))
        known = self._done.get((shown, sha256))
        self.is_new = known is None
        record = known or self._fresh(shown, sha256, read, cancel)
        if record.status == "done":
            self._first.setdefault(sha256, record)
        return record

    def _fresh(
        self, path: str, sha256: str, read: Callable[[], Reading], cancel: threading.Event | None
    ) -> TriageRecord:
        if first := self._first.get(sha256):
            return replace(first, path=path, duplicate_of=first.path, seconds=0.0)
        try:
            reading = read()
        except (UnreadableDocument, OSError) as error:
            return self._judge.failed(path, sha256, reason_of(error))
        return self._judge.assess(path, sha256, reading, cancel=cancel)
