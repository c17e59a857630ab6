"""All that a sitting may take examples from, by source: the corpus, its drills, and what templates make of filings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from finslm.distill.analyst import analysed
from finslm.distill.corpus import companies_of, filings_of, load_corpus, load_pages
from finslm.distill.drills import Drills, drilled
from finslm.distill.examples import Example, read_examples
from finslm.distill.synth import load_families, synthesised
from finslm.distill.tables import LICENCE
from finslm.distill.teacher import Pages

DRILLED = ("tatqa_dev", "tatqa")
"""The sets of which one table is asked for many things; dialogues are not drilled, their turns build on each other."""


@dataclass(frozen=True)
class Sources:
    """Both sides: what is learnt from, and what is measured on.

    `training` holds the examples by source, `pages` the pages from which templates take, `aside` the examples that only
    measure, `raw` the contexts of all training inputs before any was left out. Pages are contexts without questions.
    """

    training: Mapping[str, Sequence[Example]]
    pages: tuple[Example, ...]
    aside: tuple[Example, ...]
    raw: tuple[Example, ...]


def load_sources(
    data: Path, data_dir: Path, *, seed: int = 0, lines: Sequence[Path] = (), examples: Sequence[Path] = ()
) -> Sources:
    """The sources of the folder that DATA.md describes, with `lines` of more teachers.

    Files of `examples` stand for what would be made here of the same sources. Raises PathMissing and BrokenData.
    """
    pages = load_pages(data)
    corpus = load_corpus(data, pages, data_dir, lines)
    by_source = _by_source(corpus.training)
    drills = Drills.load(data_dir)
    for source in DRILLED:
        by_source[source] = list(drilled(by_source[source], drills, seed))
    filings = filings_of(corpus.aside)
    given = _by_source(example for file in examples for example in read_examples(file))
    for source, of_source in given.items():
        by_source[source] = [each for each in of_source if each.context_id.partition("|")[0] not in filings]
    open_pages = {place: text for place, text in pages.items() if place[0] not in filings}
    if "synthetic" not in given:
        by_source["synthetic"] = list(synthesised(open_pages, load_families(data_dir), seed))
    if "analyst" not in given:
        by_source["analyst"] = list(analysed(open_pages, companies_of(data), data_dir, seed))
    raw = (*corpus.raw, *(each for of_source in given.values() for each in of_source), *_contexts(pages))
    return Sources(by_source, _contexts(open_pages), corpus.aside, raw)


def _by_source(examples: Iterable[Example]) -> dict[str, list[Example]]:
    by_source: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_source[example.origin].append(example)
    return by_source


def _contexts(pages: Pages) -> tuple[Example, ...]:
    return tuple(Example("filings", f"{doc}|{page}", LICENCE, (text,), ()) for (doc, page), text in pages.items())
