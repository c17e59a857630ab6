"""Our training of a base, as a LoRA adapter in a GGUF: for a weight W it holds A and B, and W + scale * B A is ours.

The form is llama.cpp's (`convert_lora_to_gguf`): tensors `NAME.lora_a` (rank, inputs) and `NAME.lora_b` (outputs, rank),
and `adapter.lora.alpha`, with scale = alpha / rank (arXiv 2106.09685).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Delta:
    """What an adapter adds to one weight: `b` (outputs, rank) times `a` (rank, inputs), scaled already."""

    a: Floats
    b: Floats

    def added_to(self, rows: Floats, first: int) -> Floats:
        """The weight's `rows` (n, inputs) from row `first` on, with the delta added.

        One rank after the other, elementwise: a matrix product sums in another order on another processor.
        """
        merged = rows.copy()
        for of_a, of_b in zip(self.a, self.b[first : first + len(rows)].T, strict=True):
            merged += of_b[:, None] * of_a
        return merged


def load_adapter(path: Path) -> dict[str, Delta]:
    """The deltas of an adapter file by the name of the weight. `ValueError` when it is no adapter."""
    reader = GGUFReader(path)
    alpha = reader.get_field("adapter.lora.alpha")
    if alpha is None:
        raise ValueError(f"{path.name} is no LoRA adapter")
    tensors = {tensor.name: dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}
    deltas = {}
    for name in [name.removesuffix(".lora_a") for name in tensors if name.endswith(".lora_a")]:
        a, b = tensors[f"{name}.lora_a"], tensors[f"{name}.lora_b"]
        deltas[name] = Delta(a, b * np.float32(float(alpha.contents()) / len(a)))
    return deltas
