"""The adapter as the runtime takes it: a LoRA GGUF as llama.cpp's `convert_lora_to_gguf` writes it, in 16 bits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from gguf import GGUFReader, GGUFWriter
from numpy.typing import NDArray

PEFT_NAME = re.compile(r"layers\.(\d+)\.(?:self_attn|mlp)\.(\w+)\.lora_([AB])\.")
GGUF_NAMES = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}
Floats = NDArray[np.float32]


def export_adapter(state: Mapping[str, Floats], base: Path, alpha: float, to: Path) -> None:
    """Writes the adapter with peft's tensors `state` (A: rank x inputs, B: outputs x rank) for the GGUF `base`."""
    architecture, heads = _shape(base)
    writer = GGUFWriter(to, architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name in sorted(state):
        if not (match := PEFT_NAME.search(name)):
            raise ValueError(f"{name} is no tensor of a low-rank adapter")
        layer, projection, side = match.groups()
        tensor = state[name]
        if side == "B" and architecture == "llama" and projection in heads:
            tensor = _interleaved(tensor, heads[projection])
        writer.add_tensor(f"blk.{layer}.{GGUF_NAMES[projection]}.weight.lora_{side.lower()}", tensor.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def imported_state(adapter: Path, base: Path) -> dict[str, Floats]:
    """peft's tensors of an adapter that `export_adapter` wrote: the way back, to go on training from it."""
    architecture, heads = _shape(base)
    projections = {of: name for name, of in GGUF_NAMES.items()}
    state: dict[str, Floats] = {}
    for tensor in GGUFReader(adapter).tensors:
        _, layer, weight, _, side = tensor.name.split(".")
        projection = projections[weight]
        values = np.asarray(tensor.data, np.float32)
        if side == "lora_b" and architecture == "llama" and projection in heads:
            values = _halved(values, heads[projection])
        block = "self_attn" if weight.startswith("attn") else "mlp"
        name = f"base_model.model.model.layers.{layer}.{block}.{projection}.lora_{side[-1].upper()}.weight"
        state[name] = values
    return state


def narrowed(state: Mapping[str, Floats], rank: int) -> dict[str, Floats]:
    """The adapter of `rank` that is nearest to a wider one in each matrix (Eckart-Young: the largest singular values).

    The product of the factors is never built: the SVD is that of the small core between their QR factors.
    """
    narrow: dict[str, Floats] = {}
    for name in (each for each in state if ".lora_A." in each):
        other = name.replace(".lora_A.", ".lora_B.")
        left, left_core = np.linalg.qr(state[other].astype(np.float64))
        right, right_core = np.linalg.qr(state[name].astype(np.float64).T)
        outputs, strengths, inputs = np.linalg.svd(left_core @ right_core.T, full_matrices=False)
        roots = np.sqrt(strengths[:rank])
        narrow[name] = (roots[:, None] * (inputs[:rank] @ right.T)).astype(np.float32)
        narrow[other] = ((left @ outputs[:, :rank]) * roots).astype(np.float32)
    return narrow


def averaged(first: Mapping[str, Floats], second: Mapping[str, Floats], part: float) -> dict[str, Floats]:
    """The weighted mean of what two adapters of one base add; its rank is the sum of theirs, and `narrowed` takes it back.

    `part` (0 to 1) is the second's. The factors of two runs have nothing to do with each other, so their products are averaged.
    """
    mean: dict[str, Floats] = {}
    for name in first:
        if ".lora_A." in name:
            mean[name] = np.concatenate([first[name], second[name]])
        else:
            mean[name] = np.concatenate([(1 - part) * first[name], part * second[name]], 1).astype(np.float32)
    return mean


def _shape(base: Path) -> tuple[str, dict[str, int]]:
    """The architecture, and the heads of queries and keys."""
    reader = GGUFReader(base)

    def field(name: str) -> object:
        found = reader.get_field(name)
        if found is None:
            raise ValueError(f"{base.name} does not state {name}")
        return found.contents()

    architecture = str(field("general.architecture"))
    heads = {
        "q_proj": int(str(field(f"{architecture}.attention.head_count"))),
        "k_proj": int(str(field(f"{architecture}.attention.head_count_kv"))),
    }
    return architecture, heads


def _interleaved(rows: Floats, heads: int) -> Floats:
    """Rows of a head in the order of llama.cpp's rotary embedding: pairs side by side, not half against half."""
    outputs, rank = rows.shape
    return rows.reshape(heads, 2, outputs // heads // 2, rank).swapaxes(1, 2).reshape(outputs, rank)


def _halved(rows: Floats, heads: int) -> Floats:
    """The reverse of `_interleaved`."""
    outputs, rank = rows.shape
    return rows.reshape(heads, outputs // heads // 2, 2, rank).swapaxes(1, 2).reshape(outputs, rank)
