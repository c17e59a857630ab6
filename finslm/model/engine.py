"""The engine: prompts in; constrained text with its probability out, or the probabilities of given choices."""

from __future__ import annotations

import codecs
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from finslm.errors import Cancelled, PromptTooLong
from finslm.model.constraint import Constraint, Vocabulary
from finslm.model.llama import BATCH_TOKENS, MAX_SEQUENCES, Llama, Step
from finslm.model.template import Prompt


@dataclass(frozen=True)
class Generation:
    """What the model wrote: its text, the natural log-probability of it under the grammar, and its length."""

    text: str
    logprob: float
    tokens: int


class Engine:
    """One model in memory. Calls from several threads wait for each other."""

    def __init__(self, path: Path, *, threads: int = 0, context_tokens: int = 4096) -> None:
        cores = threads or len(os.sched_getaffinity(0))
        self._llama = Llama(path, threads=cores, context_tokens=context_tokens)
        self._vocabulary: Vocabulary | None = None
        self._held: list[int] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Frees the model, once a running call has ended."""
        with self._lock:
            self._llama.close()

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` takes."""
        return len(self._llama.tokenize(text))

    def generate(
        self,
        prompt: Prompt,
        *,
        grammar: str | None = None,
        max_tokens: int = 128,
        on_text: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Generation:
        """The most probable continuation, token by token, inside the Lark `grammar` when one is given.

        `on_text` receives the text as it grows; `cancel` stops at the next token.
        Raises PromptTooLong, Cancelled, ModelUnusable.
        """
        with self._lock:
            tokens = self._llama.tokenize_prompt(prompt)
            self._check_room(len(tokens) + max_tokens)
            constraint = Constraint(self._vocabulary_once(), grammar) if grammar else None
            self._read_prompt(tokens, cancel)
            written, logprob = [], 0.0
            utf8 = codecs.getincrementaldecoder("utf-8")("replace")
            text = ""
            for token, gain in self._write(constraint, max_tokens, cancel):
                written.append(token)
                logprob += gain
                piece = utf8.decode(self._llama.piece(token))
                text += piece
                if on_text and piece:
                    on_text(piece)
            return Generation(text, logprob, len(written))

    def choose(
        self, prompt: Prompt, choices: Sequence[str], *, cancel: threading.Event | None = None
    ) -> dict[str, float]:
        """The probability of each choice as the whole answer to `prompt`, normalised over the choices.

        One pass over the prompt and one batch over all choices side by side; nothing is decoded.
        Raises PromptTooLong, Cancelled, ModelUnusable.
        """
        with self._lock:
            tokens = self._llama.tokenize_prompt(prompt)
            endings = [[*self._llama.tokenize(choice), self._llama.end_token] for choice in choices]
            self._check_room(len(tokens) + sum(map(len, endings)))
            self._read_prompt(tokens, cancel)
            first = _log_softmax(self._llama.logits(-1))
            scores: list[float] = []
            for group in _groups(endings):
                scores += self._score(group, first, len(tokens))
            weights = np.exp(np.array(scores) - max(scores))
            return dict(zip(choices, (weights / weights.sum()).tolist(), strict=True))

    def _score(self, endings: Sequence[list[int]], first: NDArray[np.float64], start: int) -> list[float]:
        """The log-probability of each ending (token lists) after the `start` tokens that sequence 0 holds."""
        steps: list[Step] = []
        for sequence, ending in enumerate(endings, 1):
            self._llama.copy(0, sequence)
            steps += [Step(token, start + i, sequence, True) for i, token in enumerate(ending[:-1])]
        self._llama.decode(steps)
        scores, row = [], 0
        for sequence, ending in enumerate(endings, 1):
            score = first[ending[0]]
            for following in ending[1:]:
                score += _log_softmax(self._llama.logits(row))[following]
                row += 1
            scores.append(float(score))
            self._llama.keep(sequence, 0)
        return scores

    def _write(
        self, constraint: Constraint | None, max_tokens: int, cancel: threading.Event | None
    ) -> Iterator[tuple[int, float]]:
        """Tokens with their log-probabilities until the end; tokens that the grammar forces cost no pass of their own."""
        room = max_tokens
        while room > 0:
            _stop_if(cancel)
            logits = self._llama.logits(-1)
            if constraint:
                constraint.mask(logits)
            token = int(logits.argmax())
            if self._llama.is_end(token):
                return
            yield token, float(_log_softmax(logits)[token])
            forced = constraint.accept(token) if constraint else []
            yield from ((follower, 0.0) for follower in forced)
            room -= 1 + len(forced)
            if room <= 0 or (constraint and constraint.is_finished):
                return
            self._append([token, *forced])

    def _read_prompt(self, tokens: list[int], cancel: threading.Event | None) -> None:
        """Brings sequence 0 to hold exactly `tokens`, computing only what differs from what it holds already."""
        shared = _shared_prefix(self._held, tokens[:-1])
        self._llama.keep(0, shared)
        self._held = tokens[:shared]
        for start in range(shared, len(tokens), BATCH_TOKENS):
            _stop_if(cancel)
            self._append(tokens[start : start + BATCH_TOKENS])

    def _append(self, tokens: list[int]) -> None:
        start = len(self._held)
        last = len(tokens) - 1
        self._llama.decode([Step(token, start + i, 0, i == last) for i, token in enumerate(tokens)])
        self._held += tokens

    def _check_room(self, wanted: int) -> None:
        if wanted > self._llama.context_tokens:
            raise PromptTooLong(
                f"the prompt needs {wanted} tokens and the context holds {self._llama.context_tokens}",
                safe="nothing was run",
                next_step="ask about fewer or shorter passages, or raise context_tokens in the configuration",
            )

    def _vocabulary_once(self) -> Vocabulary:
        if self._vocabulary is None:
            self._vocabulary = Vocabulary(self._llama.vocab)
        return self._vocabulary


def _groups(endings: list[list[int]]) -> Iterator[list[list[int]]]:
    """Endings in groups that fit one batch and the free sequences."""
    group: list[list[int]] = []
    for ending in endings:
        if len(group) == MAX_SEQUENCES - 1 or sum(map(len, group)) + len(ending) > BATCH_TOKENS:
            yield group
            group = []
        group.append(ending)
    if group:
        yield group


def _shared_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return min(len(a), len(b))


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64) - logits.max()
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum())
    return result


def _stop_if(cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise Cancelled("the question was stopped", next_step="ask again when you like")
