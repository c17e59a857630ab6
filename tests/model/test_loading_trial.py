"""A damaged model costs its own loading: the process that wanted it lives."""

from __future__ import annotations

import os
import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from random_model import write_random_model

from finslm.errors import ModelUnusable
from finslm.model import Engine, chatml, lark

HEADER_BYTES = 12_000
PROMPT = chatml("You answer.", "12 or 345?")
NUMBER = struct.Struct("<I")
ARRAY = struct.Struct("<IIQ")
"""How a list begins in GGUF: that it is one, of what, and how many."""
UNUSED = 5
"""The type of a token that is never written."""


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


def string(text: bytes) -> bytes:
    """A string as GGUF writes it."""
    return struct.pack("<Q", len(text)) + text


def overwritten(whole: bytes, start: int, data: bytes) -> bytes:
    return whole[:start] + data + whole[start + len(data) :]


@pytest.mark.parametrize("seed", range(24))
def test_a_damaged_model_writes_or_is_refused(tmp_path: Path, whole: bytes, seed: int) -> None:
    path = damaged(tmp_path / "damaged.gguf", whole, seed)
    try:
        with Engine(path, threads=1, context_tokens=256) as engine:
            assert engine.generate(PROMPT, grammar=lark('start: "12" | "345"'), max_tokens=20).text in ("12", "345")
    except ModelUnusable as refusal:
        assert "damaged" in str(refusal)


def token_twice(whole: bytes) -> bytes:
    return whole.replace(string(b"12"), string(b"34"))


def too_many_layers(whole: bytes) -> bytes:
    key = b"llama.block_count"
    start = whole.index(key) + len(key) + NUMBER.size  # its type stands before it
    return overwritten(whole, start, NUMBER.pack(5000))


def token_with_no_end(whole: bytes) -> bytes:
    return whole.replace(string(b"12"), string(b"1\0"))


@pytest.mark.parametrize("damage", [token_twice, too_many_layers, token_with_no_end])
def test_a_model_of_which_llama_cpp_dies_is_refused(
    tmp_path: Path, whole: bytes, damage: Callable[[bytes], bytes]
) -> None:
    (tmp_path / "damaged.gguf").write_bytes(damage(whole))
    with pytest.raises(ModelUnusable, match=r"damaged\.gguf cannot be used: .* ended a process with SIGABRT"):
        Engine(tmp_path / "damaged.gguf")


def test_a_model_whose_tokens_make_no_text_writes_under_no_grammar(tmp_path: Path, whole: bytes) -> None:
    key = b"tokenizer.ggml.token_type"
    start = whole.index(key) + len(key) + ARRAY.size
    _, _, count = ARRAY.unpack_from(whole, start - ARRAY.size)
    (tmp_path / "damaged.gguf").write_bytes(overwritten(whole, start, NUMBER.pack(UNUSED) * count))
    with (
        Engine(tmp_path / "damaged.gguf", threads=1, context_tokens=256) as engine,
        pytest.raises(ModelUnusable, match="vocabulary serves no grammar"),
    ):
        engine.generate(PROMPT, grammar=lark('start: "12"'))


@pytest.mark.parametrize("name", [b"whole.gguf", b"mod\xe8le.gguf"])
def test_a_whole_model_passes_the_trial_under_any_name(tmp_path: Path, whole: bytes, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(whole)
    with Engine(path, threads=1, context_tokens=256) as engine:
        assert engine.generate(PROMPT, max_tokens=2).tokens > 0
