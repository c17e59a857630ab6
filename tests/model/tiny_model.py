"""A tiny model of our own: a base GGUF, the wheels it is cut into, and its manifest."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize
from shelf import Shelf

from finslm.model.manifest import Built, Manifest, Pin, UrlSource, WheelPart, WheelSource
from finslm.model.requantize import requantize

WIDTH, WORDS = 64, 96


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pin_of(path: Path, name: str = "") -> Pin:
    return Pin(name or path.name, path.stat().st_size, sha256(path))


def write_base(path: Path, *, seed: int = 1) -> None:
    """A llama with random weights in the types of real bases: Q4_1, Q5_0, a tied embedding held twice."""
    random = np.random.default_rng(seed)
    writer = GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_embedding_length(WIDTH)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([f"word{index}" for index in range(WORDS)])
    writer.add_chat_template("{{ messages }}")
    embedding = random.standard_normal((WORDS, WIDTH), dtype=np.float32)
    tensors = {
        "token_embd.weight": (embedding, "Q5_0"),
        "output.weight": (embedding, "Q8_0"),
        "blk.0.attn_q.weight": (random.standard_normal((WIDTH, WIDTH), dtype=np.float32), "Q4_1"),
        "blk.0.ffn_down.weight": (random.standard_normal((WIDTH, 2 * WIDTH), dtype=np.float32), "Q5_0"),
        "blk.0.attn_norm.weight": (random.standard_normal(WIDTH, dtype=np.float32), "F32"),
    }
    for name, (values, kind) in tensors.items():
        as_type = GGMLQuantizationType[kind]
        writer.add_tensor(name, quantize(values, as_type), raw_dtype=as_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@dataclass(frozen=True)
class TinyModel:
    """The tiny model with its files in `folder`: the base, two wheels, the built file that must come out."""

    folder: Path
    manifest: Manifest
    shelf: Shelf

    @property
    def base(self) -> Path:
        return self.folder / self.manifest.base.file

    @property
    def parts(self) -> tuple[WheelPart, ...]:
        source = self.manifest.sources[0]
        assert isinstance(source, WheelSource)
        return source.parts

    @property
    def index_url(self) -> str:
        return f"{self.shelf.url}/simple/"


def make_tiny_model(folder: Path, shelf: Shelf) -> TinyModel:
    """The tiny model, its files in `folder` and on the shelf."""
    base = folder / "tiny-base.gguf"
    write_base(base)
    manifest = Manifest(
        name="tiny",
        description="A tiny model with random weights.",
        license="Apache-2.0",
        base_model="none",
        architecture="llama",
        parameters=20_000,
        context_tokens=512,
        template="chatml",
        base=pin_of(base),
        sources=(_wheels(base), UrlSource("url", f"{shelf.url}/files/{base.name}")),
        built=_built(base, folder.with_name("pinned.gguf")),
    )
    shelf.files.update({path.name: path.read_bytes() for path in folder.iterdir()})
    return TinyModel(folder, manifest, shelf)


def _wheels(base: Path) -> WheelSource:
    content, middle = base.read_bytes(), base.stat().st_size // 2
    halves = (content[:middle], content[middle:])
    return WheelSource("wheels", tuple(_wheel(base.parent, *half) for half in enumerate(halves, 1)))


def _wheel(folder: Path, number: int, content: bytes) -> WheelPart:
    wheel = folder / f"tiny_part{number}-1.0-py3-none-any.whl"
    member = f"tiny_part{number}/data/part0{number}.bin"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"tiny_part{number}/__init__.py", "raise SystemExit('a part was run')")
        archive.writestr(member, content)
    return WheelPart(
        package=f"tiny-part{number}",
        version="1.0",
        wheel=wheel.name,
        wheel_size_bytes=wheel.stat().st_size,
        wheel_sha256=sha256(wheel),
        member=member,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _built(base: Path, target: Path) -> Built:
    recipe = Built("tiny.gguf", 1, "0" * 64, linear="Q4_0", embedding="Q8_0")
    requantize(base, target, "tiny", recipe)
    return replace(recipe, size_bytes=target.stat().st_size, sha256=sha256(target))
