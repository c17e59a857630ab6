"""How much each input of each weight matters: the mean square of what comes in there while our own prompts are read.

The file is a GGUF whose tensors bear the names of the weights, (inputs,) each, in half precision; `scripts/importance.py`
makes it. The quantizer fits most closely where much comes in (llama.cpp's importance matrix; arXiv 2306.00978).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from gguf import GGUFReader, GGUFWriter
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LEAST, MOST = 1e-3, 6e4


def load_importance(path: Path) -> dict[str, Floats]:
    """The importance (inputs,) of each weight by its name. `ValueError` when the file is no GGUF."""
    return {tensor.name: tensor.data.astype(np.float32) for tensor in GGUFReader(path).tensors}


def write_importance(path: Path, importance: Mapping[str, Floats]) -> None:
    """Writes the importance of each weight, scaled to a mean of one; nothing counts for nothing at all."""
    writer = GGUFWriter(path, "importance")
    for name, values in sorted(importance.items()):
        writer.add_tensor(name, np.clip(values / values.mean(), LEAST, MOST).astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
