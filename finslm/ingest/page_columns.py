"""A page set in two columns of text, as a newspaper is -> the words of each column."""

from __future__ import annotations

from collections.abc import Sequence

from finslm.ingest.pdf_words import Word

# They tell sentences from the labels, headings and figures of tables, which may have a gutter too.
SENTENCE_WORDS = frozenset(
    (
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "are",
        "was",
        "were",
        "for",
        "our",
        "with",
        "by",
        "as",
        "at",
        "that",
        "or",
    )
)
WIDTH = 4.5  # points: half the least width of a gutter; a space between words is narrower
MIDDLE = (0.4, 0.6)  # of the width of the text: where a gutter may be
STEP = 3.0  # points
FEWEST = 20  # sentence words in each column
LEAST_SHARE = 0.25  # of the sentence words in each column
MOST_ACROSS = 0.01  # of the letters, for a title or a foot line over both columns


def columns_of_text(words: Sequence[Word]) -> list[list[Word]]:
    """The words in one list, or in two for a page with a gutter down its middle that hardly any word crosses."""
    gutter = _gutter(words)
    if gutter is None:
        return [list(words)]
    return [
        [word for word in words if word.left + word.right < 2 * gutter],
        [word for word in words if word.left + word.right >= 2 * gutter],
    ]


def _gutter(words: Sequence[Word]) -> float | None:
    telling = [(word.left + word.right) / 2 for word in words if word.text in SENTENCE_WORDS]
    if len(telling) < 2 * FEWEST:
        return None
    left, right = min(word.left for word in words), max(word.right for word in words)
    place, last = (left + share * (right - left) for share in MIDDLE)
    across: dict[float, int] = {}
    while place <= last:
        after = sum(middle > place for middle in telling)
        if min(after, len(telling) - after) >= max(FEWEST, LEAST_SHARE * len(telling)):
            across[place] = sum(len(word.text) for word in words if word.left - WIDTH < place < word.right + WIDTH)
        place += STEP
    least = min(across.values(), default=0)
    if not across or least > MOST_ACROSS * sum(len(word.text) for word in words):
        return None
    clear = [place for place, letters in across.items() if letters == least]
    return clear[len(clear) // 2]
