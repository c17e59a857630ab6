"""Base GGUF, with our adapter merged -> built GGUF, the same bytes on every machine: numpy, no native quantizer.

Native quantizers use the widest vector unit they find and may round or sum in another order there. Here every
weight goes through the same IEEE operations in the same order, so a hash can be pinned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, LlamaFileType
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize
from numpy.typing import NDArray

from finslm.model.adapter import Delta
from finslm.model.iq4_nl import quantize_iq4_nl
from finslm.model.machine import usable_cores
from finslm.model.manifest import Built
from finslm.model.progress import OnProgress, unwatched
from finslm.model.vocabulary import Ids, Vocabulary

EMBEDDING, OUTPUT = "token_embd.weight", "output.weight"
UNUSED_METADATA = ("GGUF.", "general.", "tokenizer.chat_template")
"""Prefixes of metadata that is not carried over: `general.*` is written anew, the template is our own."""
FLOATS_AT_ONCE = 1 << 17
"""Weights converted in one piece: as float32 they fit a core's second cache."""
FILE_TYPES = {
    "Q4_0": LlamaFileType.MOSTLY_Q4_0,
    "IQ4_NL": LlamaFileType.MOSTLY_IQ4_NL,
    "Q8_0": LlamaFileType.MOSTLY_Q8_0,
    "F16": LlamaFileType.MOSTLY_F16,
}

Array = NDArray[Any]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Knowledge:
    """What we know beyond the base: our training and how much each column matters, by the name of the weight; and which
    tokens are needed (all when `kept` is None).
    """

    deltas: Mapping[str, Delta] = field(default_factory=dict)
    importance: Mapping[str, Floats] = field(default_factory=dict)
    kept: Ids | None = None


NOTHING = Knowledge()


@dataclass(frozen=True)
class Held:
    """One tensor of a base that is carried over, as the base stores it; `shape` counts weights."""

    name: str
    shape: tuple[int, ...]
    data: Array
    type: GGMLQuantizationType


@dataclass(frozen=True)
class Tensor:
    """One tensor of the built file: what the base holds, to be written as `wanted`."""

    held: Held
    wanted: GGMLQuantizationType
    delta: Delta | None
    importance: Floats | None

    @property
    def wanted_bytes(self) -> int:
        """Its size in the built file."""
        per_block, block_bytes = GGML_QUANT_SIZES[self.wanted]
        return int(np.prod(self.held.shape)) // per_block * block_bytes


def requantize(
    base: Path,
    target: Path,
    name: str,
    built: Built,
    knowledge: Knowledge = NOTHING,
    on_progress: OnProgress = unwatched,
) -> None:
    """Writes `target` from the GGUF `base`: weights in the types of `built`, norms and biases in float32.

    A base may hold its tied embedding twice, as input and as output layer; the output copy, the finer one,
    is written once and llama.cpp uses it for both. `ValueError` when the base is no GGUF.
    """
    reader = GGUFReader(base)
    tensors = _planned(reader, built, knowledge)
    writer = GGUFWriter(target, _text(reader, "general.architecture"))
    copy_metadata(reader, writer, name, built, knowledge)
    for tensor in tensors:
        dtype = np.dtype(np.float32 if tensor.wanted == GGMLQuantizationType.F32 else np.float16)
        held = tensor.held
        writer.add_tensor_info(held.name, held.shape, dtype, tensor.wanted_bytes, raw_dtype=tensor.wanted)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    _write_tensors(writer, tensors, on_progress)
    writer.close()


def held_tensors(reader: GGUFReader, kept: Ids | None) -> Iterator[Held]:
    """The tensors of a base: an embedding that it holds twice once, in its finer copy, and only the rows of `kept` tokens."""
    output = next((held for held in reader.tensors if held.name == OUTPUT), None)
    for held in reader.tensors:
        if held.name == OUTPUT:
            continue
        taken = output if output is not None and held.name == EMBEDDING else held
        shape = tuple(int(size) for size in reversed(taken.shape))
        data = taken.data
        if held.name == EMBEDDING and kept is not None:
            data, shape = data[kept], (len(kept), *shape[1:])
        yield Held(held.name, shape, data, taken.tensor_type)


def _planned(reader: GGUFReader, built: Built, knowledge: Knowledge) -> list[Tensor]:
    return [
        Tensor(
            held,
            _wanted(held.name, held.shape, built),
            knowledge.deltas.get(held.name),
            knowledge.importance.get(held.name),
        )
        for held in held_tensors(reader, knowledge.kept)
    ]


def _wanted(name: str, shape: tuple[int, ...], built: Built) -> GGMLQuantizationType:
    if len(shape) == 1:
        return GGMLQuantizationType.F32
    if name == EMBEDDING:
        return GGMLQuantizationType[built.embedding]
    is_fine = built.linear != "F16" and any(part in name.split(".") for part in built.fine)
    return GGMLQuantizationType["Q8_0" if is_fine else built.linear]


def copy_metadata(reader: GGUFReader, writer: GGUFWriter, name: str, built: Built, knowledge: Knowledge) -> None:
    """The base's metadata, with those of the built model in place of the general ones."""
    writer.add_name(name)
    writer.add_file_type(FILE_TYPES[built.linear])
    writer.add_quantization_version(2)
    fields = {key: held for key, held in reader.fields.items() if not key.startswith(UNUSED_METADATA)}
    values = {key: held.contents() for key, held in fields.items()}
    if knowledge.kept is not None:
        values |= Vocabulary.of(reader).metadata(knowledge.kept, values)
    for key, held in fields.items():
        element = held.types[-1] if held.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(key, values[key], held.types[0], element)


def _write_tensors(writer: GGUFWriter, tensors: list[Tensor], on_progress: OnProgress) -> None:
    done, total = 0, sum(tensor.wanted_bytes for tensor in tensors)
    with ThreadPoolExecutor(usable_cores()) as workers:
        for tensor in tensors:
            writer.write_tensor_data(_converted(tensor, workers))
            done += tensor.wanted_bytes
            on_progress("build", done, total)


def _converted(tensor: Tensor, workers: ThreadPoolExecutor) -> Array:
    held = tensor.held
    if held.type == tensor.wanted and tensor.delta is None:
        return held.data
    rows_at_once = max(1, FLOATS_AT_ONCE // held.shape[-1])
    starts = range(0, len(held.data), rows_at_once)
    return np.concatenate(list(workers.map(lambda start: _piece(tensor, start, rows_at_once), starts)))


def _piece(tensor: Tensor, start: int, count: int) -> Array:
    """Some rows of a tensor as they are to be written."""
    rows = dequantize(tensor.held.data[start : start + count], tensor.held.type)
    if tensor.delta is not None:
        rows = tensor.delta.added_to(rows, start)
    if tensor.wanted == GGMLQuantizationType.IQ4_NL:
        return quantize_iq4_nl(rows, tensor.importance)
    return quantize(rows, tensor.wanted)


def _text(reader: GGUFReader, key: str) -> str:
    field = reader.get_field(key)
    if field is None:
        raise ValueError(f"the base has no {key}")
    return str(field.contents())
