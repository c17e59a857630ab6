"""The proof that nothing measured was learnt: the passages of both sides, each by the hash of its letters and digits.

What training ends up with is compared here anew; the proof does not lean on how overlaps were left out before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from finslm.distill.corpus import SHORT_PASSAGE
from finslm.distill.examples import Example
from finslm.distill.sources import Sources
from finslm.errors import IntegrityError

NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Split:
    """A source on one side: its contexts and questions.

    `left_out` of its raw contexts shared a passage with what is measured; `shared` are those that still do, and must be 0.
    """

    side: str
    source: str
    licence: str
    contexts: int
    questions: int
    left_out: int
    shared: int


def splits_of(sources: Sources) -> list[Split]:
    """The sources of both sides."""
    learnt = [*(each for examples in sources.training.values() for each in examples), *sources.pages]
    return [
        *_rows("training", learnt, sources.raw, _passages(sources.aside)),
        *_rows("kept aside", sources.aside, (), _passages(learnt)),
    ]


def prove_apart(splits: Iterable[Split]) -> None:
    """Returns when the sides share no passage. Raises IntegrityError."""
    if shared := [f"{split.shared} of {split.source}" for split in splits if split.shared and split.side == "training"]:
        raise IntegrityError(
            f"training contexts hold passages that are measured: {', '.join(shared)}",
            safe="nothing was trained",
            next_step="leave them out of what is trained on",
        )


def _rows(side: str, examples: Sequence[Example], raw: Sequence[Example], other: set[str]) -> list[Split]:
    return [
        _split(side, source, [e for e in examples if e.origin == source], [e for e in raw if e.origin == source], other)
        for source in sorted({e.origin for e in (*raw, *examples)})
    ]


def _split(side: str, source: str, examples: Sequence[Example], raw: Sequence[Example], other: set[str]) -> Split:
    licence = (*examples, *raw)[0].licence
    questions = sum(len(example.asked) for example in examples)
    shared = _sharing(examples, other)
    left_out = _sharing(raw, other) - shared if raw else 0
    return Split(side, source, licence, len({e.passages for e in examples}), questions, left_out, shared)


def _sharing(examples: Iterable[Example], other: set[str]) -> int:
    """How many contexts hold a passage of the other side."""
    return len({example.passages for example in examples if not other.isdisjoint(_passages([example]))})


def _passages(examples: Iterable[Example]) -> set[str]:
    long = (passage for example in examples for passage in example.passages if len(passage) > SHORT_PASSAGE)
    return {sha256(NO_LETTER.sub("", passage.lower()).encode()).hexdigest() for passage in long}
