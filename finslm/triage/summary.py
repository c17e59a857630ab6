"""The summary: the sentences that say most, copied from the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from finslm.documents import Figure, Page, SummaryLine
from finslm.triage.cues import Label
from finslm.triage.sentences import Sentence, is_tabular, split_sentences

MOST_LINES = 2
MOST_PAGES = 3
SHORTEST, LONGEST = 40, 320


def summarise(pages: Sequence[Page], labels: Iterable[Label], figures: Iterable[Figure]) -> tuple[SummaryLine, ...]:
    """Up to two sentences, in reading order: those with the strongest cues of `labels` and with figures; early ones first."""
    labels, quotes = tuple(labels), tuple(figure.quote for figure in figures)
    candidates = [
        (page.index, sentence, _weight(sentence, labels, quotes) - page.index - place / 20)
        for page in pages[:MOST_PAGES]
        for place, sentence in enumerate(split_sentences(page.text))
        if SHORTEST <= len(sentence.text) <= LONGEST and not is_tabular(sentence.text)
    ]
    best = sorted(candidates, key=lambda candidate: -candidate[2])[:MOST_LINES]
    best.sort(key=lambda candidate: (candidate[0], candidate[1].start))
    return tuple(SummaryLine(" ".join(s.text.split()), page, s.text) for page, s, _ in best)


def _weight(sentence: Sentence, labels: Sequence[Label], quotes: Sequence[str]) -> float:
    cues = sum(label.strongest(sentence.text) for label in labels)
    return cues + sum(quote in sentence.text for quote in quotes)
