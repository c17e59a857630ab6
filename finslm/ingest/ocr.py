"""Pages that are pictures -> their text, read by OCR in a confined process of its own, where the extra is installed.

Not by the process that read the file: a page costs seconds here and milliseconds there, so it has a time of its own,
and what goes wrong costs one page and not the text of the others.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from finslm.documents import Page, Reading, Table
from finslm.ingest.confined_child import start, unprotected
from finslm.ingest.ocr_networks import INSTALL, installed_version
from finslm.ingest.opening import unreadable
from finslm.ingest.page_notes import notes_on_pages
from finslm.table_json import parsed

CHILD = "finslm.ingest.ocr_child"
MOST_PAGES = 500  # of one file
# For the pages of one file on average: three times what a page of small print takes, so that no file takes for ever. By
# the clock it is more, for other work may want the same cores.
MEAN_PAGE_CPU_S, MEAN_PAGE_S = 15.0, 45.0
START_CPU_S = 30
MOST_FAILURES = 10
ANSWER_BYTES = 4 * 2**20  # a page gives some ten thousand


@dataclass(frozen=True)
class Limits:
    """What OCR may take: seconds for a page, and bytes of memory."""

    page_timeout_s: float
    memory_bytes: int


@dataclass(frozen=True)
class _Recognised:
    """A page as OCR read it, its text empty where there is none to see."""

    page: Page
    tables: tuple[Table, ...]


def with_scans_read(reading: Reading, source: int, limits: Limits) -> Reading:
    """`reading` with the text of its scanned pages, and notes that name those which OCR read and those it did not.

    `source` is the open file. Without the extra the notes say how to install it. Raises `UnreadableDocument` where no
    page of the file has a text then, `ReaderUnprotected` where this machine cannot confine the process.
    """
    if not reading.scanned:
        return reading
    if not installed_version():
        _refuse_empty(reading, "its pages are pictures, and OCR is not installed", f"{INSTALL}, then read it again")
        return _noted(reading, (f"pages that are pictures, not read without OCR ({INSTALL})", reading.scanned))
    found = _recognised(reading, source, limits)
    whole = _merged(reading, found)
    _refuse_empty(
        whole, _nothing_found(found), "scan it again upright, at 300 dots an inch, or raise ocr_page_timeout_s"
    )
    read = tuple(index for index in found if found[index].page.text and whole.pages[index] is found[index].page)
    return _noted(
        whole,
        ("pages read by OCR", read),
        ("pages that are pictures without text", tuple(index for index in found if not whole.pages[index].text)),
        ("pages that OCR could not read", tuple(index for index in reading.scanned if index not in found)),
    )


def _refuse_empty(reading: Reading, why: str, next_step: str) -> None:
    if not any(page.text.strip() for page in reading.pages) and not reading.attachments:
        raise unreadable(f"the file holds no text: {why}", next_step)


def _nothing_found(found: dict[int, _Recognised]) -> str:
    return "OCR sees none on its pages" if found else "OCR could not read its pages"


def _noted(reading: Reading, *told: tuple[str, tuple[int, ...]]) -> Reading:
    return replace(reading, notes=(*reading.notes, *notes_on_pages(*told)))


def _merged(reading: Reading, found: dict[int, _Recognised]) -> Reading:
    """The reading with what OCR found in place of text layers that say less."""
    fuller = {i: new for i, new in found.items() if len(new.page.text) > len(reading.pages[i].text.strip())}
    pages = tuple(fuller[page.index].page if page.index in fuller else page for page in reading.pages)
    kept = [table for table in reading.tables if table.page not in fuller]
    tables = sorted((*kept, *(table for new in fuller.values() for table in new.tables)), key=lambda table: table.page)
    return replace(reading, pages=pages, tables=tuple(tables))


def _recognised(reading: Reading, source: int, limits: Limits) -> dict[int, _Recognised]:
    """What OCR gave for each page. A page at which a process ends is left out, and another process goes on behind it."""
    found: dict[int, _Recognised] = {}
    left = reading.scanned[:MOST_PAGES]
    deadline = time.monotonic() + limits.page_timeout_s + MEAN_PAGE_S * len(left)
    for _ in range(MOST_FAILURES):
        if not left or time.monotonic() >= deadline:
            break
        answers = list(_answers(left, len(reading.pages), source, limits, deadline))
        for answer in answers:
            page = Page(int(answer["page"]), str(answer["text"]))
            found[page.index] = _Recognised(page, tuple(parsed(table, page) for table in answer["tables"]))
        left = left[len(answers) + 1 :]
    return found


def _answers(
    indexes: Sequence[int], page_count: int, source: int, limits: Limits, deadline: float
) -> Iterator[dict[str, Any]]:
    """The answers of one process, in the order of `indexes`, up to the page at which it ends."""
    os.lseek(source, 0, os.SEEK_SET)
    cpu_s = START_CPU_S + math.ceil(MEAN_PAGE_CPU_S * len(indexes))
    numbers = (cpu_s, limits.memory_bytes, page_count, *indexes)
    with start(CHILD, *map(str, numbers), source=source) as process:
        try:
            for _ in indexes:
                line = _line(process, min(limits.page_timeout_s, deadline - time.monotonic()))
                if not line.endswith(b"\n"):  # it ended, was ended, or says more than a page can
                    return
                answer: dict[str, Any] = json.loads(line)
                if "missing" in answer:
                    raise unprotected(answer["missing"])
                yield answer
        finally:
            process.kill()


def _line(process: subprocess.Popen[bytes], timeout_s: float) -> bytes:
    """The next line that `process` gives; it is killed where that takes longer than `timeout_s`."""
    timer = threading.Timer(max(0.0, timeout_s), process.kill)
    timer.start()
    try:
        return process.stdout.readline(ANSWER_BYTES) if process.stdout else b""
    finally:
        timer.cancel()
