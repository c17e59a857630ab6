"""Constrained decoding with llguidance: at each step only tokens that keep the output inside the grammar remain."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import llguidance
import llguidance.llamacpp
import llguidance.numpy
import numpy as np

from finslm.errors import ModelUnusable
from finslm.model.choosing import Allowed


def lark(grammar: str) -> str:
    """A grammar in llguidance's dialect of Lark, in the form that the engine takes."""
    return llguidance.LLMatcher.grammar_from_lark(grammar)


def json_schema(schema: Mapping[str, Any]) -> str:
    """Every JSON text that the schema admits, without white space between its parts."""
    return llguidance.LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides={"whitespace_flexible": False})


class Vocabulary:
    """The tokens of one model as llguidance wants them; making it walks the whole vocabulary once.

    Raises ModelUnusable when no text can be made of these tokens.
    """

    def __init__(self, vocab: Any) -> None:
        try:
            self.tokenizer = llguidance.llamacpp.lltokenizer_from_vocab(vocab)
        except ValueError as error:
            raise ModelUnusable(
                "the model's vocabulary serves no grammar: it is damaged",
                safe="nothing was run",
                next_step="build the model again with `finslm model build`, or choose another one",
            ) from error


class Constraint:
    """One output being written under a grammar of `lark` or `json_schema`. Raises ModelUnusable for a bad grammar."""

    def __init__(self, vocabulary: Vocabulary, grammar: str) -> None:
        self._matcher = llguidance.LLMatcher(vocabulary.tokenizer, grammar, log_level=0)
        self._raise_if_broken()
        self._size = vocabulary.tokenizer.vocab_size
        self._bitmask = llguidance.numpy.allocate_token_bitmask(1, self._size)

    def admits(self, token: int) -> bool:
        """May this token follow?"""
        return self.admissible([token]) == 1

    def allowed(self) -> Allowed:
        """Which tokens (vocabulary,) may follow."""
        llguidance.numpy.fill_next_token_bitmask(self._matcher, self._bitmask, 0)
        self._raise_if_broken()
        return np.unpackbits(self._bitmask.view(np.uint8)[0], count=self._size, bitorder="little").view(np.bool_)

    def accept(self, token: int) -> list[int]:
        """Takes the chosen token; gives the tokens that the grammar now forces, already taken as well."""
        self._matcher.consume_token(token)
        forced: list[int] = [] if self._matcher.is_stopped() else self._matcher.compute_ff_tokens()
        if forced:
            self._matcher.consume_tokens(forced)
        self._raise_if_broken()
        return forced

    def admissible(self, tokens: Sequence[int]) -> int:
        """How many of `tokens`, from the first on, could follow one after the other."""
        return int(self._matcher.validate_tokens(list(tokens)))

    @property
    def may_end(self) -> bool:
        """The output is complete as it stands, though something may follow."""
        return bool(self._matcher.is_accepting())

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
