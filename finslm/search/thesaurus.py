"""What a finance question means: the words that filings print for it, and the statements on which these stand."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Concept:
    """Ways to ask for one thing, the phrases to seek for it, and the statements on which it stands."""

    asked: tuple[str, ...]
    seek: tuple[str, ...]
    on: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A kind of page that every filing has: how a question names it, how its title reads, and the rows that mark it."""

    name: str
    asked: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Meaning:
    """What a question asks for: phrases to seek beside its own words, and statements to look on.

    `sought` holds the phrases of each concept that is asked for; `rest` is the question without the words of these.
    """

    sought: tuple[tuple[str, ...], ...]
    statements: frozenset[str]
    rest: str

    @property
    def phrases(self) -> tuple[str, ...]:
        """All phrases to seek, each once."""
        return tuple(dict.fromkeys(phrase for phrases in self.sought for phrase in phrases))


class Thesaurus:
    """The concepts and statements of `data/thesaurus.toml`."""

    def __init__(self, statements: Iterable[Statement], concepts: Iterable[Concept]) -> None:
        self.statements = tuple(statements)
        entries = [(asked, concept) for concept in concepts for asked in concept.asked]
        entries += [(asked, Concept((), (), (each.name,))) for each in self.statements for asked in each.asked]
        # Longer entries first: "operating cash flow ratio" is not "operating cash flow".
        self._entries = [(_pattern(asked), concept) for asked, concept in sorted(entries, key=lambda e: -len(e[0]))]

    @classmethod
    def load(cls, data_dir: Path) -> Thesaurus:
        """The shipped thesaurus."""
        content = tomllib.loads((data_dir / "thesaurus.toml").read_text(encoding="utf-8"))
        statements = (
            Statement(name, *(tuple(entry[key]) for key in ("asked", "titles", "rows")))
            for name, entry in content["statements"].items()
        )
        concepts = (Concept(*(tuple(entry[key]) for key in ("asked", "seek", "on"))) for entry in content["concepts"])
        return cls(statements, concepts)

    def meaning(self, question: str) -> Meaning:
        """What `question` asks for; each of its words counts for the longest entry that holds it."""
        text = plain(question)
        sought, statements = list[tuple[str, ...]](), set[str]()
        for pattern, concept in self._entries:
            left = pattern.sub(" | ", text)
            if left != text:
                text = left
                sought += [concept.seek] if concept.seek else []
                statements.update(concept.on)
        return Meaning(tuple(sought), frozenset(statements), text)


def plain(text: str) -> str:
    """`text` in lower case with plain blanks and apostrophes, as the thesaurus is written."""
    return re.sub(r"[’`]", "'", text.lower()).replace("\xa0", " ")


def _pattern(asked: str) -> re.Pattern[str]:
    words = re.escape(asked).replace(r"\ ", r"[\s-]+")
    return re.compile(rf"(?<![a-z0-9]){words}(?:s|es)?(?![a-z0-9])")
