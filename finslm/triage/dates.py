"""Dates as documents print them, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

# English, French, German, Spanish, Italian and Dutch month names, by their first letters.
MONTHS = (
    ("jan", "gen", "ene"), ("feb", "fév", "fev"), ("mar", "mär", "maa", "mrt"), ("apr", "avr", "abr"),
    ("may", "mai", "mag", "mei"), ("jun", "juin", "giu"), ("jul", "juil", "lug"),
    ("aug", "aoû", "aou", "ago"), ("sep", "set"), ("oct", "okt", "ott"), ("nov",), ("dec", "déc", "dez", "dic"),
)  # fmt: skip
STEM = "|".join(sorted((stem for stems in MONTHS for stem in stems), key=len, reverse=True))
MONTH = rf"(?P<month>(?:{STEM})[^\W\d_]{{0,7}})\.?"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|º|er|\.)?"
YEAR = r"(?P<year>(?:19|20)\d\d)"
WRITTEN = (
    re.compile(rf"(?<!\w){DAY}(?:\s+(?:of|de|di))?[\s-]{{1,3}}{MONTH}(?:\s+(?:de|del))?[\s,-]{{1,3}}{YEAR}(?!\w)", re.IGNORECASE),
    re.compile(rf"(?<!\w){MONTH}\s+{DAY},?\s+{YEAR}(?!\w)", re.IGNORECASE),
)  # fmt: skip
ISO = re.compile(r"(?<![\w-])(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\w-])")
NUMERIC = re.compile(
    r"(?<![\w/.])(?P<first>\d{1,2})(?P<mark>[./])(?P<second>\d{1,2})(?P=mark)(?P<year>(?:19|20)?\d\d)(?!\w)"
)
SHORT = (
    re.compile(rf"(?<!\w){DAY}\s+{MONTH}(?!\w)", re.IGNORECASE),
    re.compile(rf"(?<!\w){MONTH}\s+{DAY}(?!\w)", re.IGNORECASE),
)


@dataclass(frozen=True)
class DateFound:
    """A calendar day at `start` to `end` of a text."""

    start: int
    end: int
    day: date


def read_dates(text: str) -> list[DateFound]:
    """The full dates of `text` in their order. `03/04/2024` is read as 3 April unless that is no day."""
    found = [*_written(text), *_iso(text), *_numeric(text)]
    return sorted(found, key=lambda one: one.start)


def read_short_dates(text: str, year: int) -> list[DateFound]:
    """Dates without a year (`9 May`, `Jan 2`) taken to be of `year`."""
    matches = (match for pattern in SHORT for match in pattern.finditer(text))
    found = (_found(match, year, month_number(match["month"]), int(match["day"])) for match in matches)
    return sorted((one for one in found if one), key=lambda one: one.start)


def month_number(name: str) -> int:
    """1 to 12 for a month's name or abbreviation; 0 for any other word."""
    low = name.lower()
    lengths = {
        i: max((len(stem) for stem in stems if low.startswith(stem)), default=0) for i, stems in enumerate(MONTHS, 1)
    }
    best = max(lengths, key=lambda i: lengths[i])
    return best if lengths[best] else 0


def _written(text: str) -> Iterator[DateFound]:
    for pattern in WRITTEN:
        for match in pattern.finditer(text):
            found = _found(match, int(match["year"]), month_number(match["month"]), int(match["day"]))
            if found:
                yield found


def _iso(text: str) -> Iterator[DateFound]:
    for match in ISO.finditer(text):
        found = _found(match, int(match["year"]), int(match["month"]), int(match["day"]))
        if found:
            yield found


def _numeric(text: str) -> Iterator[DateFound]:
    for match in NUMERIC.finditer(text):
        year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
        first, second = int(match["first"]), int(match["second"])
        found = _found(match, year, second, first) or _found(match, year, first, second)
        if found:
            yield found


def _found(match: re.Match[str], year: int, month: int, day: int) -> DateFound | None:
    try:
        return DateFound(match.start(), match.end(), date(year, month, day))
    except ValueError:
        return None
