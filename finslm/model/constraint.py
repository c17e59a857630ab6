"""Constrained decoding with llguidance: at each step only tokens that keep the output inside the grammar remain."""

from __future__ import annotations

from typing import Any

import llguidance
import llguidance.llamacpp
import llguidance.numpy
import numpy as np
from numpy.typing import NDArray

from finslm.errors import ModelUnusable

Logits = NDArray[np.float32]


class Vocabulary:
    """The tokens of one model as llguidance wants them; making it walks the whole vocabulary once."""

    def __init__(self, vocab: Any) -> None:
        self.tokenizer = llguidance.llamacpp.lltokenizer_from_vocab(vocab)


class Constraint:
    """One output being written under a Lark grammar (llguidance's dialect). Raises ModelUnusable for a bad grammar."""

    def __init__(self, vocabulary: Vocabulary, grammar: str) -> None:
        self._matcher = llguidance.LLMatcher(
            vocabulary.tokenizer, llguidance.LLMatcher.grammar_from_lark(grammar), log_level=0
        )
        self._raise_if_broken()
        self._bitmask = llguidance.numpy.allocate_token_bitmask(1, vocabulary.tokenizer.vocab_size)

    def mask(self, logits: Logits) -> None:
        """Sets the logits (vocabulary,) of every token that the grammar forbids here to minus infinity, in place."""
        llguidance.numpy.fill_next_token_bitmask(self._matcher, self._bitmask, 0)
        self._raise_if_broken()
        llguidance.numpy.apply_token_bitmask_inplace(logits.reshape(1, -1), self._bitmask)

    def accept(self, token: int) -> list[int]:
        """Takes the chosen token; gives the tokens that the grammar now forces, already taken as well."""
        self._matcher.consume_token(token)
        forced: list[int] = [] if self._matcher.is_stopped() else self._matcher.compute_ff_tokens()
        if forced:
            self._matcher.consume_tokens(forced)
        self._raise_if_broken()
        return forced

    @property
    def is_finished(self) -> bool:
        """Nothing can follow: the output is complete."""
        return bool(self._matcher.is_stopped())

    def _raise_if_broken(self) -> None:
        if self._matcher.is_error():
            raise ModelUnusable(
                f"the output grammar failed ({self._matcher.get_error().splitlines()[0]})",
                next_step="report the question's form; the documents are not at fault",
            )
