"""A full disk, and two builds at once, said in words."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finslm.errors import FinslmError, NoSpaceLeft

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, None}
"""Error numbers of a write that found no room; numpy's short writes carry no number at all."""


@contextmanager
def named_when_full(folder: Path) -> Iterator[None]:
    """Turns a write that found no room into `NoSpaceLeft`."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise no_space(folder) from error


def require_space(folder: Path, size_bytes: int) -> None:
    """Raises `NoSpaceLeft` before the work when it cannot fit."""
    free = shutil.disk_usage(folder).free
    if free < size_bytes:
        raise no_space(folder, f" ({size_bytes / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free)")


def no_space(folder: Path, detail: str = "") -> NoSpaceLeft:
    """The error for a full disk under this folder."""
    return NoSpaceLeft(
        f"the disk that holds {folder} is full{detail}",
        safe="no model was changed and what was fetched so far is kept",
        next_step="free some space and run the command again, or set FINSLM_MODELS_DIR to another disk",
    )


@contextmanager
def only_builder(folder: Path) -> Iterator[None]:
    """Holds the folder for this process alone; the lock dies with the process, so a kill leaves none."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FinslmError("another build of this model is running", next_step="wait for it to end") from error


def flush_to_disk(path: Path) -> None:
    """Returns when the file's bytes are on the disk, so that a rename after it survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
