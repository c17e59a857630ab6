"""The results file of a batch: one record a line, on disk before the next document begins."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from finslm.documents import TriageRecord
from finslm.errors import NoSpaceLeft, PathMissing, UsageError
from finslm.triage.records import FIELDS, from_plain, to_plain

NESTED = ("events", "figures", "pii", "summary", "scores", "reasons")
NOT_TEXT = (*NESTED, "needs_review", "seconds")


class RowFormat(Protocol):
    """How records become lines and lines become records again."""

    def header(self) -> str:
        """The first line of a new file, or nothing."""

    def beginning(self) -> bytes:
        """What every file of ours begins with."""

    def whole_rows_end(self, data: bytes) -> int:
        """Where the last row that has its line end ends; 0 when there is none."""

    def row(self, record: TriageRecord) -> str:
        """The record as one row, line end included."""

    def records(self, text: str) -> Iterator[TriageRecord]:
        """The records of whole rows. Raises ValueError, KeyError or TypeError at the first that is none."""


class JsonLines:
    """One JSON object a line."""

    def header(self) -> str:
        """JSON lines have no header."""
        return ""

    def beginning(self) -> bytes:
        """The first field of the first record."""
        return f'{{"{FIELDS[0]}": '.encode()

    def whole_rows_end(self, data: bytes) -> int:
        """JSON text holds no line feed."""
        return data.rfind(b"\n") + 1

    def row(self, record: TriageRecord) -> str:
        """The record as one JSON object."""
        return json.dumps(to_plain(record), ensure_ascii=False) + "\n"

    def records(self, text: str) -> Iterator[TriageRecord]:
        """The records of whole lines."""
        # Not splitlines(): JSON strings may hold U+2028 and its like as they are.
        yield from (from_plain(json.loads(line)) for line in text.split("\n") if line.strip())


class Csv:
    """RFC 4180 with a header; lists and objects are JSON in their cells, an empty cell is an absent value."""

    def header(self) -> str:
        """The field names of the contract."""
        return _csv_line(list(FIELDS))

    def beginning(self) -> bytes:
        """The header."""
        return self.header().encode()

    def whole_rows_end(self, data: bytes) -> int:
        """A line feed ends a row when the quotes before it are in pairs; otherwise it stands in a cell."""
        place = data.rfind(b"\n")
        while place >= 0 and data.count(b'"', 0, place) % 2:
            place = data.rfind(b"\n", 0, place)
        return place + 1

    def row(self, record: TriageRecord) -> str:
        """The record as one row; a row may span lines where a value does."""
        plain = to_plain(record)
        return _csv_line([_cell(name, plain.get(name)) for name in FIELDS])

    def records(self, text: str) -> Iterator[TriageRecord]:
        """The records of whole rows."""
        for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
            if row.keys() != set(FIELDS) or None in row.values():
                raise ValueError("a row has not the fields of a triage record")
            yield from_plain({name: _value(name, cell) for name, cell in row.items() if cell != ""})


FORMATS: dict[str, Callable[[], RowFormat]] = {".jsonl": JsonLines, ".csv": Csv}


class ResultsFile:
    """A results file in the format of its ending. Raises UsageError for endings other than .jsonl and .csv.

    `torn` says after `load` that the last row was incomplete, as after a power cut, and was dropped: the document that
    it was for will be triaged again.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix.lower() not in FORMATS:
            raise UsageError(
                f"results cannot be written as {path.suffix or 'a file without an ending'}",
                safe="nothing was triaged",
                next_step=f"name a file that ends in {' or '.join(FORMATS)}",
            )
        if not path.absolute().parent.is_dir():
            raise PathMissing(
                f"the folder of {path} does not exist",
                safe="nothing was triaged",
                next_step="make the folder first",
            )
        self.path = path
        self.torn = False
        self._format = FORMATS[path.suffix.lower()]()

    def append(self, record: TriageRecord) -> None:
        """Writes the record behind the others; it is on the disk when this returns. Raises NoSpaceLeft, UsageError.

        A row that did not fit is taken back, so that the file ends with a whole row.
        """
        with self._translated_errors(), self.path.open("ab", buffering=0) as file:
            before = file.tell()
            row = ("" if before else self._format.header()) + self._format.row(record)
            try:
                _write_whole(file.fileno(), row.encode("utf-8"))
                os.fsync(file.fileno())
            except OSError:
                file.truncate(before)
                raise

    def clear(self) -> None:
        """Empties the file: a batch that does not resume starts afresh."""
        with self._translated_errors(), self.path.open("wb") as file:
            os.fsync(file.fileno())

    def load(self) -> tuple[TriageRecord, ...]:
        """The records written so far, none when there is no file; a torn last row is cut off the file.

        Raises UsageError when the file holds something else: it is not ours to continue.
        """
        if not self.path.exists():
            return ()
        with self._translated_errors():
            data = self.path.read_bytes()
            whole, records = self._whole_rows(data)
            self.torn = whole < len(data)
            if self.torn:
                os.truncate(self.path, whole)
        return records

    def _whole_rows(self, data: bytes) -> tuple[int, tuple[TriageRecord, ...]]:
        """How many bytes hold whole rows, and their records; only the last row may be torn."""
        beginning = self._format.beginning()
        if data[: len(beginning)] != beginning[: len(data)]:
            raise self._foreign()
        end = self._format.whole_rows_end(data)
        try:
            return end, tuple(self._format.records(data[:end].decode("utf-8")))
        except (ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
            raise self._foreign() from error

    def _foreign(self) -> UsageError:
        return UsageError(
            f"{self.path.name} is not a results file of triage",
            safe="it was left as it is",
            next_step="name another file with --out, or leave --resume away",
        )

    def _translated_errors(self) -> _DiskErrors:
        return _DiskErrors(self.path)


class _DiskErrors:
    """Turns what the disk says into our own errors."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpaceLeft(
                f"the disk that holds {self._path} is full",
                safe="the records written before are whole",
                next_step="make room and run the command again with --resume",
            ) from error
        raise UsageError(
            f"{self._path} cannot be used for results ({error.strerror or 'input/output error'})",
            safe="the records written before are whole",
            next_step="name another file with --out",
        ) from error


def _write_whole(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(name: str, value: Any) -> str:
    if name in NOT_TEXT:
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _value(name: str, cell: str) -> Any:
    return json.loads(cell) if name in NOT_TEXT else cell
