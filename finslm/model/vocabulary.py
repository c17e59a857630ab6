"""The pruned vocabulary: tokens that finance text never needs leave the file, and what is left tokenizes as before.

A third of what a small model reads to write one token is the rows of its output layer. A byte-pair tokenizer (Sennrich et
al., arXiv 1508.07909) only ever builds a token from the tokens that its merges join, so when every kept token's parents are
kept too, text that needed kept tokens alone is cut into the very same pieces; other text into smaller ones, bytes at worst.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, GGUFWriter, TokenType
from numpy.typing import NDArray

TOKENS, TYPES, MERGES = "tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.ggml.merges"
NAMED_IDS = "_token_id"
"""How the keys end that name a token by its number: `tokenizer.ggml.eos_token_id` and its like."""
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """The tokens of a base by number, their types, and the merges that build them ("left right")."""

    tokens: Sequence[str]
    types: Sequence[int]
    merges: Sequence[str]

    @classmethod
    def of(cls, reader: GGUFReader) -> Vocabulary:
        """The vocabulary of a GGUF. `ValueError` when it holds none."""
        fields = [reader.get_field(key) for key in (TOKENS, TYPES, MERGES)]
        if any(field is None for field in fields):
            raise ValueError("the base holds no byte-pair vocabulary")
        return cls(*(field.contents() for field in fields if field))

    def closed(self, wanted: set[int]) -> Ids:
        """The numbers to keep, in order: the wanted ones, control tokens, single symbols, and all their parents."""
        numbers = {token: number for number, token in enumerate(self.tokens)}
        parents: dict[int, list[int]] = {}
        for merge in self.merges:
            left, _, right = merge.partition(" ")
            if (whole := numbers.get(left + right)) is not None:
                parents.setdefault(whole, []).extend(numbers[part] for part in (left, right) if part in numbers)
        always = {n for n, token in enumerate(self.tokens) if len(token) == 1 or self.types[n] != TokenType.NORMAL}
        kept, waiting = set[int](), list(wanted | always)
        while waiting:
            number = waiting.pop()
            if number not in kept:
                kept.add(number)
                waiting += parents.get(number, ())
        return np.array(sorted(kept), np.int64)

    def metadata(self, kept: Ids, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What the metadata `fields` become when only `kept` are left: lists cut, numbers of tokens given anew."""
        dropped = set(self.tokens) - {self.tokens[number] for number in kept}
        anew = {int(number): place for place, number in enumerate(kept)}
        changed: dict[str, Any] = {
            TOKENS: [self.tokens[number] for number in kept],
            TYPES: [self.types[number] for number in kept],
            MERGES: [m for m in self.merges if not dropped & {m.replace(" ", "", 1), *m.split(" ", 1)}],
        }
        changed |= {key: anew[value] for key, value in fields.items() if key.endswith(NAMED_IDS) and value in anew}
        changed |= {key: len(kept) for key in fields if key.endswith(".vocab_size")}
        return changed


def load_kept(path: Path) -> Ids:
    """The numbers of the kept tokens. `ValueError` when the file is no such list."""
    tensors = {tensor.name: tensor.data for tensor in GGUFReader(path).tensors}
    if "kept" not in tensors:
        raise ValueError(f"{path.name} is no list of tokens")
    return np.nonzero(np.unpackbits(tensors["kept"].view(np.uint8)))[0].astype(np.int64)


def write_kept(path: Path, kept: Ids, vocabulary_size: int) -> None:
    """Writes the list as a GGUF with one tensor: a bit a token of the base."""
    bits = np.zeros(vocabulary_size, np.uint8)
    bits[kept] = 1
    writer = GGUFWriter(path, "vocabulary")
    writer.add_tensor("kept", np.packbits(bits).view(np.int8))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
