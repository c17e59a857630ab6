"""Training examples: a context with the questions that are put to it, each with the line that answers it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from finslm.distill.data_files import Fields, json_lines
from finslm.distill.forms import ExampleLine
from finslm.documents import Turn


@dataclass(frozen=True)
class Asked:
    """One question to a context; `line` is the answer to be written, `rationale` says why (empty where nobody wrote it)."""

    question: str
    line: str
    history: tuple[Turn, ...] = ()
    rationale: str = ""


@dataclass(frozen=True)
class Example:
    """A context (the passages' texts) of a data set, and its questions."""

    source: str
    context_id: str
    licence: str
    passages: tuple[str, ...]
    asked: tuple[Asked, ...]

    @property
    def origin(self) -> str:
        """The data set, without the line of it."""
        return self.source.partition(":")[0]

    @property
    def context_sha256(self) -> str:
        """The hash of the context's letters and digits, by which our own questions name it."""
        return sha256("".join(map(letters_of, self.passages)).encode()).hexdigest()


def letters_of(text: str) -> str:
    """The letters and digits of a text: what remains the same when it is printed otherwise."""
    return "".join(c for c in text.lower() if c.isalnum())


def merged(examples: Iterable[Example]) -> list[Example]:
    """The examples with those of one source and context put together: a context is computed once for all its questions."""
    together: dict[tuple[str, tuple[str, ...]], Example] = {}
    for example in examples:
        key = (example.origin, example.passages)
        known = together.get(key)
        together[key] = replace(known, asked=_once(known.asked + example.asked)) if known else example
    return list(together.values())


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Writes examples as JSON lines."""
    with path.open("w") as file:
        for example in examples:
            file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")


def read_examples(path: Path) -> list[Example]:
    """The examples of a file. Raises PathMissing, and BrokenLine for a line that is none."""
    return [_example(fields) for _, fields in json_lines(path, ExampleLine)]


def _example(fields: Fields) -> Example:
    asked = tuple(
        Asked(a["question"], a["line"], tuple(Turn(t["question"], t["answer"]) for t in a["history"]), a["rationale"])
        for a in fields["asked"]
    )
    return Example(fields["source"], fields["context_id"], fields["licence"], tuple(fields["passages"]), asked)


def _once(asked: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """The same question with the same history is taught once, with the answer that came first."""
    return tuple({(each.question.casefold(), each.history): each for each in reversed(asked)}.values())[::-1]
