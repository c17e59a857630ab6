"""Weights to IQ4_NL: four bits an index into sixteen uneven levels, one scale for 32 weights. The same bytes everywhere.

    offset  length  field
    0       2       scale, IEEE half precision, little endian
    2       16      indices: byte j holds weight j in its low and weight j + 16 in its high half

llama.cpp repacks this type for the vector units of x86 and ARM as it does Q4_0, and it loses less. The scale is searched
as llama.cpp's own quantizer does (`quantize_row_iq4_nl_impl`): of some scales around the extreme weight the one whose
least-squares fit, weighted by importance, is best. All sums run over the first axis of arrays, one element after the
other, so that no vector width changes a rounding.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2
LEVELS = np.array([-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113], np.float32)
TRIES = (-6, -4, -2, 0, 2, 4, 6)
"""How far from the extreme weight's own level the scale is tried, in units of a level step."""
NEAREST = np.abs(np.arange(-128, 128, dtype=np.float32)[:, None] - LEVELS).argmin(axis=1).astype(np.uint8)
"""The index of the nearest level for each whole number from -128 on."""

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def quantize_iq4_nl(rows: Floats, importance: Floats | None = None) -> Bytes:
    """Rows (n, width) as IQ4_NL (n, width / 32 * 18); `importance` (width,) weighs the columns. Width divides by 32."""
    blocks = np.ascontiguousarray(rows.reshape(-1, BLOCK).T)
    weights = blocks * blocks
    if importance is not None:
        columns = np.tile(importance.reshape(-1, BLOCK).T, len(rows))
        # As llama.cpp weighs: importance, and a little more for what is large itself.
        weights = columns * np.sqrt(weights + _sum(weights) / np.float32(BLOCK))
    scale, indices = _fitted(blocks, weights)
    packed = np.empty((blocks.shape[1], BLOCK_BYTES), np.uint8)
    packed[:, :2] = scale.astype("<f2")[:, None].view(np.uint8)
    packed[:, 2:] = (indices[: BLOCK // 2] | indices[BLOCK // 2 :] << 4).T
    return packed.reshape(len(rows), rows.shape[1] // BLOCK * BLOCK_BYTES)


def _fitted(blocks: Floats, weights: Floats) -> tuple[Floats, Bytes]:
    """The best scale of each block (32, n), and the indices (32, n) of the levels that its weights get."""
    extreme = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=0)[None], axis=0)[0]
    extreme = np.where(extreme == 0, np.float32(1), extreme)
    best = np.full(blocks.shape[1], -1, np.float32)
    scale = np.zeros(blocks.shape[1], np.float32)
    for step in TRIES:
        levels = LEVELS[_nearest(blocks * ((LEVELS[0] + np.float32(step)) / extreme))]
        weighted = weights * levels
        along, across = _sum(weighted * blocks), _sum(weighted * levels)
        fit = np.where(across > 0, along * along / np.maximum(across, np.float32(1e-30)), 0)
        better = fit > best
        scale = np.where(better, along / np.maximum(across, np.float32(1e-30)), scale)
        best = np.where(better, fit, best)
    stored = scale.astype(np.float16).astype(np.float32)
    return scale, _nearest(blocks * np.where(stored == 0, 0, 1 / np.where(stored == 0, 1, stored)))


def _nearest(scaled: Floats) -> Bytes:
    nearest: Bytes = NEAREST[np.clip(np.rint(scaled), -128, 127).astype(np.int16) + 128]
    return nearest


def _sum(values: Floats) -> Floats:
    """The sum over the first axis in its order."""
    total: Floats = values[0].copy()
    for value in values[1:]:
        total += value
    return total
