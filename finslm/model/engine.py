"""The engine: many requests share one context of one model. Prompts in; constrained text or probabilities out.

One thread runs the model while there is work. In each round it computes one batch: the next token of everything that is being written, with
guesses behind it, and a piece of the prompts that are being read. Requests join and leave between rounds. What begins
alike is computed once (sequences.py). Somebody who waits at a screen is read before those who work through a folder.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finslm.errors import Cancelled, FinslmError, ModelUnusable, PromptTooLong
from finslm.model.batches import next_batch
from finslm.model.choosing import Logits, Sampling, log_sum_exp
from finslm.model.constraint import Constraint, Vocabulary
from finslm.model.llama import BATCH_TOKENS, MAX_SEQUENCES, ContextFull, Llama, Step
from finslm.model.loading_trial import require_survivable
from finslm.model.machine import usable_cores
from finslm.model.runs import Choosing, Generation, Run, Ticket, Writing
from finslm.model.sequences import Sequences, shared_prefix
from finslm.model.template import Prompt

WORTH_WAITING = 32
"""Tokens of a beginning that another request is about to compute, from which it is better to wait for it."""
MOST_READ = 2
"""Prompts that nobody waits for, read at one time."""
SPARE_SEQUENCES = 16
"""Sequences kept free of written texts, for the endings of choices."""
SAVED_BYTES = 256 * 2**20
LINGER_S = 0.2
"""For so long the engine's thread stays for another request: with a new one, the first two steps take ten times as long, until
the system has moved its OpenMP helper to a core of its own.
"""


@dataclass(frozen=True)
class EngineMemory:
    """Bytes: the model's weights, the context, beginnings of prompts kept in ordinary memory; and what lies in huge pages."""

    model_bytes: int
    context_bytes: int
    saved_bytes: int
    huge_page_bytes: int

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.model_bytes + self.context_bytes + self.saved_bytes


class Engine:
    """One model in memory, used from any number of threads. Close it, or use it as a context manager.

    `is_proven` says that the file is one of the registry's, whose hash was verified just now. Any other is loaded once in a
    process of its own first, for a damaged one can end the process. Raises ModelUnusable.

    `computed_tokens` counts what the model has computed so far; what is shared or forced is not among it.
    """

    def __init__(
        self,
        path: Path,
        *,
        is_proven: bool = False,
        threads: int = 0,
        context_tokens: int = 4096,
        flash_attention: bool = True,
        saved_bytes: int = SAVED_BYTES,
        drafts: bool = True,
    ) -> None:
        if not is_proven:
            require_survivable(path)
        cores = threads or usable_cores()
        self._llama = Llama(path, threads=cores, context_tokens=context_tokens, flash_attention=flash_attention)
        self._sequences = Sequences(self._llama, saved_bytes=saved_bytes)
        self._vocabulary: Vocabulary | None = None
        self._preparing = threading.Condition()
        self._inbox: list[Run] = []
        self._waiting: list[Run] = []
        self._runs: list[Run] = []
        self._drafts = drafts
        self.computed_tokens = 0
        self._is_closed = False
        self._name = f"engine {path.stem}"
        self._thread: threading.Thread | None = None

    def close(self) -> None:
        """Frees the model, once the requests that run have ended."""
        with self._preparing:
            if self._is_closed:
                return
            self._is_closed = True
            self._preparing.notify()
            thread = self._thread
        if thread:
            thread.join()
        self._llama.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` takes."""
        with self._opened() as llama:
            return len(llama.tokenize(text))

    def count_prompt_tokens(self, prompt: Prompt) -> int:
        """How many tokens `prompt` takes."""
        return len(self._prompt_tokens(prompt))

    def memory(self) -> EngineMemory:
        """What the engine takes."""
        context = self._llama.context_tokens * self._llama.cell_bytes
        return EngineMemory(self._llama.model_bytes, context, self._sequences.bytes_saved, self._llama.huge_page_bytes)

    def generate(
        self,
        prompt: Prompt,
        *,
        grammar: str | None = None,
        max_tokens: int = 128,
        sampling: Sampling = Sampling(),  # noqa: B008 - a frozen value
        is_urgent: bool = True,
        on_text: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Generation:
        """The continuation of `prompt`, inside `grammar` (of `lark` or `json_schema`) when one is given.

        `on_text` receives the text as it grows, in this thread; `cancel` stops at the next token.
        Raises PromptTooLong, Cancelled, ModelUnusable.
        """
        ticket = Ticket[Generation](cancel, streams=on_text is not None)
        self._start_writing(ticket, prompt, grammar, max_tokens, sampling, is_urgent=is_urgent)
        return ticket.result(on_text)

    def write(
        self,
        prompt: Prompt,
        *,
        grammar: str | None = None,
        max_tokens: int = 128,
        sampling: Sampling = Sampling(),  # noqa: B008 - a frozen value
        is_urgent: bool = True,
        cancel: threading.Event | None = None,
    ) -> Ticket[Generation]:
        """The same as `generate`, not waited for. Raises PromptTooLong, ModelUnusable for a bad grammar."""
        ticket = Ticket[Generation](cancel)
        self._start_writing(ticket, prompt, grammar, max_tokens, sampling, is_urgent=is_urgent)
        return ticket

    def choose(
        self,
        prompt: Prompt,
        choices: Sequence[str],
        *,
        is_urgent: bool = True,
        cancel: threading.Event | None = None,
    ) -> dict[str, float]:
        """The probability of each choice as the whole answer to `prompt`, normalised over the choices.

        One pass over the prompt and one batch over all choices side by side; nothing is decoded.
        Raises PromptTooLong, Cancelled, ModelUnusable.
        """
        ticket = Ticket[dict[str, float]](cancel)
        with self._opened() as llama:
            endings = {choice: [*llama.tokenize(choice), llama.end_token] for choice in choices}
        self._hand_in(Choosing(ticket, self._prompt_tokens(prompt), is_urgent=is_urgent, endings=endings))
        return ticket.result()

    # ------------------------------------------------------------------ in the callers' threads

    def _start_writing(
        self,
        ticket: Ticket[Generation],
        prompt: Prompt,
        grammar: str | None,
        max_tokens: int,
        sampling: Sampling,
        *,
        is_urgent: bool,
    ) -> None:
        self._hand_in(
            Writing(
                ticket,
                self._prompt_tokens(prompt),
                is_urgent=is_urgent,
                constraint=Constraint(self._vocabulary_once(), grammar) if grammar else None,
                sampling=sampling,
                max_tokens=max_tokens,
                piece_of=self._llama.piece,
                is_end=(lambda _: False) if sampling.is_endless else self._llama.is_end,
            )
        )

    def _hand_in(self, run: Run) -> None:
        wanted = run.prompt_length + run.room
        if wanted > self._llama.context_tokens:
            raise _too_long(wanted, self._llama.context_tokens)
        with self._opened():
            self._inbox.append(run)
            self._preparing.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
                self._thread.start()

    def _prompt_tokens(self, prompt: Prompt) -> list[int]:
        with self._opened() as llama:
            return llama.tokenize_prompt(prompt)

    def _vocabulary_once(self) -> Vocabulary:
        with self._opened() as llama:
            if self._vocabulary is None:
                self._vocabulary = Vocabulary(llama.vocab)
            return self._vocabulary

    @contextmanager
    def _opened(self) -> Iterator[Llama]:
        """The model, which is not closed while the block runs. Raises ModelUnusable when it is closed."""
        with self._preparing:
            if self._is_closed:
                raise ModelUnusable("the model was closed", next_step="open the desk again")
            yield self._llama

    # ------------------------------------------------------------------ in the engine's thread

    def _serve(self) -> None:
        """Works until nothing is left to do, and nothing more comes for a moment.

        The thread ends then: OpenMP keeps its helpers for as long as a thread lives, and with more helpers than cores
        in a process it lets them sleep between any two steps, which costs a third of the speed.
        """
        while self._take_in():
            self._drop_cancelled()
            self._admit()
            try:
                self._round()
            except Exception as error:  # noqa: BLE001 - told to everyone who waits; the next request is served
                self._fail_all(error)

    def _take_in(self) -> bool:
        """Moves handed-in requests to those that wait; False, and no thread any more, when there is nothing to do."""
        with self._preparing:
            if not self._waiting and not self._runs:
                self._preparing.wait_for(lambda: self._inbox or self._is_closed, LINGER_S)
            self._waiting += self._inbox
            self._inbox.clear()
            if not self._waiting and not self._runs:
                self._thread = None
                return False
        # Sorting is stable: among equals, who came first is served first.
        self._waiting.sort(key=lambda run: not run.is_urgent)
        return True

    def _drop_cancelled(self) -> None:
        for run in [run for run in (*self._runs, *self._waiting) if run.ticket.is_cancelled]:
            self._leave(run)
            run.ticket.fail(Cancelled("the question was stopped", next_step="ask again when you like"))

    def _admit(self) -> None:
        for run in list(self._waiting):
            if len(self._runs) >= MAX_SEQUENCES - SPARE_SEQUENCES:
                return
            if (not run.is_urgent and self._is_reading_enough()) or self._is_worth_waiting(run):
                continue
            planned = [other.tokens for other in (*self._runs, run)]
            if not self._sequences.room_for(planned, sum(other.room for other in (*self._runs, run))):
                return  # those behind it must not overtake it for ever
            # One token at least must be computed, for its logits.
            run.sequence, run.held = self._sequences.open(run.tokens[:-1])
            self._waiting.remove(run)
            self._runs.append(run)

    def _is_reading_enough(self) -> bool:
        """Prompts that nobody waits for are read one after the other; the next one stands ready."""
        return sum(run.is_reading for run in self._runs if not run.is_urgent) >= MOST_READ

    def _is_worth_waiting(self, run: Run) -> bool:
        """Is another request about to compute a good part of this one's beginning?"""
        coming = max((shared_prefix(run.tokens, other.tokens) for other in self._runs if other.is_reading), default=0)
        return coming - self._sequences.held(run.tokens) >= WORTH_WAITING

    def _round(self) -> None:
        shares = next_batch(self._runs, drafts=self._drafts)
        if not shares:
            return
        try:
            self._decode([step for share in shares for step in share.steps()])
        except ContextFull:
            self._start_over_youngest()
            return
        first, chosen_from = 0, []
        for share in shares:
            self._sequences.grow(share.run.sequence, share.tokens)
            share.run.held += len(share.tokens) - len(share.draft)
            after_todo = first + len(share.tokens) - len(share.draft) - 1
            first += len(share.tokens)
            if isinstance(share.run, Writing) and share.wants_logits:
                self._write(share.run, share.draft, after_todo)
            elif isinstance(share.run, Choosing) and share.wants_logits:
                chosen_from.append((share.run, self._llama.logits(after_todo).copy()))
        # Afterwards: the batches of the endings take the place of these logits.
        for run, logits in chosen_from:
            self._choose(run, logits)

    def _decode(self, steps: Sequence[Step]) -> None:
        """Computes a batch; idle sequences make way for it. Raises ContextFull when there are none left."""
        while True:
            try:
                self._llama.decode(steps)
                self.computed_tokens += len(steps)
                return
            except ContextFull:
                if not self._sequences.give_way():
                    raise

    def _write(self, run: Writing, draft: Sequence[int], after_todo: int) -> None:
        """Lets a run write on from the logits in the rows from `after_todo` on."""
        try:
            run.held += run.take(draft, lambda place: self._llama.logits(after_todo + place))
        except FinslmError as error:  # a grammar that fails midway costs its own request only
            self._leave(run)
            run.ticket.fail(error)
            return
        if draft:
            self._sequences.cut(run.sequence, run.held)
        if run.is_finished:
            self._leave(run)
            run.writing.end(run.generation())

    def _choose(self, run: Choosing, logits: Logits) -> None:
        """Ends a choice: the first token of each ending from `logits`, the others from a batch over all endings."""
        first = logits - log_sum_exp(logits, logits.max())
        scores: list[float] = []
        for group in run.groups(SPARE_SEQUENCES - 1, BATCH_TOKENS):
            scores += self._scored(run, group, first)
        weights = np.exp(np.array(scores) - max(scores))
        self._leave(run)
        run.choosing.end(dict(zip(run.endings, (weights / weights.sum()).tolist(), strict=True)))

    def _scored(self, run: Choosing, endings: Sequence[list[int]], first: Logits) -> list[float]:
        """The log-probability of each ending (token lists) after the run's prompt."""
        sequences = [self._sequences.open(run.tokens)[0] for _ in endings]
        steps = [
            Step(token, run.prompt_length + i, sequence, True)
            for sequence, ending in zip(sequences, endings, strict=True)
            for i, token in enumerate(ending[:-1])
        ]
        if steps:
            self._decode(steps)
        scores, row = [], 0
        for ending in endings:
            score = float(first[ending[0]])
            for following in ending[1:]:
                logits = self._llama.logits(row)
                score += float(logits[following]) - log_sum_exp(logits, logits.max())
                row += 1
            scores.append(score)
        for sequence in sequences:
            self._sequences.close(sequence, 0)
        return scores

    def _start_over_youngest(self) -> None:
        """Frees the cells of the youngest run, which reads its text again when there is room."""
        youngest = self._runs.pop()
        self._sequences.close(youngest.sequence, 0)
        youngest.held = 0
        if self._runs:
            self._waiting.append(youngest)
        else:
            youngest.ticket.fail(_too_long(len(youngest.tokens), self._llama.context_tokens))

    def _leave(self, run: Run) -> None:
        if run in self._waiting:
            self._waiting.remove(run)
        else:
            self._runs.remove(run)
            self._sequences.close(run.sequence, min(run.held, run.prompt_length))

    def _fail_all(self, error: Exception) -> None:
        failed, self._runs = self._runs, []
        self._sequences.reset()
        for run in failed:
            run.ticket.fail(error)


def _too_long(wanted: int, context_tokens: int) -> PromptTooLong:
    return PromptTooLong(
        f"the prompt needs {wanted} tokens and the context holds {context_tokens}",
        safe="nothing was run",
        next_step="ask about fewer or shorter passages, or raise context_tokens in the configuration",
    )
