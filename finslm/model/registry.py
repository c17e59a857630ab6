"""The models of this machine: what is built, what is proven, what may do which job."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from finslm.errors import ModelHashMismatch, ModelMissing, ModelNotAllowed, PathMissing, UsageError
from finslm.model.allow_list import JOBS, Allowed, AllowList, Job, job_named, load_allow_list
from finslm.model.build import BuildResult, build_model
from finslm.model.choices import load_choices, write_choice
from finslm.model.digest import sha256_of
from finslm.model.disk import flush_to_disk, named_when_full, require_space
from finslm.model.loading_trial import require_survivable
from finslm.model.manifest import Manifest, load_manifests
from finslm.model.progress import OnProgress, unwatched

State = Literal["missing", "verified", "mismatch", "not allowed"]


@dataclass(frozen=True)
class ModelStatus:
    """One model of this machine. `jobs` is what the policy allows it, `in_use_for` what it does now.

    `size_bytes` is that of the file, or of the file to be built while there is none.
    """

    name: str
    description: str
    state: State
    path: Path
    size_bytes: int
    sha256: str
    quantization: str
    jobs: tuple[Job, ...]
    in_use_for: tuple[Job, ...]

    @property
    def is_built(self) -> bool:
        """Whether a file stands there, right or wrong."""
        return self.state != "missing"

    @property
    def is_verified(self) -> bool:
        """Whether the file may run."""
        return self.state == "verified"


class Registry:
    """The models of `models_dir`: manifests in `data_dir` describe them, `policies_dir` allows them by hash.

    A file is hashed every time before it is handed out: a time stamp can be set back, a hash cannot.
    """

    def __init__(self, models_dir: Path, data_dir: Path, policies_dir: Path) -> None:
        self._models_dir = models_dir
        self._data_dir = data_dir
        self._policy_file = policies_dir / "models.toml"

    @cached_property
    def manifests(self) -> dict[str, Manifest]:
        """The models that can be built here, by name."""
        return load_manifests(self._data_dir)

    @cached_property
    def allow_list(self) -> AllowList:
        """The policy's word on models."""
        return load_allow_list(self._policy_file)

    def list(self) -> tuple[ModelStatus, ...]:
        """Every model that has a manifest or is allowed, each file hashed now."""
        names = dict.fromkeys([*self.manifests, *(entry.name for entry in self.allow_list.allowed)])
        return tuple(self.status(name) for name in names)

    def status(self, name: str) -> ModelStatus:
        """What is known of one model. `UsageError` when nobody knows it."""
        path, manifest, entry = self._path(name), self.manifests.get(name), self.allow_list.entry(name)
        pinned = manifest.built.sha256 if manifest else entry.sha256 if entry else ""
        return ModelStatus(
            name=name,
            description=manifest.description if manifest else "added on this machine",
            state=self._state(path, pinned, entry),
            path=path,
            size_bytes=path.stat().st_size if path.is_file() else manifest.built.size_bytes if manifest else 0,
            sha256=pinned,
            quantization=manifest.built.linear if manifest else "",
            jobs=entry.jobs if entry else (),
            in_use_for=tuple(job for job in JOBS if self._name_for(job) == name),
        )

    def path_for(self, name: str, on_progress: OnProgress = unwatched) -> Path:
        """The file of this model, hashed now and allowed.

        Raises `ModelNotAllowed`, `ModelMissing`, `ModelHashMismatch`; `UsageError` for an unknown name.
        """
        path, entry = self._path(name), self.allow_list.entry(name)
        if entry is None:
            raise _not_allowed(f"the model {name}")
        if not path.is_file():
            raise self._missing(name)
        held = sha256_of(path, on_progress)
        if held == entry.sha256:
            return path
        manifest = self.manifests.get(name)
        if manifest and held == manifest.built.sha256:
            raise _not_allowed(f"the file of {name} with SHA-256 {held}")
        raise self._changed(name)

    def is_taught(self, name: str) -> bool:
        """Whether our laboratory taught this model: it then needs no examples of what is wanted."""
        manifest = self.manifests.get(name)
        return manifest is not None and manifest.adapter is not None

    def verify(self, name: str, on_progress: OnProgress = unwatched) -> ModelStatus:
        """The status of a model whose file may run; raises as `path_for` does."""
        self.path_for(name, on_progress)
        return self.status(name)

    def model_for(self, job: str, override: str | None = None) -> str:
        """The model that does this job: `override`, else the choice of `use`, else the policy's default.

        Raises `ModelNotAllowed` when the policy does not let it do that job; `UsageError` for an unknown
        job or model.
        """
        known = job_named(job)
        name = override or self._name_for(known)
        self._path(name)
        entry = self.allow_list.entry(name)
        if entry is None or known not in entry.jobs:
            raise _not_allowed(f"the model {name} for {known}")
        return name

    def use(self, name: str, job: str) -> None:
        """Makes this model do this job from now on, once it is proven to be allowed to and able to."""
        known = job_named(job)
        self.path_for(self.model_for(known, override=name))
        write_choice(self._choices_file, known, name)

    def build(self, name: str, *, origin: Path | None = None, on_progress: OnProgress = unwatched) -> BuildResult:
        """The model built on this machine; see `build_model`. `UsageError` when it has no manifest."""
        manifest = self.manifests.get(name)
        if manifest is None:
            raise _unknown(name, list(self.manifests))
        parts_dir = self._data_dir / "models" / name
        return build_model(manifest, self._models_dir, parts_dir=parts_dir, origin=origin, on_progress=on_progress)

    def add(self, file: Path) -> ModelStatus:
        """Takes in a GGUF of the firm's own, under the name that the allow-list gives to its hash.

        Raises `ModelNotAllowed` with the hash to be written there, when it is not; `ModelUnusable` when llama.cpp dies of it.
        """
        if not file.is_file():
            raise PathMissing(f"{file} is not a file", safe="no model was added", next_step="give a GGUF file")
        held = sha256_of(file)
        entry = next((entry for entry in self.allow_list.allowed if entry.sha256 == held), None)
        if entry is None:
            raise _not_allowed(f"{file.name} with SHA-256 {held}")
        require_survivable(file)
        self._take_in(file, self._path(entry.name))
        return self.verify(entry.name)

    @property
    def _choices_file(self) -> Path:
        return self._models_dir / "use.json"

    def _name_for(self, job: Job) -> str:
        return load_choices(self._choices_file).get(job) or self.allow_list.jobs[job]

    def _path(self, name: str) -> Path:
        """Where the model's file is or would be."""
        if manifest := self.manifests.get(name):
            return self._models_dir / manifest.built.file
        if self.allow_list.entry(name):
            return self._models_dir / f"{name}.gguf"
        raise _unknown(name, [*self.manifests, *(entry.name for entry in self.allow_list.allowed)])

    def _state(self, path: Path, pinned: str, entry: Allowed | None) -> State:
        if not path.is_file():
            return "missing"
        held = sha256_of(path)
        if entry is not None and held == entry.sha256:
            return "verified"
        return "not allowed" if held == pinned else "mismatch"

    def _take_in(self, file: Path, target: Path) -> None:
        with named_when_full(self._models_dir):
            self._models_dir.mkdir(parents=True, exist_ok=True)
            require_space(self._models_dir, file.stat().st_size)
            draft = target.with_name(f".{target.name}.draft")
            shutil.copyfile(file, draft)
            flush_to_disk(draft)
        draft.replace(target)

    def _missing(self, name: str) -> ModelMissing:
        can_build = name in self.manifests
        remedy = f"build it with `finslm model build {name}`" if can_build else "add it with `finslm model add FILE`"
        return ModelMissing(f"model {name} is not built on this machine", safe="nothing was run", next_step=remedy)

    def _changed(self, name: str) -> ModelHashMismatch:
        remedy = f"finslm model build {name}" if name in self.manifests else "finslm model add FILE"
        return ModelHashMismatch(
            f"model {name} does not match its pinned hash",
            safe="nothing was run",
            next_step=f"reinstall it with `{remedy}` or check who changed it",
        )


def _not_allowed(what: str) -> ModelNotAllowed:
    return ModelNotAllowed(
        f"{what} is not allowed by the policy",
        safe="nothing was run",
        next_step="the security officer can allow it in policies/models.toml, by its SHA-256 and job",
    )


def _unknown(name: str, known: list[str]) -> UsageError:
    names = ", ".join(dict.fromkeys(known))
    return UsageError(f"there is no model {name}", safe="nothing was run", next_step=f"give one of {names}")
