"""Four-bit weights come out as llama.cpp reads them, and as near as they can."""

import numpy as np
import pytest
from gguf import GGMLQuantizationType
from gguf.quants import dequantize, quantize
from hypothesis import given
from hypothesis import strategies as st

from finslm.model.iq4_nl import LEVELS, quantize_iq4_nl


def restored(rows: np.ndarray) -> np.ndarray:
    return dequantize(quantize_iq4_nl(rows), GGMLQuantizationType.IQ4_NL)


def error(restored_rows: np.ndarray, rows: np.ndarray) -> float:
    return float(((restored_rows - rows) ** 2).mean() / (rows**2).mean())


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(1e-3, 1e3))
def test_it_is_nearer_than_even_levels(seed: int, scale: float) -> None:
    rows = (np.random.default_rng(seed).standard_normal((8, 128)) * scale).astype(np.float32)
    even = dequantize(quantize(rows, GGMLQuantizationType.Q4_0), GGMLQuantizationType.Q4_0)
    assert error(restored(rows), rows) < error(even, rows)


@given(st.lists(st.sampled_from(LEVELS.tolist()), min_size=31, max_size=31))
def test_weights_on_the_levels_come_back_exactly(levels: list[float]) -> None:
    rows = np.array([[*levels, LEVELS[0]]], np.float32)
    assert np.array_equal(restored(rows), rows)


@pytest.mark.parametrize("value", [0.0, 1e-30, -3.0, 6e4])
def test_a_block_of_one_value_survives(value: float) -> None:
    rows = np.full((2, 64), value, np.float32)
    assert np.isfinite(restored(rows)).all()
    assert np.allclose(restored(rows), rows, rtol=0.02, atol=1e-6)


def test_columns_that_matter_are_fitted_more_closely() -> None:
    rows = np.random.default_rng(5).standard_normal((256, 64)).astype(np.float32)
    importance = np.where(np.arange(64) % 8 == 0, 100, 0.01).astype(np.float32)
    plain, weighted = restored(rows), dequantize(quantize_iq4_nl(rows, importance), GGMLQuantizationType.IQ4_NL)
    matters = importance > 1
    assert error(weighted[:, matters], rows[:, matters]) < 0.8 * error(plain[:, matters], rows[:, matters])
