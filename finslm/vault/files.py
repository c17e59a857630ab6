"""Files that are whole or absent, and files that their owner alone may read."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from finslm.errors import NoSpaceLeft


def write_atomically(path: Path, data: bytes) -> None:
    """Writes `data` to `path` so that a crash leaves the old file or the new one. Raises NoSpaceLeft."""
    beside = path.with_name(path.name + ".new")
    with no_space_is_told(path):
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def new_private_file(path: Path) -> BinaryIO:
    """A new file that its owner alone may read, opened for writing. Raises OSError, where one is there too."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


@contextmanager
def no_space_is_told(path: Path) -> Iterator[None]:
    """Turns "no space left on device" into NoSpaceLeft, which names the folder."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NoSpaceLeft(
            f"no space left on the disk that holds {path.parent}",
            safe="what was stored before is whole; the last step was not done",
            next_step="free some space and run the command again",
        ) from error
