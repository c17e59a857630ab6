"""Attention over a pack: the context sees itself causally, each branch sees the context and itself.

Two cores spend a fifth of their time in a fused kernel with a full mask; grouped matrix products over blocks of queries,
each over the keys that it may see, take half of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import AttentionInterface

from finslm.distill.packing import Pack

NAME = "shared_prefix"
BLOCK = 256


@dataclass(frozen=True)
class Layout:
    """A pack as tensors: `tokens` and `positions` (1, n), the `context`'s length, `branch_mask` (n - context, n), added to scores."""

    tokens: torch.Tensor
    positions: torch.Tensor
    context: int
    branch_mask: torch.Tensor


def layout(pack: Pack, device: torch.device, dtype: torch.dtype) -> Layout:
    """The tensors of `pack`."""
    shared = len(pack.context)
    tokens, positions, owner = list(pack.context), list(range(shared)), [0] * shared
    for number, branch in enumerate(pack.branches, 1):
        tokens += branch.tokens
        positions += range(shared, shared + len(branch.tokens))
        owner += [number] * len(branch.tokens)
    owners = torch.tensor(owner, device=device)
    order = torch.arange(len(owner), device=device)
    sees = (order[shared:, None] >= order) & ((owners[shared:, None] == owners) | (owners == 0))
    mask = torch.zeros(sees.shape, dtype=dtype, device=device).masked_fill_(~sees, float("-inf"))
    return Layout(torch.tensor([tokens], device=device), torch.tensor([positions], device=device), shared, mask)


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
    """transformers' attention interface: (1, heads, n, width) in, (1, n, heads, width) out."""
    shared, outputs = pack_layout.context, []
    for start in range(0, shared, BLOCK):
        end = min(start + BLOCK, shared)
        later = torch.full((end - start, end), float("-inf"), dtype=query.dtype, device=query.device).triu(start + 1)
        outputs.append(_attend(query[:, :, start:end], key[:, :, :end], value[:, :, :end], later, scaling))
    outputs.append(_attend(query[:, :, shared:], key, value, pack_layout.branch_mask, scaling))
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
