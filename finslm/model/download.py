"""One pinned file over HTTP, resumed at the byte where an earlier try stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3

from finslm.model.digest import CHUNK_BYTES, matches, mismatch
from finslm.model.disk import named_when_full
from finslm.model.manifest import Pin
from finslm.model.progress import OnProgress

TIMEOUT_S = (10.0, 60.0)
MOST_TRIES = 100
FRUITLESS_TRIES = 3
"""Connections that may break in a row without bringing a byte."""
BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError)


class SourceError(Exception):
    """A source cannot be had, with the reason in a few words; the next one is tried."""


@dataclass(frozen=True)
class Wanted:
    """A pinned file at an address, to be laid down at `target`."""

    url: str
    target: Path
    pin: Pin

    @property
    def part(self) -> Path:
        """Where the bytes gather until all are there."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def held_bytes(self) -> int:
        """How much an earlier try left."""
        return self.part.stat().st_size if self.part.exists() else 0


def download(session: requests.Session, wanted: Wanted, on_progress: OnProgress) -> None:
    """Lays the file down. Raises `SourceError`, `NoSpaceLeft` or, for wrong bytes, `ModelHashMismatch`."""
    if matches(wanted.target, wanted.pin):
        return
    was_resumed = wanted.held_bytes > 0
    _gather(session, wanted, on_progress)
    if was_resumed and not matches(wanted.part, wanted.pin):
        # What an interrupted run left may be damaged by whatever interrupted it: once more, from nothing.
        wanted.part.unlink()
        _gather(session, wanted, on_progress)
    if not matches(wanted.part, wanted.pin):
        wanted.part.unlink()
        raise mismatch(wanted.pin.file, safe="nothing was run; the wrong bytes were deleted")
    wanted.part.replace(wanted.target)


def _gather(session: requests.Session, wanted: Wanted, on_progress: OnProgress) -> None:
    fruitless = 0
    for _ in range(MOST_TRIES):
        before = wanted.held_bytes
        if before >= wanted.pin.size_bytes:
            return
        try:
            _append(session, wanted, on_progress)
            return
        except requests.HTTPError as error:
            raise SourceError(f"it answers {error.response.status_code}") from error
        except BROKEN as error:
            fruitless = 0 if wanted.held_bytes > before else fruitless + 1
            if fruitless == FRUITLESS_TRIES:
                raise SourceError(reason_of(error)) from error
    raise SourceError(f"the connection broke {MOST_TRIES} times")


def _append(session: requests.Session, wanted: Wanted, on_progress: OnProgress) -> None:
    """Asks for what is missing and writes it; a server that ignores the range is read from the start."""
    start = wanted.held_bytes
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with session.get(wanted.url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
        response.raise_for_status()
        resumes = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
        _write(response, wanted, start if resumes else 0, on_progress)


def _write(response: requests.Response, wanted: Wanted, start: int, on_progress: OnProgress) -> None:
    done, total = start, wanted.pin.size_bytes
    with named_when_full(wanted.part.parent):
        file = wanted.part.open("r+b" if start else "wb")
    with file:
        file.seek(start)
        # Not `iter_content`: when the connection breaks, it loses what it has read of the chunk.
        while chunk := response.raw.read1(CHUNK_BYTES):
            with named_when_full(wanted.part.parent):
                file.write(chunk)
                file.flush()
            done += len(chunk)
            on_progress("fetch", done, total)
            if done > total:  # longer than pinned: wrong already, and it must not fill the disk
                return


def reason_of(error: Exception) -> str:
    """Why a request failed, without its address: that may hold a password."""
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "it does not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted here"
    return "it cannot be reached, or the connection broke"
