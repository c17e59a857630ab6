"""A model with fewer tokens reads and answers as before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader
from hypothesis import example, given
from hypothesis import strategies as st
from random_model import WORDS, write_random_model

from finslm.model.llama import Llama, Step
from finslm.model.manifest import Built
from finslm.model.requantize import Knowledge, requantize
from finslm.model.vocabulary import Vocabulary, load_kept, write_kept

BUILT = Built("m.gguf", 1, "0" * 64, "Q8_0", "Q8_0")
DROPPED = {"venue", "calc", "missing"}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Llama, Llama]:
    """The same model with all tokens and without some words."""
    folder = tmp_path_factory.mktemp("models")
    base = write_random_model(folder / "base.gguf", seed=11)
    vocabulary = Vocabulary.of(GGUFReader(base))
    wanted = {n for n, token in enumerate(vocabulary.tokens) if token not in DROPPED and n < len(vocabulary.tokens)}
    kept = vocabulary.closed({n for n in wanted if vocabulary.tokens[n].replace("Ġ", " ") in WORDS})
    requantize(base, folder / "whole.gguf", "m", BUILT)
    requantize(base, folder / "pruned.gguf", "m", BUILT, Knowledge(kept=kept))
    return tuple(Llama(folder / f"{name}.gguf", threads=1, context_tokens=256) for name in ("whole", "pruned"))  # type: ignore[return-value]


def pieces(llama: Llama, text: str) -> list[bytes]:
    return [llama.piece(token) for token in llama.tokenize(text)]


def test_the_pruned_model_has_fewer_tokens(models: tuple[Llama, Llama]) -> None:
    whole, pruned = models
    assert pruned.vocabulary_size < whole.vocabulary_size
    assert pruned.piece(pruned.end_token) == whole.piece(whole.end_token)
    control = [m.tokenize("<|im_start|>", is_control=True) for m in models]
    assert [len(tokens) for tokens in control] == [1, 1]


def test_text_of_kept_tokens_is_cut_as_before(models: tuple[Llama, Llama]) -> None:
    whole, pruned = models
    text = "answer none percent million 12 345 of the"
    assert pieces(pruned, text) == pieces(whole, text)


@given(st.text(max_size=40))
@example(" o")
def test_any_text_survives(models: tuple[Llama, Llama], text: str) -> None:
    for llama in models:
        assert b"".join(pieces(llama, text)) == text.encode("utf-8", "replace")


def test_words_that_left_are_spelled_out(models: tuple[Llama, Llama]) -> None:
    whole, pruned = models
    assert len(pieces(whole, "calc")) < len(pieces(pruned, "calc"))


def test_the_kept_tokens_are_as_probable_as_before(models: tuple[Llama, Llama]) -> None:
    text, logits = "answer none percent 12", []
    for llama in models:
        tokens = llama.tokenize(text)
        llama.decode([Step(token, place, 0, place == len(tokens) - 1) for place, token in enumerate(tokens)])
        row = llama.logits(len(tokens) - 1)
        logits.append({llama.piece(token): float(row[token]) for token in range(llama.vocabulary_size)})
    whole, pruned = logits
    assert pruned.keys() < whole.keys()
    assert [pruned[piece] for piece in pruned] == pytest.approx([whole[piece] for piece in pruned], abs=1e-3)


def test_the_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    kept = np.array([0, 3, 8, 9, 400], np.int64)
    write_kept(tmp_path / "kept.gguf", kept, 401)
    assert np.array_equal(load_kept(tmp_path / "kept.gguf"), kept)
