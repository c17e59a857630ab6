"""A small model with random weights that really runs: what it writes is noise, so only the grammar can give it form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, TokenType
from gguf.quants import quantize

WIDTH, HEADS, FEED, BLOCKS = 64, 2, 128, 2
WORDS = (
    "calc",
    "answer",
    "missing",
    "none",
    "percent",
    "million",
    "12",
    "345",
    "0.",
    ", ",
    " the",
    " of",
    "re",
    "venue",
)
CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def byte_symbols() -> list[str]:
    """GPT-2's printable stand-in for each of the 256 bytes (Radford et al. 2019)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = (chr(256 + i) for i in range(256))
    return [chr(byte) if byte in plain else next(others) for byte in range(256)]


def write_random_model(path: Path, *, seed: int, architecture: str = "llama") -> Path:
    """Writes the model as GGUF with Q8_0 weights; other seeds give other models."""
    random = np.random.default_rng(seed)
    symbols = byte_symbols()
    words = ["".join(symbols[byte] for byte in word.encode()) for word in WORDS]
    tokens = [*CONTROL, *symbols, *(merge.replace(" ", "") for merge in merges(words))]
    writer = GGUFWriter(path, architecture)
    writer.add_name(f"random-{seed}")
    writer.add_context_length(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(BLOCKS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.CONTROL] * len(CONTROL) + [TokenType.NORMAL] * (len(tokens) - len(CONTROL)))
    writer.add_token_merges(merges(words))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    weights = {"token_embd.weight": (len(tokens), WIDTH)}
    for block in range(BLOCKS):
        weights |= {f"blk.{block}.attn_{part}.weight": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")}
        weights |= {f"blk.{block}.ffn_{part}.weight": (FEED, WIDTH) for part in ("gate", "up")}
        weights[f"blk.{block}.ffn_down.weight"] = (WIDTH, FEED)
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{block}.{norm}.weight", np.ones(WIDTH, np.float32))
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for name, shape in weights.items():
        values = random.standard_normal(shape, dtype=np.float32) / 4
        writer.add_tensor(name, quantize(values, GGMLQuantizationType.Q8_0), raw_dtype=GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def merges(words: list[str]) -> list[str]:
    """Merges that build each word from the left; what each one builds is a token too, or llama.cpp would lose its bytes."""
    steps = dict.fromkeys(f"{word[:i]} {word[i]}" for word in words for i in range(1, len(word)))
    return list(steps)
