"""Questions over the evidence that search finds for them, as users' questions meet it: cut pages of a filing, the right one among them."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from finslm.answer import EVIDENCE_PAGES, gathered, numbers_of
from finslm.answer.program import CONSTANTS
from finslm.distill.examples import Asked, Example
from finslm.distill.lines import missing, stands
from finslm.distill.trimming import CountTokens, needs
from finslm.documents import Passage

ROOMS = (900, 1300, 1600, 1600, 2200)
"""Tokens of evidence, one of them by chance: how much a user grants differs."""
MOST_ASKED = 6
"""Questions to one context: each was found for one of them."""
WITHHELD = 0.05
"""The part of the contexts from which the pages that answer are taken out, to teach that the evidence does not state it."""

Find = Callable[[str, str], tuple[Sequence[Passage], Collection[str]]]
"""A question and a filing's name to its best pages, best first, and the words of the question and of its meaning."""


def found(examples: Iterable[Example], find: Find, count: CountTokens, seed: int) -> Iterator[Example]:
    """The examples of pages of filings, their contexts replaced by what `find` gives for one of their questions.

    A question stays with a context in which the pages that answer it still hold what its line is made of.
    """
    for example in examples:
        doc, _, place = example.context_id.partition("|")
        gold = frozenset(int(page) for page in place.rpartition("|")[2].split("+"))
        chance = random.Random(f"{seed}|{example.context_id}")  # noqa: S311 - examples, not secrets
        waiting = [asked for asked in chance.sample(example.asked, len(example.asked)) if asked.line != missing()]
        while waiting:
            first, *waiting = waiting
            is_withheld = chance.random() < WITHHELD
            pages, sought = find(first.question, doc)
            evidence = gathered(
                _shown(pages, gold, chance, is_withheld=is_withheld), sought, chance.choice(ROOMS), count
            )
            texts = tuple(passage.text for passage in evidence)
            if is_withheld:
                kept = [] if _may_stand(first, texts) else [replace(first, line=missing(), rationale="")]
            else:
                answering = tuple(passage.text for passage in evidence if passage.page in gold)
                kept = [each for each in (first, *waiting) if _stands(each, texts, answering)][:MOST_ASKED]
                waiting = [each for each in waiting if each not in kept]
            if kept:
                yield Example("found", example.context_id, example.licence, texts, tuple(kept))


def _shown(
    pages: Sequence[Passage], gold: frozenset[int], chance: random.Random, *, is_withheld: bool
) -> list[Passage]:
    """The best pages, without those that answer, or with those of them that were found too late in the place of others."""
    best = list(pages[:EVIDENCE_PAGES])
    if is_withheld:
        return [page for page in best if page.page not in gold]
    late = [page for page in pages[EVIDENCE_PAGES:] if page.page in gold]
    others = [i for i, page in enumerate(best) if page.page not in gold]
    for i, page in zip(chance.sample(others, len(others)), late, strict=False):
        best[i] = page
    return best


def _stands(asked: Asked, texts: Sequence[str], answering: Sequence[str]) -> bool:
    return stands(asked.line, texts) and stands(asked.line, answering)


def _may_stand(asked: Asked, texts: Sequence[str]) -> bool:
    """Is any of what the line is made of in the evidence?"""
    text = "\n".join(texts)
    numbers, words = needs((asked,))
    return not (numbers - set(CONSTANTS)).isdisjoint(numbers_of(text)) or any(word in text for word in words)
