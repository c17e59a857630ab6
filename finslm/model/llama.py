"""A GGUF loaded by llama.cpp, and one context of it: the thinnest typed layer over the low-level bindings."""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from finslm.errors import ModelUnusable
from finslm.model.huge_pages import gather_in_huge_pages
from finslm.model.loading_trial import unusable
from finslm.model.template import Prompt

BATCH_TOKENS = 512
MAX_SEQUENCES = 64
NO_ROOM = 1
"""What llama_decode answers when the context has no free cell for the batch."""


@dataclass(frozen=True)
class Step:
    """One token to be computed: in `sequence`, at `position`, with its logits wanted or not."""

    token: int
    position: int
    sequence: int
    wants_logits: bool


class ContextFull(Exception):
    """The context has no free cell for a batch; nothing was computed."""


class Llama:
    """A model and a context of `context_tokens`. Close it; nothing of it is safe between threads."""

    def __init__(self, path: Path, *, threads: int, context_tokens: int, flash_attention: bool = True) -> None:
        _silence_llama_cpp()
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(path), llama_cpp.llama_model_default_params())
        if not self._model:
            raise unusable(path, "llama.cpp cannot load it: it is damaged or of an unknown architecture")
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = context_tokens
        params.n_batch = params.n_ubatch = BATCH_TOKENS
        params.n_seq_max = MAX_SEQUENCES
        params.kv_unified = True
        params.flash_attn_type = int(flash_attention)
        # The library's default is half the cores for decoding.
        params.n_threads = params.n_threads_batch = threads
        self._context = llama_cpp.llama_init_from_model(self._model, params)
        if not self._context:
            llama_cpp.llama_model_free(self._model)
            raise unusable(path, "there is not enough memory for its context")
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(BATCH_TOKENS, 0, 1)
        self.vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.vocabulary_size: int = llama_cpp.llama_vocab_n_tokens(self.vocab)
        self._row = ctypes.c_float * self.vocabulary_size
        self._piece = ctypes.create_string_buffer(256)
        self.end_token: int = llama_cpp.llama_vocab_eos(self.vocab)
        self.context_tokens: int = llama_cpp.llama_n_ctx(self._context)
        self.model_bytes: int = llama_cpp.llama_model_size(self._model)
        self.cell_bytes = _cell_bytes(self._model)
        self.huge_page_bytes = gather_in_huge_pages()

    def close(self) -> None:
        """Frees the context and the model."""
        if self._context:
            llama_cpp.llama_batch_free(self._batch)
            llama_cpp.llama_free(self._context)
            llama_cpp.llama_model_free(self._model)
            self._context = self._model = None

    def tokenize(self, text: str, *, is_control: bool = False) -> list[int]:
        """The tokens of `text`; control tokens are recognised only when `is_control`."""
        data = text.encode("utf-8", "replace")
        buffer = (llama_cpp.llama_token * (len(data) + 8))()
        count = llama_cpp.llama_tokenize(self.vocab, data, len(data), buffer, len(buffer), False, is_control)
        return list(buffer[:count])

    def tokenize_prompt(self, prompt: Prompt) -> list[int]:
        """The tokens of a prompt, segment by segment."""
        return [
            token for segment in prompt.segments for token in self.tokenize(segment.text, is_control=segment.is_control)
        ]

    def piece(self, token: int) -> bytes:
        """The bytes that `token` stands for; control tokens stand for nothing."""
        count = llama_cpp.llama_token_to_piece(self.vocab, token, self._piece, len(self._piece), 0, False)
        return self._piece.raw[: max(count, 0)]

    def is_end(self, token: int) -> bool:
        """Does this token end the output?"""
        return bool(llama_cpp.llama_vocab_is_eog(self.vocab, token))

    def decode(self, steps: Sequence[Step]) -> None:
        """Computes at most BATCH_TOKENS steps in one batch. Raises ContextFull, ModelUnusable."""
        self._batch.n_tokens = len(steps)
        for i, step in enumerate(steps):
            self._batch.token[i] = step.token
            self._batch.pos[i] = step.position
            self._batch.n_seq_id[i] = 1
            self._batch.seq_id[i][0] = step.sequence
            self._batch.logits[i] = step.wants_logits
        status = llama_cpp.llama_decode(self._context, self._batch)
        if status == NO_ROOM:
            raise ContextFull
        if status != 0:
            raise ModelUnusable(f"llama.cpp could not compute a batch (status {status})", next_step="ask again")

    def logits(self, batch_index: int) -> NDArray[np.float32]:
        """The logits (vocabulary,) at a step of the last batch that wanted them; they last until the next batch."""
        pointer = llama_cpp.llama_get_logits_ith(self._context, batch_index)
        # Not np.ctypeslib.as_array: it makes a new type at every call.
        return np.frombuffer(self._row.from_address(ctypes.addressof(pointer.contents)), np.float32)

    def keep(self, sequence: int, length: int) -> None:
        """Forgets what `sequence` holds from position `length` on."""
        llama_cpp.llama_memory_seq_rm(self._memory, sequence, length, -1)

    def copy(self, source: int, target: int, length: int) -> None:
        """Lets `target` share the first `length` tokens that `source` holds; nothing is computed again."""
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def clear(self) -> None:
        """Forgets every sequence."""
        llama_cpp.llama_memory_clear(self._memory, True)

    def save(self, sequence: int) -> NDArray[np.uint8]:
        """What `sequence` holds, to be loaded later."""
        saved = np.empty(llama_cpp.llama_state_seq_get_size(self._context, sequence), np.uint8)
        written = llama_cpp.llama_state_seq_get_data(self._context, _address(saved), saved.size, sequence)
        return saved[:written]

    def load(self, sequence: int, saved: NDArray[np.uint8]) -> bool:
        """Lets `sequence` hold what was saved; False when the context has no room for it."""
        return bool(llama_cpp.llama_state_seq_set_data(self._context, _address(saved), saved.size, sequence))


def _address(data: NDArray[np.uint8]) -> Any:
    return data.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))


def _cell_bytes(model: Any) -> int:
    """What one token costs in a context: a key and a value of 16 bits for each layer and head that keeps them."""
    heads, layers = llama_cpp.llama_model_n_head_kv(model), llama_cpp.llama_model_n_layer(model)
    width = llama_cpp.llama_model_n_embd(model) // llama_cpp.llama_model_n_head(model)
    return int(heads * layers * width * 2 * 2)


@functools.cache
def _silence_llama_cpp() -> Any:
    """llama.cpp prints a line a tensor to stderr; the callback must live as long as the process."""
    callback = llama_cpp.llama_log_callback(lambda _level, _text, _data: None)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
    return callback
