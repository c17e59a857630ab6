"""Paths of a user -> the files to read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from finslm.errors import EmptyFolder, PathMissing
from finslm.ingest.opening import path_text


def list_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Every file under `paths`, in the order of `paths`, sorted within a folder, none twice.

    Inside a folder hidden entries and symbolic links are passed over: a link could lead out of the folder, and round in
    a circle. A path that the user named outright is taken as it is. What can only fail (a socket, a pipe, a folder that
    cannot be listed) is in the list too, so that it fails by name when it is read, and alone.
    Raises `PathMissing` and `EmptyFolder`, both before any file is read.
    """
    return tuple(dict.fromkeys(file for path in paths for file in _files_of(Path(path))))


def list_links(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The symbolic links inside the folders among `paths`, which `list_files` passes over."""
    entries = (entry for path in paths if Path(path).is_dir() for entry in _walk(Path(path)))
    return tuple(dict.fromkeys(sorted(path for path, is_link in entries if is_link)))


def _files_of(path: Path) -> tuple[Path, ...]:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise PathMissing(
            f"{path_text(path)} does not exist", safe="nothing was read", next_step="check the path"
        ) from None
    except OSError:
        return (path,)  # it will fail by name when it is read
    if not path.is_dir():
        return (path,)
    found = tuple(sorted(entry for entry, is_link in _walk(path) if not is_link))
    if not found:
        raise EmptyFolder(
            f"the folder {path_text(path)} holds no file", safe="nothing was read", next_step="check the path"
        )
    return found


def _walk(folder: Path) -> Iterator[tuple[Path, bool]]:
    """What a folder holds at any depth but folders, with whether it is a link; a folder that cannot be listed too."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            entries = [entry for entry in os.scandir(place) if not entry.name.startswith(".")]
        except OSError:
            yield place, False
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(place / entry.name)
            else:
                yield place / entry.name, entry.is_symlink()
