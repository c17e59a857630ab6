"""Requests on their way through the engine: what each needs computed next, and what it makes of the logits."""

from __future__ import annotations

import codecs
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from finslm.errors import Cancelled
from finslm.model.choosing import Chooser, Logits, Sampling
from finslm.model.constraint import Constraint
from finslm.model.drafting import Lookup

Result = TypeVar("Result")
LogitsAt = Callable[[int], Logits]


@dataclass(frozen=True)
class Generation:
    """What the model wrote: its text, its length, and the natural log-probability of what was chosen, among all that the model could
    have said: it is low where the grammar had to hold the model back.
    """

    text: str
    tokens: int
    logprob: float


class Ticket(Generic[Result]):
    """A request that was handed in: pieces of text as they come where it `streams`, then its result."""

    def __init__(self, cancel: threading.Event | None, *, streams: bool = False) -> None:
        self._cancel = cancel or threading.Event()
        self._streams = streams
        self._news: queue.SimpleQueue[str | Exception | tuple[Result]] = queue.SimpleQueue()

    def cancel(self) -> None:
        """Stops the request at its next token."""
        self._cancel.set()

    @property
    def is_cancelled(self) -> bool:
        """Did somebody stop it?"""
        return self._cancel.is_set()

    def result(self, on_text: Callable[[str], None] | None = None) -> Result:
        """Waits for the result; `on_text` gets each piece in this thread. Raises what the request failed with."""
        while True:
            news = self._news.get()
            if isinstance(news, Exception):
                raise news
            if isinstance(news, tuple):
                self.raise_if_cancelled()
                return news[0]
            if on_text:
                try:
                    on_text(news)
                except BaseException:
                    self.cancel()
                    raise

    def raise_if_cancelled(self) -> None:
        """Stopped is stopped, also where the last token was written already."""
        if self.is_cancelled:
            raise Cancelled("the question was stopped", next_step="ask again when you like")

    def tell(self, piece: str) -> None:
        """Hands over a piece of text, if somebody reads along: waking a thread for each token slows the model."""
        if self._streams:
            self._news.put(piece)

    def end(self, result: Result) -> None:
        """Hands over the result."""
        self._news.put((result,))

    def fail(self, error: Exception) -> None:
        """Hands over the failure."""
        self._news.put(error)


class Run(ABC):
    """One request: `tokens` must come to stand in the context, of which it holds the first `held`."""

    def __init__(
        self, ticket: Ticket[Generation] | Ticket[dict[str, float]], prompt: list[int], is_urgent: bool
    ) -> None:
        self.ticket = ticket
        self.prompt_length = len(prompt)
        self.tokens = prompt
        self.is_urgent = is_urgent
        self.sequence = -1
        self.held = 0

    @property
    def is_reading(self) -> bool:
        """Is it still reading its prompt?"""
        return self.held < self.prompt_length

    @property
    def todo(self) -> list[int]:
        """The tokens that must be computed next."""
        return self.tokens[self.held :]

    def draft(self) -> list[int]:
        """Guesses to be computed behind `todo`."""
        return []

    @property
    @abstractmethod
    def room(self) -> int:
        """How many more tokens it may come to hold."""


class Writing(Run):
    """A request that writes text."""

    def __init__(
        self,
        ticket: Ticket[Generation],
        prompt: list[int],
        *,
        is_urgent: bool,
        constraint: Constraint | None,
        sampling: Sampling,
        max_tokens: int,
        piece_of: Callable[[int], bytes],
        is_end: Callable[[int], bool],
    ) -> None:
        super().__init__(ticket, prompt, is_urgent)
        self.writing = ticket
        self._constraint = constraint
        self._chooser = Chooser(sampling)
        self._lookup = Lookup(prompt)
        self._max_tokens = max_tokens
        self._piece_of = piece_of
        self._is_end = is_end
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._text: list[str] = []
        self._logprob = 0.0
        self.is_finished = False

    @property
    def room(self) -> int:
        """What is left of `max_tokens`."""
        return self._max_tokens - self._written

    @property
    def _written(self) -> int:
        return len(self.tokens) - self.prompt_length

    def draft(self) -> list[int]:
        """Guesses that the grammar would admit; fewer than the room that is left."""
        guess = self._lookup.guess()[: max(0, self.room - 1)]
        return guess[: self._constraint.admissible(guess)] if guess and self._constraint else guess

    def take(self, draft: Sequence[int], logits_at: LogitsAt) -> int:
        """Writes on: `logits_at(0)` are those after `tokens`, `logits_at(i)` those after the first i of `draft`.

        Gives how many of `draft` came true and stand in the context already.
        """
        used = 0
        while not self.is_finished:
            chosen = self._choose(logits_at(used))
            true = _common(chosen, draft[used:])
            used += true
            if true < len(chosen) or not chosen:
                break
        self._lookup.learn(len(draft), used)
        return used

    def generation(self) -> Generation:
        """What was written."""
        return Generation("".join(self._text), self._written, self._logprob)

    def _choose(self, logits: Logits) -> list[int]:
        """Chooses a token and takes those that the grammar then forces; none at the end."""
        token, logprob = self._chooser.choose(logits, self._constraint)
        if self._is_end(token):
            self.is_finished = True
            return []
        self._logprob += logprob
        chosen = [token, *(self._constraint.accept(token) if self._constraint else ())]
        self._write(chosen)
        self.is_finished = self.room <= 0 or (self._constraint is not None and self._constraint.is_finished)
        return chosen

    def _write(self, chosen: list[int]) -> None:
        self.tokens += chosen
        piece = self._utf8.decode(b"".join(map(self._piece_of, chosen)))
        if piece:
            self._text.append(piece)
            self.writing.tell(piece)


class Choosing(Run):
    """A request for the probabilities of given endings of its prompt."""

    def __init__(
        self, ticket: Ticket[dict[str, float]], prompt: list[int], *, is_urgent: bool, endings: Mapping[str, list[int]]
    ) -> None:
        super().__init__(ticket, prompt, is_urgent)
        self.choosing = ticket
        self.endings = endings

    @property
    def room(self) -> int:
        """The endings stand in the context side by side."""
        return sum(map(len, self.endings.values()))

    def groups(self, most_endings: int, most_tokens: int) -> Iterator[list[list[int]]]:
        """The endings in groups that fit one batch and the free sequences."""
        group: list[list[int]] = []
        for ending in self.endings.values():
            if len(group) == most_endings or sum(map(len, group)) + len(ending) > most_tokens:
                yield group
                group = []
            group.append(ending)
        if group:
            yield group


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
