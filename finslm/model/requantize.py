"""Base GGUF -> built GGUF, the same bytes on every machine: numpy's elementwise float32, no native quantizer.

Native quantizers use the widest vector unit they find and may round or sum in another order there. Here
nothing is summed: every weight goes through the same IEEE operations, one by one, so a hash can be pinned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize
from numpy.typing import NDArray

from finslm.model.manifest import Built
from finslm.model.progress import OnProgress, unwatched

EMBEDDING, OUTPUT = "token_embd.weight", "output.weight"
UNUSED_METADATA = ("GGUF.", "general.", "tokenizer.chat_template")
"""Prefixes of metadata that is not carried over: `general.*` is written anew, the template is our own."""
FLOATS_AT_ONCE = 1 << 22
"""Weights held as float32 at one time (16 MiB); numpy's steps between take a few times that."""
FILE_TYPES = {"Q4_0": LlamaFileType.MOSTLY_Q4_0, "Q8_0": LlamaFileType.MOSTLY_Q8_0}

Array = NDArray[Any]


@dataclass(frozen=True)
class Tensor:
    """One tensor of the built file: the base's `data`, stored there as `held`, to be written as `wanted`."""

    name: str
    shape: tuple[int, ...]
    data: Array
    held: GGMLQuantizationType
    wanted: GGMLQuantizationType

    @property
    def wanted_bytes(self) -> int:
        """Its size in the built file."""
        per_block, block_bytes = GGML_QUANT_SIZES[self.wanted]
        return int(np.prod(self.shape)) // per_block * block_bytes


def requantize(base: Path, target: Path, name: str, built: Built, on_progress: OnProgress = unwatched) -> None:
    """Writes `target` from the GGUF `base`: weights in the types of `built`, norms and biases in float32.

    A base may hold its tied embedding twice, as input and as output layer; the output copy, the finer one,
    is written once and llama.cpp uses it for both. `ValueError` when the base is no GGUF.
    """
    reader = GGUFReader(base)
    tensors = _planned(reader, built)
    writer = GGUFWriter(target, _text(reader, "general.architecture"))
    _copy_metadata(reader, writer, name, built)
    for tensor in tensors:
        dtype = np.dtype(np.float32 if tensor.wanted == GGMLQuantizationType.F32 else np.float16)
        writer.add_tensor_info(tensor.name, tensor.shape, dtype, tensor.wanted_bytes, raw_dtype=tensor.wanted)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    _write_tensors(writer, tensors, on_progress)
    writer.close()


def _planned(reader: GGUFReader, built: Built) -> list[Tensor]:
    output = next((held for held in reader.tensors if held.name == OUTPUT), None)
    planned = []
    for held in reader.tensors:
        if held.name == OUTPUT:
            continue
        taken = output if output is not None and held.name == EMBEDDING else held
        shape = tuple(int(size) for size in reversed(taken.shape))
        planned.append(Tensor(held.name, shape, taken.data, taken.tensor_type, _wanted(held.name, shape, built)))
    return planned


def _wanted(name: str, shape: tuple[int, ...], built: Built) -> GGMLQuantizationType:
    if len(shape) == 1:
        return GGMLQuantizationType.F32
    return GGMLQuantizationType[built.embedding if name == EMBEDDING else built.linear]


def _copy_metadata(reader: GGUFReader, writer: GGUFWriter, name: str, built: Built) -> None:
    writer.add_name(name)
    writer.add_file_type(FILE_TYPES[built.linear])
    writer.add_quantization_version(2)
    for key, field in reader.fields.items():
        if not key.startswith(UNUSED_METADATA):
            element = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
            writer.add_key_value(key, field.contents(), field.types[0], element)


def _write_tensors(writer: GGUFWriter, tensors: list[Tensor], on_progress: OnProgress) -> None:
    done, total = 0, sum(tensor.wanted_bytes for tensor in tensors)
    for tensor in tensors:
        writer.write_tensor_data(_converted(tensor))
        done += tensor.wanted_bytes
        on_progress("build", done, total)


def _converted(tensor: Tensor) -> Array:
    if tensor.held == tensor.wanted:
        return tensor.data
    return np.concatenate([quantize(rows, tensor.wanted) for rows in _floats(tensor)])


def _floats(tensor: Tensor) -> Iterator[Array]:
    """The tensor's rows as float32, a few at a time."""
    rows_at_once = max(1, FLOATS_AT_ONCE // tensor.shape[-1])
    for start in range(0, len(tensor.data), rows_at_once):
        yield dequantize(tensor.data[start : start + rows_at_once], tensor.held)


def _text(reader: GGUFReader, key: str) -> str:
    field = reader.get_field(key)
    if field is None:
        raise ValueError(f"the base has no {key}")
    return str(field.contents())
