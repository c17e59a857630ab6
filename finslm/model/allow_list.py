"""`policies/models.toml`: which model files may run, by hash, and which model does which job."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from finslm.errors import FinslmError, UsageError
from finslm.model.manifest import FileName, Sha256

Job = Literal["ask", "triage", "summary"]
JOBS: tuple[Job, ...] = get_args(Job)

_CLOSED = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Allowed:
    """One model file that may run, and for what."""

    __pydantic_config__ = _CLOSED

    name: FileName
    sha256: Sha256
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class AllowList:
    """The whole file: `jobs` names the model that does each job unless somebody chose another."""

    __pydantic_config__ = _CLOSED

    jobs: dict[Job, FileName]
    allowed: Annotated[tuple[Allowed, ...], Field(min_length=1)]

    def entry(self, name: str) -> Allowed | None:
        """What is said about this model; `None` when it may not run at all."""
        return next((entry for entry in self.allowed if entry.name == name), None)


_SCHEMA = TypeAdapter(AllowList)


def load_allow_list(path: Path) -> AllowList:
    """The allow-list in this file. `FinslmError` when it is absent or wrong: then no model runs."""
    try:
        allow_list = _SCHEMA.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise _invalid(path, "there is no such file") from error
    except tomllib.TOMLDecodeError as error:
        raise _invalid(path, f"it is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise _invalid(path, f"{where}: {first['msg']}") from error
    if missing := [job for job in JOBS if job not in allow_list.jobs]:
        raise _invalid(path, f"it names no model for {missing[0]}")
    return allow_list


def job_named(text: str) -> Job:
    """The job by its name. `UsageError` when there is none."""
    for job in JOBS:
        if job == text:
            return job
    raise UsageError(f"{text} is not a job of a model", next_step=f"give one of {', '.join(JOBS)}")


def _invalid(path: Path, reason: str) -> FinslmError:
    return FinslmError(
        f"the model allow-list {path} is not valid: {reason}",
        safe="no model was run",
        next_step="correct the file, or restore it from the installation",
    )
