"""A damaged model costs its own loading: the process that wanted it lives."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from random_model import write_random_model

from finslm.errors import ModelUnusable
from finslm.model import Engine, chatml, lark

HEADER_BYTES = 12_000
PROMPT = chatml("You answer.", "12 or 345?")
DEADLY = (63, 169, 384, 5035)
"""Seeds of damage that ends a process which loads it: a token twice, thousands of layers."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_random_model(tmp_path_factory.mktemp("whole") / "whole.gguf", seed=1).read_bytes()


def damaged(path: Path, whole: bytes, seed: int) -> Path:
    """A copy with one to eight bytes of its header changed."""
    chance, content = random.Random(seed), bytearray(whole)
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(HEADER_BYTES)] = chance.randrange(256)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("seed", range(24))
def test_a_damaged_model_writes_or_is_refused(tmp_path: Path, whole: bytes, seed: int) -> None:
    path = damaged(tmp_path / "damaged.gguf", whole, seed)
    try:
        with Engine(path, threads=1, context_tokens=256) as engine:
            assert engine.generate(PROMPT, grammar=lark('start: "12" | "345"'), max_tokens=20).text in ("12", "345")
    except ModelUnusable as refusal:
        assert "damaged" in str(refusal)


@pytest.mark.parametrize("seed", DEADLY)
def test_a_model_of_which_llama_cpp_dies_is_refused(tmp_path: Path, whole: bytes, seed: int) -> None:
    with pytest.raises(ModelUnusable, match=r"damaged\.gguf cannot be used: .* ended a process with SIGABRT"):
        Engine(damaged(tmp_path / "damaged.gguf", whole, seed))


def test_a_model_whose_tokens_make_no_text_writes_under_no_grammar(tmp_path: Path, whole: bytes) -> None:
    path = damaged(tmp_path / "damaged.gguf", whole, seed=774)
    with (
        Engine(path, threads=1, context_tokens=256) as engine,
        pytest.raises(ModelUnusable, match="vocabulary serves no grammar"),
    ):
        engine.generate(PROMPT, grammar=lark('start: "12"'))


@pytest.mark.parametrize("name", [b"whole.gguf", b"mod\xe8le.gguf"])
def test_a_whole_model_passes_the_trial_under_any_name(tmp_path: Path, whole: bytes, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(whole)
    with Engine(path, threads=1, context_tokens=256) as engine:
        assert engine.generate(PROMPT, max_tokens=2).tokens > 0
