"""Paths of a user -> the files to read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from finslm.errors import EmptyFolder, PathMissing


def list_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Every file under `paths`, in the order of `paths`, sorted within a folder, none twice.

    Inside a folder, hidden entries, symbolic links and whatever is no regular file are passed over: a link could lead
    out of the folder. A path that the user named outright is taken as it is.
    Raises `PathMissing` and `EmptyFolder`, both before any file is read.
    """
    return tuple(dict.fromkeys(file for path in paths for file in _files_of(Path(path))))


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _files_of(path: Path) -> tuple[Path, ...]:
    if path.is_file():
        return (path,)
    if not path.is_dir():
        kind = "is neither a file nor a folder" if path.exists() else "does not exist"
        raise PathMissing(f"{path} {kind}", safe="nothing was read", next_step="check the path")
    found = tuple(sorted(_walk(path)))
    if not found:
        raise EmptyFolder(f"the folder {path} holds no file", safe="nothing was read", next_step="check the path")
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(root, name)
            if not name.startswith(".") and not file.is_symlink() and file.is_file():
                yield file


def _refuse(error: OSError) -> None:
    """Stops the listing: files left out in silence would look as if they had been read."""
    raise PathMissing(
        f"the folder {error.filename} cannot be listed ({error.strerror})",
        safe="nothing was read",
        next_step="give yourself the right to read it, or name its files",
    ) from error
