"""The number reader: amounts, percentages and ratios as they are printed, with unit, scale and place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from finslm.money import CURRENCY, SCALES, FigureScale, iso_code

SCALE = (
    r"(?:thousands?|tausend|millions?|Millionen|milioni|millones|miljoen|billions?|Milliarden|milliards|miliardi"
    r"|miljard|Mrd|Mio|mn|mm|bn|[kmbKMB])\b\.?"
)
CORE = r"\d+(?:[.,'’]\d+)*"
AMOUNT = re.compile(
    rf"(?P<sign>(?<![\w)])[-−–+]\s?)?(?P<before>{CURRENCY})?(?P<gap>\s?)(?P<open>\()?(?P<sign2>[-−])?"
    rf"(?<![\w.,/])(?P<core>{CORE})(?P<close>\))?"
    rf"(?:\s?(?P<scale>{SCALE}))?"
    rf"(?:(?P<unit>\s?%|\s?per\s?cent\b|\s?percent\b|\s?pct\b|\s?Prozent\b|\s?bps?\b|\sbasis\spoints\b"
    rf"|\s?x(?!\w)|\stimes\b|\sto\s1(?:\.00?)?\b|(?:\sof)?(?:\s[A-Za-z]+){{0,2}}?\s(?:ordinary\s)?[Ss]hares\b"
    rf"|\s(?:euros?|dollars|pounds|yen)\b|\s?(?:EUR|USD|GBP|CHF|JPY|CAD|AUD|€|£|\$)(?!\w)"
    rf"|\s(?:di|de|d')\s?euros?\b|p(?!\w)|\scents?\b|\spence\b))?",
)
DATE_AFTER = re.compile(r"\s*(?:January|February|March|April|May|June|July|August|September|October|November|December"
                        r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b", re.IGNORECASE)  # fmt: skip
DATE_BEFORE = re.compile(r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
                         r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?\s*(?:\d{1,2},\s*)?$", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True)
class Amount:
    """A number at `start` to `end` of the text it was read from; unit and scale are None where none is printed."""

    start: int
    end: int
    value: Decimal
    unit: str | None
    scale: FigureScale | None


def read_amounts(text: str, *, decimal_comma: bool = False) -> Iterator[Amount]:
    """Every number of `text` in its order; dates, times, references and parts of words are left out."""
    for match in AMOUNT.finditer(text):
        amount = None if _is_part_of_date(text, match) else _amount(match, decimal_comma)
        if amount:
            yield amount


def parse_number(core: str, *, decimal_comma: bool = False) -> Decimal | None:
    """The value of digits with separators: `1,234.5`, `1.234,5`, `12,5`, `1,27,500`; None for `30.12.1966`."""
    marks = [char for char in core if not char.isdigit()]
    if not marks:
        return Decimal(core)
    last = marks[-1]
    groups = re.split(r"\D", core)
    if len(set(marks)) == 2 and marks.count(last) == 1 and last in ".,":
        return Decimal("".join(groups[:-1]) + "." + groups[-1])
    if len(set(marks)) > 1:
        return None
    is_grouped = all(len(group) in (2, 3) for group in groups[1:]) and len(groups[-1]) == 3
    is_decimal_mark = last == ("," if decimal_comma else ".")
    if len(marks) == 1 and last in ".," and (is_decimal_mark or not is_grouped):
        return Decimal(".".join(groups))
    return Decimal("".join(groups)) if is_grouped and groups[0].strip("0") else None


def _amount(match: re.Match[str], decimal_comma: bool) -> Amount | None:
    value = parse_number(match["core"], decimal_comma=decimal_comma)
    if value is None:
        return None
    is_negative = bool(match["sign2"]) or (match["sign"] or "+").strip() not in "+–" or _is_bracketed(match)
    start = match.start("before") if match["before"] else match.start("open" if _is_bracketed(match) else "core")
    start = min(start, *(match.start(sign) for sign in ("sign", "sign2") if match[sign]), start)
    scale = SCALES.get((match["scale"] or "").rstrip(".").lower())
    return Amount(start, match.end(), -value if is_negative else value, _unit(match), scale)


def _is_bracketed(match: re.Match[str]) -> bool:
    return bool(match["open"] and match["close"])


def _unit(match: re.Match[str]) -> str | None:
    after = (match["unit"] or "").strip().lower()
    if after in ("%", "percent", "pct", "prozent") or re.fullmatch(r"per\s?cent", after):
        return "percent"
    if after in ("bp", "bps") or after.startswith("basis"):
        return "bps"
    if after in ("x", "times") or after.startswith("to 1"):
        return "ratio"
    if after.endswith("shares"):
        return "shares"
    if after in ("p", "pence", "cent", "cents"):
        return "per_share"
    return iso_code(match["before"] or "".join(after.split()[-1:]))


def _is_part_of_date(text: str, match: re.Match[str]) -> bool:
    if match["before"] or match["unit"] or match["scale"]:
        return False
    core = match["core"]
    is_year = re.fullmatch(r"(?:19|20)\d\d", core) is not None
    is_day = len(core) <= 2 and (
        DATE_AFTER.match(text, match.end()) or DATE_BEFORE.search(text[: match.start("core")][-16:])
    )
    is_joined = text[match.end("core") : match.end("core") + 1] in ("/", ":") or (
        text[match.end("core") : match.end("core") + 2][:1] == "-"
        and text[match.end("core") + 1 : match.end("core") + 2].isalnum()
    )
    return bool(is_year or is_day or is_joined)
