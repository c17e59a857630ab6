"""The process that reads pictures: `python -P -m finslm.ingest.ocr_child CPU_S MEMORY_BYTES PAGE_COUNT PAGE...`.

The file is its standard input, already open. It gives back one JSON object a line, in the order of the pages, each as
soon as its page is read, so that what comes before a crash is not lost:

    {"page": index, "text": ..., "tables": [see table_json, ...]}

Where a page cannot be read the process ends there. Where the kernel gives less than a hostile file needs nothing is read:
{"missing": [name of a protection, ...]}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from finslm.errors import UnreadableDocument
from finslm.ingest.confinement import confine, missing_essentials
from finslm.ingest.sound_text import sound
from finslm.table_json import plain


def main(cpu_s: int, memory_bytes: int, page_count: int, indexes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Confines this process, then gives an answer for each page of `indexes`, up to one that breaks the file."""
    confine(cpu_s=cpu_s, memory_bytes=memory_bytes)
    if missing := missing_essentials(cpu_s=cpu_s, memory_bytes=memory_bytes):
        yield {"missing": missing}
        return
    yield from _answers(sys.stdin.buffer, page_count, indexes)


def _answers(file: BinaryIO, page_count: int, indexes: Sequence[int]) -> Iterator[dict[str, Any]]:
    # After the process is confined: these load libraries, which a document might abuse no more than any other.
    from finslm.ingest.ocr_networks import load_networks  # noqa: PLC0415
    from finslm.ingest.ocr_page import read_page  # noqa: PLC0415
    from finslm.ingest.ocr_pictures import page_pictures  # noqa: PLC0415

    networks = load_networks()
    for page_picture in page_pictures(file, indexes, page_count):
        page, tables = read_page(page_picture, networks)
        yield {"page": page.index, "text": sound(page.text), "tables": [plain(table) for table in tables]}


if __name__ == "__main__":
    try:
        for answer in main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), [int(page) for page in sys.argv[4:]]):
            sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
            sys.stdout.buffer.flush()
    except (UnreadableDocument, MemoryError):
        sys.exit(1)  # the caller knows by its answers which page it was
