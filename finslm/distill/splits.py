"""The proof that nothing measured was learnt: every context of every split by the hash of its letters and digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finslm.distill.corpus import Corpus
from finslm.distill.examples import Example


@dataclass(frozen=True)
class Split:
    """A source on one side of the split: its contexts, questions, and how many of its contexts stand on the other side."""

    side: str
    source: str
    licence: str
    contexts: int
    questions: int
    shared: int


def splits_of(corpus: Corpus) -> list[Split]:
    """The sources of both sides. `shared` must be 0 everywhere."""
    sides = {"training": corpus.training, "kept aside": corpus.aside}
    hashes = {side: {example.context_sha256 for example in examples} for side, examples in sides.items()}
    found = []
    for side, examples in sides.items():
        (other,) = (hashes[name] for name in sides if name != side)
        for source in sorted({_source(example) for example in examples}):
            found.append(_split(side, source, [e for e in examples if _source(e) == source], other))
    return found


def _split(side: str, source: str, examples: Sequence[Example], other: set[str]) -> Split:
    contexts = {example.context_sha256 for example in examples}
    questions = sum(len(example.asked) for example in examples)
    return Split(side, source, examples[0].licence, len(contexts), questions, len(contexts & other))


def _source(example: Example) -> str:
    return example.source.partition(":")[0]
