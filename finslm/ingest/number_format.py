"""A cell's value as its number format shows it: `#,##0.0_);(#,##0.0)` makes (12.5) of -12.5.

ISO/IEC 29500-1 section 18.8.31, as far as finance uses it; where a format asks for more (fractions, exponents,
conditions) the value is shown plainly, in all its digits.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

# Quoted text, an escaped character, a space as wide as a character, a fill, something in brackets, or one character.
TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<blank>[_*].)|\[(?P<bracket>[^\]]*)\]|(?P<plain>.)', re.S)
SECTION_END = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
LONGEST_CODE = 255  # in Excel itself
MOST_DIGITS = 600  # 309 before the point, and as many after it as a format can ask for
UNSUPPORTED = re.compile(r"[eE/@]|General", re.IGNORECASE)
DATE_CODE = re.compile(
    r"\[[^\]]*\]|y{1,4}|m{1,5}|d{1,4}|h{1,2}|s{1,2}(?:\.0+)?|am/pm|a/p|\"[^\"]*\"|\\.|[-/:., ]|.", re.IGNORECASE
)
DATE_PARTS = {
    "yyyy": "%Y",
    "yy": "%y",
    "mmmm": "%B",
    "mmm": "%b",
    "mm": "%m",
    "dddd": "%A",
    "ddd": "%a",
    "dd": "%d",
    "hh": "%H",
    "ss": "%S",
    "am/pm": "%p",
}
REGIONAL_DATES = {"mm-dd-yy", "General"}  # Excel shows the first in the order of the reader's country


@dataclass(frozen=True)
class NumberFormat:
    """One section of a format: what stands around the number, and how its digits are written."""

    prefix: str
    digits: str
    suffix: str
    percents: int


def displayed(value: object, code: str) -> str:
    """`value` of a cell as the format `code` shows it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, code)
    if isinstance(value, dt.date | dt.time):
        return _moment(value, code)
    return str(value)


def _number(value: float, code: str) -> str:
    if not math.isfinite(value):
        return str(value)
    sections = SECTION_END.split(code) if len(code) <= LONGEST_CODE else ["General"]
    chosen = _chosen(value, sections)
    parts = _parsed(sections[chosen])
    if parts is None:
        return f"{value:.15g}"
    if not parts.digits:
        return parts.prefix.strip()
    number, is_nothing = _digits(abs(Decimal(repr(value))), parts)
    sign = "-" if value < 0 and chosen == 0 and not is_nothing else ""
    return f"{sign}{parts.prefix}{number}{parts.suffix}".strip()


def _chosen(value: float, sections: list[str]) -> int:
    """Which section holds: the first for positive numbers, the second for negative ones, the third for zero."""
    if value < 0 and len(sections) >= 2:
        return 1
    return 2 if value == 0 and len(sections) >= 3 else 0


def _parsed(section: str) -> NumberFormat | None:
    """The parts of a section; None for a format that is not understood."""
    before, digits, after, percents = "", "", "", 0
    for token in TOKEN.finditer(section):
        plain = token["plain"]
        if plain and plain in "#0?.,":
            if after.strip("%"):
                return None  # digits in groups of their own, as in a telephone number
            digits += plain
            continue
        percents += plain == "%"
        literal = _literal(token)
        if digits:
            after += literal
        else:
            before += literal
    plainly = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", section)
    return None if UNSUPPORTED.search(plainly) or "[=" in section else NumberFormat(before, digits, after, percents)


def _literal(token: re.Match[str]) -> str:
    if token["bracket"] is not None:  # [$€-407] is a currency with its country, [Red] a colour
        return token["bracket"][1:].partition("-")[0] if token["bracket"].startswith("$") else ""
    return token["quoted"] or token["escaped"] or ("" if token["blank"] else token["plain"] or "")


def _digits(value: Decimal, parts: NumberFormat) -> tuple[str, bool]:
    """The digits of `value`, and whether they are all zero."""
    pattern = parts.digits.rstrip(",")
    scaled = value.scaleb(2 * parts.percents - 3 * (len(parts.digits) - len(pattern)))
    whole, _, decimals = pattern.partition(".")
    places = len(decimals)
    with localcontext(prec=MOST_DIGITS):
        rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if scaled < Decimal(10) ** 20 else scaled
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    integer, _, fraction = text.partition(".")
    fraction = fraction[: decimals.count("0")] + fraction[decimals.count("0") :].rstrip("0")
    integer = integer.zfill(whole.count("0")) if "," not in whole else integer
    if integer == "0" and "0" not in whole:
        integer = ""
    return f"{integer}.{fraction}" if fraction else integer, rounded == 0


def _moment(value: dt.date | dt.time, code: str) -> str:
    if code in REGIONAL_DATES:
        return value.isoformat() if not _is_midnight(value) else value.isoformat()[:10]
    codes = [part.lower() for part in DATE_CODE.findall(code.partition(";")[0])]
    return "".join(_date_part(value, codes, index) for index in range(len(codes))).strip()


def _is_midnight(value: dt.date | dt.time) -> bool:
    return isinstance(value, dt.datetime) and value.time() == dt.time()


def _date_part(value: dt.date | dt.time, codes: list[str], index: int) -> str:
    code = codes[index]
    if code in ("m", "mm") and _is_minute(codes, index):
        return value.strftime("%M") if code == "mm" else value.strftime("%M").lstrip("0") or "0"
    if code == "hh" and "am/pm" in codes:
        return value.strftime("%I")
    if code in DATE_PARTS:
        return value.strftime(DATE_PARTS[code])
    if code in ("d", "m", "h", "s"):
        form = {"d": "%d", "m": "%m", "h": "%I" if "am/pm" in codes else "%H", "s": "%S"}[code]
        return value.strftime(form).lstrip("0") or "0"
    if code.startswith("ss"):
        return value.strftime("%S")
    return "" if code.startswith("[") or code == "mmmmm" else code.strip('"').lstrip("\\")


def _is_minute(codes: list[str], index: int) -> bool:
    """Whether an m stands after hours or before seconds."""
    letters = [(place, code) for place, code in enumerate(codes) if code[0] in "hmsdy" or code.startswith("[h")]
    places = [place for place, _ in letters]
    at = places.index(index)
    before = letters[at - 1][1] if at else ""
    after = letters[at + 1][1] if at + 1 < len(letters) else ""
    return before.strip("[").startswith("h") or after.startswith("s")
