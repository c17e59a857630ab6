"""The proof that nothing measured is learnt: it tells what was left out, and fails where something was not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from finslm.distill.corpus import without
from finslm.distill.examples import Asked, Example
from finslm.distill.sources import Sources
from finslm.distill.splits import prove_apart, splits_of
from finslm.errors import IntegrityError

MEASURED = "Net sales of the Northmere segment rose by 306.2 million, and the margin by two points, on higher volumes."
ASKED = (Asked("By how much?", "answer: 306.2 | million"),)


def example(source: str, *passages: str) -> Example:
    return Example(source, "c", "l", passages, ASKED)


ASIDE = (example("tatqa_dev", "a | b", MEASURED),)
CLEAN = example("tatqa:1", "a | b", MEASURED.replace("306.2", "306.3"))
REPRINTED = example("finqa:1", "other", MEASURED.upper().replace(" ", "\n").replace(",", ""))


def sources(*training: Example, raw: tuple[Example, ...] = (), pages: tuple[Example, ...] = ()) -> Sources:
    return Sources({"any": training}, pages, ASIDE, (*raw, *training, *pages))


def test_what_is_left_out_is_counted_by_its_source() -> None:
    raw = (CLEAN, REPRINTED, replace(REPRINTED, asked=()))
    kept = without(raw, ASIDE)
    splits = splits_of(sources(*kept, raw=raw))
    assert [(s.side, s.source, s.contexts, s.left_out, s.shared) for s in splits] == [
        ("training", "finqa", 0, 1, 0),
        ("training", "tatqa", 1, 0, 0),
        ("kept aside", "tatqa_dev", 1, 0, 0),
    ]
    prove_apart(splits)


@pytest.mark.parametrize(
    "leaky",
    [
        sources(CLEAN, REPRINTED),
        sources(CLEAN, example("synthetic", "x", MEASURED)),
        sources(CLEAN, pages=(replace(REPRINTED, source="filings", asked=()),)),
    ],
)
def test_a_passage_on_both_sides_is_found_however_it_is_printed(leaky: Sources) -> None:
    splits = splits_of(leaky)
    assert sum(split.shared for split in splits if split.side == "training") == 1
    assert [split.shared for split in splits if split.side == "kept aside"] == [1]
    with pytest.raises(IntegrityError, match="training contexts hold passages that are measured: 1 of "):
        prove_apart(splits)
