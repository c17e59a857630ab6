"""Whether a file is the one that is pinned."""

from __future__ import annotations

import hashlib
from pathlib import Path

from finslm.errors import ModelHashMismatch
from finslm.model.manifest import Pin
from finslm.model.progress import OnProgress, unwatched

CHUNK_BYTES = 1 << 20


def sha256_of(path: Path, on_progress: OnProgress = unwatched) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal."""
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            on_progress("verify", done, total)
    return digest.hexdigest()


def matches(path: Path, pin: Pin, on_progress: OnProgress = unwatched) -> bool:
    """Whether the file stands and has exactly the pinned bytes."""
    if not path.is_file() or path.stat().st_size != pin.size_bytes:
        return False
    return sha256_of(path, on_progress) == pin.sha256


def mismatch(what: str, *, safe: str = "nothing was run", next_step: str = "") -> ModelHashMismatch:
    """The refusal of bytes that are not the pinned ones."""
    return ModelHashMismatch(f"{what} does not match its pinned hash", safe=safe, next_step=next_step)
