"""An adapter is written for llama.cpp as it was trained, and read back to train on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from random_model import BLOCKS, FEED, HEADS, WIDTH, write_random_model

from finslm.distill.export import averaged, export_adapter, imported_state, narrowed
from finslm.model.adapter import load_adapter

RANK = 4
SHAPES = {
    "self_attn.q_proj": (WIDTH, WIDTH),
    "self_attn.k_proj": (WIDTH, WIDTH),
    "mlp.up_proj": (FEED, WIDTH),
    "mlp.down_proj": (WIDTH, FEED),
}


def state_of(seed: int) -> dict[str, np.ndarray]:
    """peft's tensors with numbers that 16 bits hold exactly."""
    chance = np.random.default_rng(seed)
    state = {}
    for layer in range(BLOCKS):
        for name, (outputs, inputs) in SHAPES.items():
            for side, shape in (("A", (RANK, inputs)), ("B", (outputs, RANK))):
                values = chance.integers(-8, 9, shape).astype(np.float32) / 16
                state[f"base_model.model.model.layers.{layer}.{name}.lora_{side}.weight"] = values
    return state


def test_what_is_exported_is_imported_again(tmp_path: Path) -> None:
    base = write_random_model(tmp_path / "base.gguf", seed=1)
    state = state_of(2)
    export_adapter(state, base, 8.0, tmp_path / "adapter.gguf")
    again = imported_state(tmp_path / "adapter.gguf", base)
    assert again.keys() == state.keys()
    assert all(np.array_equal(again[name], state[name]) for name in state)


def test_the_runtime_adds_what_was_trained(tmp_path: Path) -> None:
    base = write_random_model(tmp_path / "base.gguf", seed=1)
    state = state_of(3)
    export_adapter(state, base, 8.0, tmp_path / "adapter.gguf")
    deltas = load_adapter(tmp_path / "adapter.gguf")
    first = "base_model.model.model.layers.0"
    up = state[f"{first}.mlp.up_proj.lora_B.weight"] @ state[f"{first}.mlp.up_proj.lora_A.weight"] * 2
    zero = np.zeros((FEED, WIDTH), np.float32)
    assert np.allclose(deltas["blk.0.ffn_up.weight"].added_to(zero, 0), up)
    # llama.cpp turns pairs that lie side by side; the halves of a head are interleaved for it.
    query = state[f"{first}.self_attn.q_proj.lora_B.weight"]
    half = WIDTH // HEADS // 2
    assert np.array_equal(deltas["blk.0.attn_q.weight"].b[1], query[half] * 2)
    assert np.array_equal(deltas["blk.0.attn_q.weight"].b[2], query[1] * 2)


def products(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the adapter adds to each matrix, but for its scale."""
    return {a: state[a.replace("lora_A", "lora_B")] @ state[a] for a in state if "lora_A" in a}


def test_a_narrowed_adapter_is_the_nearest_of_its_rank() -> None:
    wide = products(state_of(4))
    same, narrow = products(narrowed(state_of(4), RANK)), products(narrowed(state_of(4), RANK - 2))
    for name, product in wide.items():
        assert np.allclose(same[name], product, atol=1e-4)
        lost = np.linalg.svd(product, compute_uv=False)[RANK - 2 :]
        assert np.linalg.norm(product - narrow[name]) == pytest.approx(np.linalg.norm(lost), rel=1e-3)


def test_two_adapters_are_averaged_in_what_they_add() -> None:
    first, second = products(state_of(5)), products(state_of(6))
    mean = products(averaged(state_of(5), state_of(6), 0.25))
    assert all(np.allclose(mean[name], 0.75 * first[name] + 0.25 * second[name], atol=1e-5) for name in first)


def test_what_is_no_adapter_is_refused(tmp_path: Path) -> None:
    base = write_random_model(tmp_path / "base.gguf", seed=1)
    with pytest.raises(ValueError, match="no tensor of a low-rank adapter"):
        export_adapter({"lm_head.weight": np.zeros((2, 2), np.float32)}, base, 8.0, tmp_path / "adapter.gguf")
