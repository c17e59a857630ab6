"""Training examples: a context with the questions that are put to it, each with the line that answers it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from finslm.documents import Turn
from finslm.errors import BrokenLine, PathMissing


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
    def context_sha256(self) -> str:
        """The hash of the context's letters and digits, by which splits are proven disjoint."""
        return sha256("".join(map(letters_of, self.passages)).encode()).hexdigest()


def letters_of(text: str) -> str:
    """The letters and digits of a text: what remains the same when it is printed otherwise."""
    return "".join(c for c in text.lower() if c.isalnum())


def present(path: Path, what: str = "file") -> Path:
    """The path of a data file that is there. Raises PathMissing."""
    if not path.is_file():
        raise PathMissing(f"there is no {what} {path}", next_step="see DATA.md for where it lies")
    return path


def merged(examples: Iterable[Example]) -> list[Example]:
    """The examples with those of one source and context put together: a context is computed once for all its questions."""
    together: dict[tuple[str, tuple[str, ...]], Example] = {}
    for example in examples:
        key = (example.source.partition(":")[0], example.passages)
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
    return [_parsed(fields, path, number) for number, fields in json_lines(path)]


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file of JSON lines with their line numbers. Raises PathMissing and BrokenLine."""
    with present(path).open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _object(line, path, number)


def _object(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise BrokenLine(path, number, error.msg) from error
    if not isinstance(fields, dict):
        raise BrokenLine(path, number, "it is no object")
    return fields


def _parsed(fields: dict[str, Any], path: Path, number: int) -> Example:
    try:
        asked = tuple(
            Asked(a["question"], a["line"], tuple(Turn(**turn) for turn in a["history"]), a["rationale"])
            for a in fields.pop("asked")
        )
        return Example(**{**fields, "passages": tuple(fields["passages"])}, asked=asked)
    except (KeyError, TypeError) as error:
        raise BrokenLine(path, number, f"it is no example: {error}") from error


def _once(asked: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """The same question with the same history is taught once, with the answer that came first."""
    return tuple({(each.question.casefold(), each.history): each for each in reversed(asked)}.values())[::-1]
