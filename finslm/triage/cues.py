"""Cues: phrases that speak for or against a label, each with its weight in log-odds, read from a data file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finslm.errors import IntegrityError

HEAD_CHARS = 600
"""The head of a document: its title lines, where what it is called weighs most."""


@dataclass(frozen=True)
class Cue:
    """A pattern and the log-odds it adds, once, when it is found."""

    pattern: re.Pattern[str]
    weight: float
    is_head_only: bool

    def found_in(self, text: str) -> bool:
        """Does the pattern stand in `text`, or in its head when that is where it counts?"""
        return self.pattern.search(text, 0, HEAD_CHARS if self.is_head_only else len(text)) is not None


@dataclass(frozen=True)
class Label:
    """One label: its name in a prompt, the log-odds it starts from, its cues, and what facts already known add."""

    key: str
    name: str
    bias: float
    cues: tuple[Cue, ...]
    given: Mapping[str, float]

    def log_odds(self, text: str, facts: Iterable[str]) -> float:
        """The log-odds of this label for `text`, given facts such as `doc_type:invoice`."""
        known = sum(self.given.get(fact, 0.0) for fact in facts)
        return self.bias + known + sum(cue.weight for cue in self.cues if cue.found_in(text))

    def strongest(self, text: str) -> float:
        """The weight of the strongest single cue that is found; 0 when there is none."""
        return max((cue.weight for cue in self.cues if cue.found_in(text)), default=0.0)


@dataclass(frozen=True)
class CueBook:
    """The labels of each kind: `book["doc_type"]` holds one Label for each document type."""

    kinds: Mapping[str, tuple[Label, ...]]

    def __getitem__(self, kind: str) -> tuple[Label, ...]:
        return self.kinds[kind]

    def lines_with_cues(self, kinds: Iterable[str], text: str) -> list[str]:
        """The lines of `text` in which a cue of these kinds stands, in their order."""
        cues = [cue for kind in kinds for label in self.kinds[kind] for cue in label.cues if cue.weight > 0]
        return [line for line in text.splitlines() if any(cue.pattern.search(line) for cue in cues)]


def compile_phrase(phrase: str) -> re.Pattern[str]:
    """A phrase as a pattern: whole words, any letter case, any white space where the phrase has a space."""
    spaced = phrase.replace(" ", r"\s+")
    return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)", re.IGNORECASE)


def load_cues(path: Path) -> CueBook:
    """The cues of a TOML file. Raises IntegrityError when it is damaged or a pattern does not compile."""
    try:
        kinds = tomllib.loads(path.read_text("utf-8"))
        return CueBook({kind: tuple(_label(key, body) for key, body in of.items()) for kind, of in kinds.items()})
    except (OSError, ValueError, AttributeError, TypeError, re.error) as error:
        raise IntegrityError(
            f"the cues in {path.name} cannot be read ({error})",
            safe="nothing was triaged",
            next_step="restore the data folder from the installation, or mend the file",
        ) from error


def _label(key: str, body: Mapping[str, Any]) -> Label:
    head, anywhere = body.get("head", {}), body.get("cues", {})
    cues = [Cue(compile_phrase(phrase), float(weight), True) for phrase, weight in head.items()]
    cues += [Cue(compile_phrase(phrase), float(weight), False) for phrase, weight in anywhere.items()]
    name = str(body.get("name", key.replace("_", " ")))
    return Label(key, name, float(body.get("bias", 0.0)), tuple(cues), dict(body.get("given", {})))
