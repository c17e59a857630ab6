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

from finslm.model.adapter import load_adapter
from finslm.model.importance import load_importance, write_importance
from finslm.model.manifest import Built, Manifest, Pin, UrlSource, WheelPart, WheelSource
from finslm.model.requantize import Knowledge, requantize

WIDTH, WORDS, RANK = 64, 96, 4
RECIPE = Built("tiny.gguf", 1, "0" * 64, linear="IQ4_NL", embedding="Q8_0", fine=("attn_q",))


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


def write_adapter(path: Path, *, seed: int = 2, alpha: float = 8.0) -> Path:
    """A LoRA adapter with random weights for two of the base's weights."""
    random = np.random.default_rng(seed)
    writer = GGUFWriter(path, "llama")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name, outputs, inputs in (("blk.0.attn_q.weight", WIDTH, WIDTH), ("blk.0.ffn_down.weight", WIDTH, 2 * WIDTH)):
        for side, shape in (("lora_a", (RANK, inputs)), ("lora_b", (outputs, RANK))):
            writer.add_tensor(f"{name}.{side}", (random.standard_normal(shape) / 4).astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def tiny_knowledge(parts: Path) -> Knowledge:
    """What the tiny model's parts hold."""
    return Knowledge(load_adapter(parts / "adapter.gguf"), load_importance(parts / "importance.gguf"))


@dataclass(frozen=True)
class TinyModel:
    """The tiny model with its files in `folder`: the base, two wheels, the built file that must come out.

    `parts` holds what comes with the manifest: the adapter and the importance of the weights.
    """

    folder: Path
    parts: Path
    manifest: Manifest
    shelf: Shelf

    @property
    def base(self) -> Path:
        return self.folder / self.manifest.base.file

    @property
    def wheels(self) -> tuple[WheelPart, ...]:
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
    parts = folder.with_name(f"{folder.name}-parts")
    parts.mkdir()
    adapter = write_adapter(parts / "adapter.gguf")
    importance = parts / "importance.gguf"
    random = np.random.default_rng(3)
    write_importance(importance, {"blk.0.ffn_down.weight": random.random(2 * WIDTH, dtype=np.float32) * 10})
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
        built=_built(base, parts / "pinned.gguf", tiny_knowledge(parts)),
        adapter=pin_of(adapter),
        importance=pin_of(importance),
    )
    shelf.files.update({path.name: path.read_bytes() for path in folder.iterdir()})
    return TinyModel(folder, parts, manifest, shelf)


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


def _built(base: Path, target: Path, knowledge: Knowledge) -> Built:
    requantize(base, target, "tiny", RECIPE, knowledge)
    return replace(RECIPE, size_bytes=target.stat().st_size, sha256=sha256(target))
