"""Runs the reading process for one file and takes its answer, or its failure, as a value.

A fresh interpreter for each file, not `multiprocessing`: its forkserver runs the caller's main module again (a script
without an `if __name__` guard would open its vault in the reader) and cannot start under Textual, whose standard error
has no file descriptor. The fresh interpreter starts in about 60 ms and inherits nothing but the open document.
"""

from __future__ import annotations

import base64
import json
import math
import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finslm.documents import Attachment, Page, Reading
from finslm.errors import UnreadableDocument
from finslm.ingest.confined_child import start, unprotected
from finslm.ingest.ocr import Limits, with_scans_read
from finslm.ingest.opening import opened, unreadable
from finslm.table_json import parsed

CHILD = "finslm.ingest.reader_child"
OCR_PAGE_TIMEOUT_S = 120.0
ANSWER_BYTES = 96 * 2**20  # a 500-page filing gives 2 MB, the largest archive 86; more than this is a bomb


@dataclass(frozen=True)
class Ending:
    """How a reading process ended: its answer, its exit status, and whether its time ran out."""

    answer: bytes
    status: int
    timed_out: bool


def read_document(
    path: Path, *, timeout_s: float, memory_bytes: int, ocr_page_timeout_s: float = OCR_PAGE_TIMEOUT_S
) -> Reading:
    """The text of the file at `path`, page by page, and its tables, read in a confined process of its own.

    Scanned pages are read by OCR, each within `ocr_page_timeout_s`, where that is installed; `notes` name them.
    May be called from any thread, several at a time. Raises `UnreadableDocument`, in one sentence, for a file that
    cannot be opened, is of no known type, holds no text, crashes its reader, or takes over `timeout_s` or
    `memory_bytes`; `ReaderUnprotected` where this machine cannot confine the process.
    """
    with opened(path) as source:
        reading = _read(source, path.suffix, timeout_s, memory_bytes)
        return with_scans_read(reading, source, Limits(ocr_page_timeout_s, memory_bytes))


def read_attachment(
    attachment: Attachment, *, timeout_s: float, memory_bytes: int, ocr_page_timeout_s: float = OCR_PAGE_TIMEOUT_S
) -> Reading:
    """The text of a file inside a file, read as `read_document` reads; its bytes are never written to a disk.

    Raises `UnreadableDocument`, also for an attachment that was kept out.
    """
    if attachment.refusal:
        raise UnreadableDocument(attachment.refusal, safe="")
    source = os.memfd_create("attachment", os.MFD_CLOEXEC)
    with open(source, "wb") as memory:  # noqa: PTH123 - a file descriptor has no path
        memory.write(attachment.content)
        memory.flush()
        memory.seek(0)
        reading = _read(source, Path(attachment.name).suffix, timeout_s, memory_bytes)
        return with_scans_read(reading, source, Limits(ocr_page_timeout_s, memory_bytes))


def reader_protections() -> tuple[tuple[str, bool], ...]:
    """Each protection of the reading process, and whether it holds on this machine, as a reading process finds it."""
    with Path(os.devnull).open("rb") as nothing:
        ending = _run(nothing.fileno(), 30, 2**30, "protections")
    answer = _answer(ending, 30)
    return tuple((str(name), bool(holds)) for name, holds in answer["protections"])


def _read(source: int, suffix: str, timeout_s: float, memory_bytes: int) -> Reading:
    answer = _answer(_run(source, timeout_s, memory_bytes, suffix), timeout_s)
    if "missing" in answer:
        raise unprotected(answer["missing"])
    if "unreadable" in answer:
        raise unreadable(str(answer["unreadable"]), str(answer["next_step"]))
    pages = tuple(Page(index, text) for index, text in enumerate(answer["pages"]))
    inside = tuple(Attachment(name, base64.b64decode(data), refusal) for name, data, refusal in answer["attachments"])
    tables = tuple(parsed(table, pages[table["page"]]) for table in answer["tables"])
    return Reading(
        answer["media_type"], answer["title"], pages, inside, tables, tuple(answer["notes"]), tuple(answer["scanned"])
    )


def _run(source: int, timeout_s: float, memory_bytes: int, suffix: str) -> Ending:
    cpu_s = math.ceil(timeout_s) + 1
    late = threading.Event()
    with start(CHILD, str(cpu_s), str(memory_bytes), suffix, source=source) as process:
        timer = threading.Timer(timeout_s, _end, (process, late))
        timer.start()
        try:
            answer = process.stdout.read(ANSWER_BYTES + 1) if process.stdout else b""
            if len(answer) > ANSWER_BYTES:
                process.kill()
            status = process.wait()
        finally:
            timer.cancel()
            process.kill()
    return Ending(answer, status, late.is_set())


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _answer(ending: Ending, timeout_s: float) -> dict[str, Any]:
    if ending.timed_out or ending.status == -signal.SIGXCPU:
        raise unreadable(f"reading took longer than {timeout_s:g} s and was stopped", "raise reader_timeout_s")
    if len(ending.answer) > ANSWER_BYTES:
        raise unreadable(f"the file unpacks to over {ANSWER_BYTES // 2**20} MiB of text", "split the file")
    if ending.status != 0:
        how = signal.Signals(-ending.status).name if ending.status < 0 else f"exit status {ending.status}"
        raise unreadable(f"the reader crashed on this file ({how})", "print the file to a new PDF and read that")
    parsed: dict[str, Any] = json.loads(ending.answer)
    return parsed
