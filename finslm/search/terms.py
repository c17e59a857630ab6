"""What a question asks about: its terms, without the words that every question has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

FISCAL_YEAR = re.compile(r"\bFY ?'?(?:20)?(\d\d)(?:Q\d)?(?!\d)", re.IGNORECASE)
"""FY2019, FY19, FY2019Q1: pages print the year alone."""
WORD = re.compile(r"\w+")
TERM = re.compile(r"[^\W_]+(?:[.,&'-][^\W_]+)*")


def load_stop_words(data_dir: Path) -> frozenset[str]:
    """The words that carry no meaning in a query, one a line in `data/search/stop_words.txt`."""
    return frozenset((data_dir / "search" / "stop_words.txt").read_text().split())


def load_legal_forms(data_dir: Path) -> frozenset[str]:
    """The legal forms of companies, which tell none from another, in `data/search/legal_forms.txt`."""
    return frozenset((data_dir / "search" / "legal_forms.txt").read_text().split())


def terms_of(text: str, stop_words: Iterable[str]) -> tuple[str, ...]:
    """The distinct terms of `text` in lower case, in order, without stop words."""
    words = (
        match.lower().removesuffix("'s").removesuffix("’s") for match in TERM.findall(FISCAL_YEAR.sub(r"20\1", text))
    )
    return tuple(dict.fromkeys(word for word in words if word not in stop_words))


def match_any(terms: Iterable[str]) -> str:
    """An FTS5 query for rows with any of the terms; quoted, so that no term is read as query syntax."""
    return " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
