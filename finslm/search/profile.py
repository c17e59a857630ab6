"""Whose document this is, of which period and form: what a question must name for the document to be meant.

Names are told by how they stand, not by a list: a word in capitals on many pages of a document, in its file name, its title
or on its first page. How much such a word says is weighed against the other documents when a question comes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from finslm.documents import Document, Page

CAPITALISED = re.compile(r"\b[A-Z][A-Za-z0-9&’'.-]*[A-Za-z0-9]|\b\d[A-Z]\b")
SMALL = re.compile(r"\b[a-z][a-z'-]+")
WORD = re.compile(r"[a-z0-9&]+")
FIRST_PAGE_CHARACTERS = 2500
FIRST_PAGE_WEIGHT = 0.4
LEAST_SHARE_OF_PAGES = 0.2
PAGES_OF_SMALL_WORDS = 40
PRINTED_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")
ENDED = re.compile(
    r"(?:year|quarter(?:ly period)?|period|months|weeks) (?:period )?ended:?\s*(?:on )?[a-z]+\.?\s*\d{1,2},?\s*(20[0-4]\d)",
    re.IGNORECASE,
)
FORMS = {
    "10-K": re.compile(r"10-?k|annual[ _]?report", re.IGNORECASE),
    "10-Q": re.compile(r"10-?q|quarterly report", re.IGNORECASE),
    "8-K": re.compile(r"(?<!\d)8-?k", re.IGNORECASE),
    "earnings": re.compile(
        r"earnings|results for|reports [\w-]+ (?:quarter|year)|quarter[\w ]* results", re.IGNORECASE
    ),
}
OTHER = "other"
"""A document of none of these forms."""
QUARTER = re.compile(r"(?<![a-z0-9])(?:q([1-4])|([1-4])q|(first|second|third|fourth)[- ]quarter)", re.IGNORECASE)
ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True)
class Profile:
    """What tells a document from others. `names`: word to weight (0 to 1); `years`: of its file name and of its period."""

    names: Mapping[str, float]
    years: tuple[int, ...]
    form: str
    quarter: int


def profile_of(document: Document, pages: Sequence[Page], stop_words: Collection[str]) -> Profile:
    """The profile of a stored document."""
    first = pages[0].text if pages else ""
    label = re.sub(r"[_.-]+", " ", document.filename.rpartition(".")[0] or document.filename)
    ended = ENDED.search(first)
    years = [*PRINTED_YEAR.findall(re.sub("(?<=[a-z])(?=20)", " ", label.lower())), *(ended.groups() if ended else ())]
    return Profile(
        _names(f"{label} {document.title}", pages, stop_words),
        tuple(dict.fromkeys(int(year) for year in years)),
        _form(document.filename, first),
        quarter_of(label.replace("20", " 20")) or quarter_of(first[:FIRST_PAGE_CHARACTERS]),
    )


def quarter_of(text: str) -> int:
    """The first quarter that `text` names: 1 to 4, or 0."""
    match = QUARTER.search(re.sub(r"(?<=\d)(?=[Qq][1-4])", " ", text))
    if match is None:
        return 0
    return int(match[1] or match[2] or 1 + ORDINALS.index(match[3].lower()))


def _form(filename: str, first_page: str) -> str:
    for text in (filename, first_page[:FIRST_PAGE_CHARACTERS]):
        for form, pattern in FORMS.items():
            if pattern.search(text):
                return form
    return OTHER


def _names(label: str, pages: Sequence[Page], stop_words: Collection[str]) -> dict[str, float]:
    held_by = Counter(word for page in pages for word in _capitalised(page.text))
    small = Counter(word for page in pages[:PAGES_OF_SMALL_WORDS] for word in SMALL.findall(page.text))
    shares = {word: count / len(pages) for word, count in held_by.items() if count > 1}
    weights = dict.fromkeys(_capitalised(pages[0].text[:FIRST_PAGE_CHARACTERS]), FIRST_PAGE_WEIGHT) if pages else {}
    weights |= {word: max(FIRST_PAGE_WEIGHT, share) for word, share in shares.items() if share >= LEAST_SHARE_OF_PAGES}
    # A word that stands in small letters more often is no name, unless the file is named so.
    weights = {word: weight for word, weight in weights.items() if held_by[word] >= small[word]}
    weights |= {word: 1.0 for word in WORD.findall(label.lower()) if not PRINTED_YEAR.match(word)}
    return {word: round(weight, 3) for word, weight in weights.items() if word not in stop_words}


def _capitalised(text: str) -> set[str]:
    return {named(word) for word in CAPITALISED.findall(text)}


def named(word: str) -> str:
    """A word as names are compared: lower case, without the possessive."""
    return re.sub(r"'s$", "", word.lower().replace("’", "'")).strip(".")
