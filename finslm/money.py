"""Currencies and magnitudes as they are printed, and the headings that state them for a whole table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from finslm.documents import Scale

FigureScale = Literal["one", "thousand", "million", "billion"]
FACTORS: dict[Scale, Decimal] = {
    "none": Decimal(1),
    "thousand": Decimal(1000),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "percent": Decimal("0.01"),
}
"""What a value is multiplied with to be a plain number."""

CURRENCIES = {
    "us$": "USD", "usd": "USD", "$": "USD", "dollars": "USD", "hk$": "HKD", "hkd": "HKD", "a$": "AUD", "au$": "AUD",
    "aud": "AUD", "c$": "CAD", "ca$": "CAD", "cad": "CAD", "s$": "SGD", "sgd": "SGD", "£": "GBP", "gbp": "GBP",
    "pounds": "GBP", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "¥": "JPY", "jpy": "JPY", "yen": "JPY",
    "chf": "CHF", "sfr": "CHF", "inr": "INR", "₹": "INR", "rs": "INR", "rs.": "INR", "cdn$": "CAD", "r$": "BRL",
    "brl": "BRL", "nz$": "NZD", "nzd": "NZD", "nt$": "TWD", "twd": "TWD", "rmb": "CNY", "cny": "CNY", "krw": "KRW",
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "mxn": "MXN", "zar": "ZAR", "pln": "PLN",
}  # fmt: skip
"""ISO codes by sign, abbreviation or name, in small letters."""
ISO_CODES = frozenset(CURRENCIES.values())
CURRENCY_LETTERS = "USD|EUR|GBP|JPY|CHF|SFr|CAD|INR|SGD|HKD|AUD|Rs|BRL|NZD|TWD|RMB|CNY|KRW|SEK|NOK|DKK|MXN|ZAR|PLN"
CURRENCY = (
    r"(?:(?<![A-Za-z])(?:US|HK|AU|CA|NZ|NT|Cdn|[ACRS])?\$|£|€|¥|₹"
    rf"|\b(?:{CURRENCY_LETTERS})(?![^\W\d])\.?)"
)
"""A regular expression for the signs and abbreviations."""
SCALES: dict[str, FigureScale] = {
    "k": "thousand", "thousand": "thousand", "thousands": "thousand", "'000": "thousand", "000": "thousand",
    "tausend": "thousand", "m": "million", "mn": "million", "mm": "million", "mio": "million", "million": "million",
    "millions": "million", "millionen": "million", "milioni": "million", "millones": "million", "miljoen": "million",
    "bn": "billion", "b": "billion", "billion": "billion", "billions": "billion", "mrd": "billion",
    "milliarden": "billion", "milliards": "billion", "miliardi": "billion", "miljard": "billion",
}  # fmt: skip
"""Magnitudes by word or abbreviation, in small letters."""
MAGNITUDE = r"thousand|million|billion|[mb]n|mm|[mkb]"
"""Those of SCALES that stand behind a number, as alternatives of a regular expression."""
SCALE_HEADING = re.compile(
    r"(?i:in)\s+(?P<words>(?:[\w.$£€]+\s+){0,3}?)(?P<word>(?i:thousands|millions|billions))\b"
    r"(?:\s+of\s+(?P<of>(?i:(?:U\.?S\.?\s+)?(?:dollars|pounds|euros?|yen))))?"
    r"|(?P<words2>\b\w*(?i:dollars|pounds|euros?|yen))\s+(?i:in)\s+(?P<word2>(?i:thousands|millions|billions))\b"
    r"|\b(?P<word3>(?i:thousands|millions|billions))\s+of\s+(?P<of3>(?i:(?:U\.?S\.?\s+)?(?:dollars|pounds|euros?|yen)))\b"
    r"|(?i:in)\s+(?P<money4>[$£€])?\s?(?P<word4>['’]?000)s?\b"
    rf"|(?P<currency>{CURRENCY})\s?(?P<short>['’]?000\b|[kKmM]\b(?!&)|m[nm]\b|[mM]io\b|bn\b"
    r"|(?i:(?:thousand|million|billion)s?\b))(?![^\n]{0,3}\d)"
    r"|(?<![\d.,])(?<![\d.,]\s)(?P<short2>million|Million|Mio\.?|thousand|milioni di|Millionen|millones de)\s+(?P<name>euros?|EUR|USD|GBP|CHF|yen|pounds|dollars)\b(?!\s*\()"
)  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """The currency and scale that hold from `start` on, until the next heading."""

    start: int
    currency: str | None
    scale: FigureScale


def iso_code(printed: str) -> str | None:
    """The ISO code of a currency as printed, if it is one that we know."""
    name = printed.strip().lower()
    return CURRENCIES.get(name) or CURRENCIES.get(name.rstrip("."))


def usual_currency(texts: Iterable[str]) -> str | None:
    """The ISO code of the currency that texts print most often, the first of equals; None where they print none."""
    printed = Counter(code for text in texts for sign in re.findall(CURRENCY, text) if (code := iso_code(sign)))
    return printed.most_common(1)[0][0] if printed else None


def read_headings(page: str) -> list[Heading]:
    """The headings such as `in thousands of dollars`, `EUR million`, `£m`, in their order."""
    return [_heading(match) for match in SCALE_HEADING.finditer(page)]


def heading_at(headings: list[Heading], place: int) -> Heading | None:
    """The heading in force at `place`: the last one above it; else, for a note below the table, none."""
    above = [heading for heading in headings if heading.start <= place]
    return above[-1] if above else None


def _heading(match: re.Match[str]) -> Heading:
    word = next(found for name in ("word", "word2", "word3", "word4", "short", "short2") if (found := match[name]))
    scale = SCALES.get(word.lower().strip(".'’").split(" ")[0], "one")
    stated = ("currency", "name", "of", "of3", "money4", "words", "words2")
    money = next((found for name in stated if (found := match[name])), "")
    names = re.findall(rf"{CURRENCY}|euros?|pounds|dollars|yen", money, re.IGNORECASE)
    return Heading(match.start(), iso_code(names[0]) if names else None, scale)
