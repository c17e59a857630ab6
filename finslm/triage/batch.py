"""A batch: which files are done already and which repeat another."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

from finslm.documents import Reading, TriageRecord
from finslm.triage.triage import Triage


class Batch:
    """The files of one run in their order; `is_new` tells whether the last record was made in this run."""

    def __init__(self, judge: Triage, done: Iterable[TriageRecord]) -> None:
        self._judge = judge
        # The same bytes fail the same way: a failed file is read again only when it has changed.
        self._done = {(record.path, record.sha256): record for record in done}
        self._first: dict[str, TriageRecord] = {}
        self.is_new = True

    def assess(self, path: str, sha256: str, reading: Reading | str, cancel: threading.Event | None) -> TriageRecord:
        """The record of one file as read, or of the reason why it cannot be. Raises Cancelled and the model's errors."""
        known = self._done.get((path, sha256))
        self.is_new = known is None
        record = known or self._fresh(path, sha256, reading, cancel)
        if record.status == "done":
            self._first.setdefault(sha256, record)
        return record

    def _fresh(self, path: str, sha256: str, reading: Reading | str, cancel: threading.Event | None) -> TriageRecord:
        if first := self._first.get(sha256):
            return replace(first, path=path, duplicate_of=first.path, seconds=0.0)
        if isinstance(reading, str):
            return self._judge.failed(path, sha256, reading)
        return self._judge.assess(path, sha256, reading, cancel=cancel)
