"""The process that reads one document: `python -P -m finslm.ingest.reader_child CPU_S MEMORY_BYTES SUFFIX`.

The document is its standard input, already open; one JSON object on standard output is all that it gives back:

    {"media_type": ..., "title": ..., "pages": [text, ...], "attachments": [[name, bytes in base64, refusal], ...],
     "tables": [see table_json, ...], "notes": [phrase, ...], "scanned": [page index, ...]}
    or {"unreadable": happened, "next_step": ...}

With `protections` for SUFFIX it reads nothing and gives {"protections": [[name, holds], ...]}. Where the kernel gives
less than a hostile file needs it reads nothing either: {"missing": [name of a protection, ...]}.
"""

from __future__ import annotations

import base64
import importlib
import json
import sys
from collections.abc import Callable
from typing import Any, cast

from finslm.documents import Reading
from finslm.errors import UnreadableDocument
from finslm.ingest.confinement import confine, missing_essentials, protections
from finslm.ingest.sound_text import sound
from finslm.table_json import plain

READERS = {
    "application/pdf": "finslm.ingest.pdf",
    "application/vnd.ms-outlook": "finslm.ingest.outlook",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "finslm.ingest.slides",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "finslm.ingest.workbook",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "finslm.ingest.word",
    "application/xml": "finslm.ingest.xml_data",
    "application/zip": "finslm.ingest.archive",
    "image/jpeg": "finslm.ingest.picture",
    "image/png": "finslm.ingest.picture",
    "image/tiff": "finslm.ingest.picture",
    "message/rfc822": "finslm.ingest.mail",
    "text/csv": "finslm.ingest.delimited",
    "text/html": "finslm.ingest.html",
    "text/plain": "finslm.ingest.text",
}


def main(cpu_s: int, memory_bytes: int, suffix: str) -> dict[str, Any]:
    """Confines this process, then gives the answer to put on standard output."""
    confine(cpu_s=cpu_s, memory_bytes=memory_bytes)
    if suffix == "protections":
        return {"protections": protections(cpu_s=cpu_s, memory_bytes=memory_bytes)}
    if missing := missing_essentials(cpu_s=cpu_s, memory_bytes=memory_bytes):
        return {"missing": missing}
    try:
        return _reading(sys.stdin.buffer.read(), suffix)
    except UnreadableDocument as refusal:
        return {"unreadable": refusal.happened, "next_step": refusal.next_step}
    except MemoryError:
        happened = f"reading the file takes more than the {memory_bytes // 2**20} MiB of memory allowed"
        return {"unreadable": happened, "next_step": "split the file, or raise reader_memory_bytes"}
    except RecursionError:
        return {
            "unreadable": "the file is nested too deeply to be read",
            "next_step": "save it as PDF and read that",
        }


def _reading(content: bytes, suffix: str) -> dict[str, Any]:
    media_type = importlib.import_module("finslm.ingest.media_type").media_type(content, suffix)
    # Imported by name so that one document costs the libraries of one reader: they are most of the start-up time.
    read = cast(Callable[[bytes], Reading], importlib.import_module(READERS[media_type]).read)
    reading = read(content)
    pages = [sound(page.text) for page in reading.pages]
    if not any(text.strip() for text in pages) and not reading.attachments and not reading.scanned:
        raise UnreadableDocument("the file holds no text", next_step="get the file again from its source")
    attachments = [
        (sound(inner.name), base64.b64encode(inner.content).decode(), inner.refusal) for inner in reading.attachments
    ]
    return {
        "media_type": reading.media_type,
        "title": sound(reading.title),
        "pages": pages,
        "attachments": attachments,
        "notes": [sound(note) for note in reading.notes],
        "tables": [plain(table) for table in reading.tables],
        "scanned": reading.scanned,
    }


if __name__ == "__main__":
    answer = main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    sys.stdout.buffer.write(json.dumps(answer).encode())
