"""Attention over a pack: the context sees itself causally, each branch sees the context and itself.

Two cores spend a fifth of their time in a fused kernel with a full mask; grouped matrix products over blocks of queries,
each over the keys that it may see, take half of that. A GPU computes several packs at once, in a fused kernel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AttentionInterface

from finslm.distill.packs import Pack

NAME = "shared_prefix"
BLOCK = 256
UNSEEN = -3e4
"""What a score loses to be no score at all. Fused kernels make no number of infinities."""
ALIGNED = 8
"""Fused kernels want rows of a mask to begin at a multiple of this."""


@dataclass(frozen=True)
class Layout:
    """Rows of packs as tensors: `tokens` and `positions` (rows, n), the `mask` (rows, n - apart, n) that is added to scores.

    Of one pack alone the first `apart` tokens, its context, need no mask: they are computed apart. Of more, nothing is.
    """

    tokens: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    apart: int


def in_rows(packs: Sequence[Pack]) -> list[list[Pack]]:
    """The packs side by side in rows, none longer than the longest pack (first fit, the long ones first)."""
    width = max(pack.size for pack in packs)
    rows: list[list[Pack]] = []
    room: list[int] = []
    for pack in sorted(packs, key=lambda pack: -pack.size):
        fits = next((number for number, left in enumerate(room) if left >= pack.size), len(rows))
        if fits == len(rows):
            rows.append([])
            room.append(width)
        rows[fits].append(pack)
        room[fits] -= pack.size
    return rows


def layout(rows: Sequence[Sequence[Pack]], device: torch.device, dtype: torch.dtype) -> Layout:
    """The tensors of `rows`, padded to the longest."""
    is_alone = len(rows) == len(rows[0]) == 1
    longest = max(sum(pack.size for pack in row) for row in rows)
    width = longest if is_alone else -(-longest // ALIGNED) * ALIGNED
    tokens, positions = torch.zeros(len(rows), width, dtype=torch.long), torch.zeros(len(rows), width, dtype=torch.long)
    # A pack has its own numbers, its context the first of them; padding is a pack without branches.
    contexts, owners = torch.zeros(len(rows), width, dtype=torch.long), torch.zeros(len(rows), width, dtype=torch.long)
    for number, row in enumerate(rows):
        start = 0
        for pack in row:
            end, first = start + pack.size, int(owners[number].max()) + 1
            sizes = torch.tensor([len(pack.context), *(len(branch.tokens) for branch in pack.branches)])
            tokens[number, start:end] = torch.tensor([*pack.context, *(t for b in pack.branches for t in b.tokens)])
            contexts[number, start:end] = first
            owners[number, start:end] = torch.repeat_interleave(torch.arange(first, first + len(sizes)), sizes)
            positions[number, start:end] = torch.cat([torch.arange(sizes[0]), *_places(sizes)])
            start = end
    apart = len(rows[0][0].context) if is_alone else 0
    owners, contexts, order = owners.to(device), contexts.to(device), torch.arange(width, device=device)
    sees = (owners[:, apart:, None] == owners[:, None, :]) | (contexts[:, apart:, None] == owners[:, None, :])
    sees &= order[apart:, None] >= order
    mask = torch.zeros(sees.shape, dtype=dtype, device=device).masked_fill_(~sees, UNSEEN)
    return Layout(tokens.to(device), positions.to(device), mask, apart)


def _places(sizes: torch.Tensor) -> Iterator[torch.Tensor]:
    """The positions of branches go on where the context ends."""
    shared = int(sizes[0])
    return (torch.arange(shared, shared + int(size)) for size in sizes[1:])


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float,
    *,
    pack_layout: Layout,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """transformers' attention interface: (rows, heads, n, width) in, (rows, n, heads, width) out."""
    if not pack_layout.apart:
        groups = query.shape[1] // key.shape[1]
        key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
        mask = pack_layout.mask[:, None].expand(-1, query.shape[1], -1, -1)
        seen = torch.nn.functional.scaled_dot_product_attention(query, key, value, mask, scale=scaling)
        return seen.transpose(1, 2), None
    shared, outputs = pack_layout.apart, []
    for start in range(0, shared, BLOCK):
        end = min(start + BLOCK, shared)
        later = torch.full((end - start, end), float("-inf"), dtype=query.dtype, device=query.device).triu(start + 1)
        outputs.append(_attend(query[:, :, start:end], key[:, :, :end], value[:, :, :end], later, scaling))
    outputs.append(_attend(query[:, :, shared:], key, value, pack_layout.mask[0], scaling))
    return torch.cat(outputs, 2).transpose(1, 2), None


def _attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor, scaling: float
) -> torch.Tensor:
    """The heads that share a key are one tall matrix (grouped queries, arXiv 2305.13245)."""
    _, heads, count, width = query.shape
    groups = key.shape[1]
    tall = query[0].reshape(groups, heads // groups * count, width)
    scores = torch.matmul(tall, key[0].transpose(1, 2)).view(groups, heads // groups, count, -1)
    weights = torch.softmax(scores * scaling + mask, -1).view(groups, heads // groups * count, -1)
    return torch.matmul(weights, value[0]).view(1, heads, count, width)


AttentionInterface.register(NAME, attend)
