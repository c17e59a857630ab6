"""Whether flash attention is faster for this model on this processor: measured once, then remembered.

It helps from a few hundred tokens on with most processors and hurts with some (llama.cpp issue 27086), so no rule serves.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

from finslm.model.apart import apart
from finslm.model.llama import Llama, Step
from finslm.model.loading_trial import require_survivable
from finslm.model.machine import this_machine

PIECE = 192
"""Tokens of a piece of the trial prompt: the first is read as a beginning, the second is timed behind it."""
WRITTEN = 16
"""Tokens written one by one after it, timed too."""
ROUNDS = 3


def prefers_flash_attention(path: Path, *, threads: int, context_tokens: int, notes: Path) -> bool:
    """Is the model at `path` faster with flash attention here? `notes` is the JSON file that remembers.

    Takes some seconds the first time. Raises ModelUnusable when the model cannot be loaded.
    """
    known = _read(notes)
    key = _key(path, threads, context_tokens)
    if key not in known:
        require_survivable(path)
        known[key] = apart(lambda: _measured(path, threads, context_tokens))
        _write(notes, known)
    return known[key]


def _measured(path: Path, threads: int, context_tokens: int) -> bool:
    """Both ways in turn, the best round of each: whatever else the machine does hits both."""
    ways = {
        way: Llama(path, threads=threads, context_tokens=context_tokens, flash_attention=way) for way in (True, False)
    }
    try:
        seconds = {way: min(times) for way, times in _rounds(ways).items()}
    finally:
        for llama in ways.values():
            llama.close()
    return seconds[True] <= seconds[False]


def _rounds(ways: Mapping[bool, Llama]) -> dict[bool, list[float]]:
    times: dict[bool, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, llama in ways.items():
            times[way].append(_round(llama))
    return times


def _round(llama: Llama) -> float:
    """Seconds for a piece of a prompt and some written tokens behind another piece."""
    llama.clear()
    llama.decode(_steps(0, PIECE))
    begin = time.perf_counter()
    llama.decode(_steps(PIECE, PIECE))
    for place in range(2 * PIECE, 2 * PIECE + WRITTEN):
        llama.decode(_steps(place, 1))
    return time.perf_counter() - begin


def _steps(start: int, count: int) -> list[Step]:
    """Any tokens do: the work does not depend on what they say."""
    return [Step(100 + place % 100, place, 0, place == start + count - 1) for place in range(start, start + count)]


def _key(path: Path, threads: int, context_tokens: int) -> str:
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
