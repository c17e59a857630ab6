"""Whether flash attention is faster for this model on this processor: measured once, then remembered.

It helps from a few hundred tokens on with most processors and hurts with some (llama.cpp issue 27086), so no rule serves.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from finslm.model.llama import Llama, Step
from finslm.model.machine import this_machine

PIECE = 192
"""Tokens of a piece of the trial prompt: the first is read as a beginning, the second is timed behind it."""
ROUNDS = 2


def prefers_flash_attention(path: Path, *, threads: int, notes: Path) -> bool:
    """Is the model at `path` faster with flash attention here? `notes` is the JSON file that remembers.

    Takes some seconds the first time. Raises ModelUnusable when the model cannot be loaded.
    """
    known = _read(notes)
    key = _key(path, threads)
    if key not in known:
        seconds = {way: _seconds(path, threads, flash_attention=way) for way in (True, False)}
        known[key] = seconds[True] <= seconds[False]
        _write(notes, known)
    return known[key]


def _seconds(path: Path, threads: int, *, flash_attention: bool) -> float:
    """How long the second piece of a prompt takes, the best of a few rounds."""
    llama = Llama(path, threads=threads, context_tokens=4 * PIECE, flash_attention=flash_attention)
    try:
        return min(_round(llama) for _ in range(ROUNDS))
    finally:
        llama.close()


def _round(llama: Llama) -> float:
    llama.clear()
    # Any tokens do: the work does not depend on what they say.
    pieces = [[Step(100 + i % 100, start + i, 0, i == PIECE - 1) for i in range(PIECE)] for start in (0, PIECE)]
    llama.decode(pieces[0])
    begin = time.perf_counter()
    llama.decode(pieces[1])
    return time.perf_counter() - begin


def _key(path: Path, threads: int) -> str:
    from llama_cpp import __version__  # noqa: PLC0415 - loading the library takes a second

    file = path.stat()
    return (
        f"{path.name}:{file.st_size}:{file.st_mtime_ns} | {this_machine().processor}, {threads} threads | {__version__}"
    )


def _read(notes: Path) -> dict[str, bool]:
    try:
        known = json.loads(notes.read_text("utf-8"))
    except (OSError, ValueError):
        return {}  # nothing is lost: what is not known is measured
    return {str(key): bool(value) for key, value in known.items()} if isinstance(known, dict) else {}


def _write(notes: Path, known: dict[str, bool]) -> None:
    draft = notes.with_name(f"{notes.name}.new")
    try:
        draft.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
        draft.replace(notes)
    except OSError:
        return  # a models folder that cannot be written costs the measurement again next time, nothing else
