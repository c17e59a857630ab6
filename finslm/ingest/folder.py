"""Paths of a user -> the files to read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from finslm.errors import EmptyFolder, PathMissing
from finslm.ingest.opening import path_text


@dataclass(frozen=True)
class Listing:
    """The files to read, and the symbolic links inside folders, which are passed over."""

    files: tuple[Path, ...]
    links: tuple[Path, ...] = ()


def list_files(paths: Iterable[Path]) -> Listing:
    """Every file under `paths`, in the order of `paths`, sorted within a folder, none twice; each folder is walked once.

    Inside a folder hidden entries and symbolic links are passed over: a link could lead out of the folder, and round in
    a circle. A path that the user named outright is taken as it is. What can only fail (a socket, a pipe, a folder that
    cannot be listed) is in the list too, so that it fails by name when it is read, and alone.
    Raises `PathMissing` and `EmptyFolder`, both before any file is read.
    """
    found = [_listing(Path(path)) for path in paths]
    files = dict.fromkeys(file for listing in found for file in listing.files)
    links = sorted({link for listing in found for link in listing.links})
    return Listing(tuple(files), tuple(links))


def _listing(path: Path) -> Listing:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise PathMissing(
            f"{path_text(path)} does not exist", safe="nothing was read", next_step="check the path"
        ) from None
    except OSError:
        return Listing((path,))  # it will fail by name when it is read
    if not path.is_dir():
        return Listing((path,))
    entries = sorted(_walk(path))
    files = tuple(entry for entry, is_link in entries if not is_link)
    if not files:
        raise EmptyFolder(
            f"the folder {path_text(path)} holds no file", safe="nothing was read", next_step="check the path"
        )
    return Listing(files, tuple(entry for entry, is_link in entries if is_link))


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
