"""A path -> its open file, or one sentence why not; and how a path is written down."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from finslm.errors import UnreadableDocument

MOST_FILE_BYTES = 512 * 2**20
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[int]:
    """A file descriptor of the regular file at `path`.

    Raises `UnreadableDocument` for what cannot be opened, is no regular file, or is larger than 512 MiB.
    """
    try:
        # Looked at before it is opened: to open a device can do something. Without O_NONBLOCK a pipe would wait.
        if not path.is_dir():
            _refuse_other_kinds(path.stat())
        source = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise unreadable(
            f"it cannot be opened ({error.strerror})", "check that it is there, and your rights"
        ) from error
    try:
        status = os.fstat(source)
        _refuse_other_kinds(status)
        if status.st_size > MOST_FILE_BYTES:
            size, most = status.st_size // 2**20, MOST_FILE_BYTES // 2**20
            raise unreadable(f"the file is {size:,} MiB large; at most {most} are read", "split the file")
        yield source
    finally:
        os.close(source)


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises `UnreadableDocument` as `opened` does."""
    with opened(path) as source, open(source, "rb", closefd=False) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def path_text(path: Path) -> str:
    """`path` as text that can be stored and printed: what is no UTF-8 or no printable character is escaped."""
    decoded = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in decoded)


def unreadable(happened: str, next_step: str) -> UnreadableDocument:
    """The failure of one file."""
    return UnreadableDocument(happened, safe="the other documents are not affected", next_step=next_step)


def reason_of(error: UnreadableDocument | OSError) -> str:
    """Why a file could not be read, as people are told."""
    return str(error) if isinstance(error, UnreadableDocument) else f"it cannot be read ({error.strerror})"


def _refuse_other_kinds(status: os.stat_result) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    kind = next((name for is_kind, name in KINDS if is_kind(status.st_mode)), "something else")
    raise unreadable(f"this is not a regular file but {kind}", "name a file")
