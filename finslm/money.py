"""Currencies as they are printed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

CURRENCIES = {
    "us$": "USD", "usd": "USD", "$": "USD", "dollars": "USD", "hk$": "HKD", "hkd": "HKD", "a$": "AUD", "au$": "AUD",
    "aud": "AUD", "c$": "CAD", "ca$": "CAD", "cad": "CAD", "s$": "SGD", "sgd": "SGD", "£": "GBP", "gbp": "GBP",
    "pounds": "GBP", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "¥": "JPY", "jpy": "JPY", "yen": "JPY",
    "chf": "CHF", "sfr": "CHF", "inr": "INR", "₹": "INR", "rs": "INR", "rs.": "INR",
}  # fmt: skip
"""ISO codes by sign, abbreviation or name, in small letters."""
CURRENCY = r"(?:US\$|HK\$|AU\$|CA\$|A\$|C\$|S\$|\$|£|€|¥|₹|\b(?:USD|EUR|GBP|JPY|CHF|SFr|CAD|INR|SGD|HKD|AUD|Rs)\b\.?)"
"""A regular expression for the signs and abbreviations."""


def iso_code(printed: str) -> str | None:
    """The ISO code of a currency as printed, if it is one that we know."""
    name = printed.strip().lower()
    return CURRENCIES.get(name) or CURRENCIES.get(name.rstrip("."))


def usual_currency(texts: Iterable[str]) -> str | None:
    """The ISO code of the currency that texts print most often, the first of equals; None where they print none."""
    printed = Counter(code for text in texts for sign in re.findall(CURRENCY, text) if (code := iso_code(sign)))
    return printed.most_common(1)[0][0] if printed else None
