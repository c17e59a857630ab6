"""The period a document reports on, or its own date where it reports on none."""

from __future__ import annotations

import re
from datetime import date

from finslm.triage.dates import DateFound, month_number, read_dates

HEAD_CHARS = 1200
YEAR = r"(?P<year>20\d\d|19\d\d)"
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
NUMBER = "|".join(ORDINALS)
QUARTER = (
    re.compile(rf"\bQ(?P<number>[1-4])\s*(?:of\s+)?[/-]?\s*(?P<fiscal>FY)?\s*['’]?{YEAR}", re.IGNORECASE),
    re.compile(rf"\b(?P<number>[1-4])Q\s*['’]?(?P<fiscal>FY)?{YEAR}", re.IGNORECASE),
    re.compile(rf"\b(?P<number>{NUMBER})[\s-]+quarter(?:\s+of)?(?:\s+(?P<fiscal>fiscal))?(?:\s+year)?[\s,]+{YEAR}", re.IGNORECASE),
)  # fmt: skip
HALF = (
    re.compile(rf"\bH(?P<number>[12])\s*['’]?(?P<fiscal>FY)?\s*{YEAR}", re.IGNORECASE),
    re.compile(rf"\b(?P<number>first|second|1st|2nd)[\s-]+half(?:\s+of)?(?:\s+(?P<fiscal>fiscal))?[\s,]+{YEAR}", re.IGNORECASE),
    re.compile(rf"\b(?P<number>half)[\s-]?year(?:ly)?(?:\s+results)?(?P<fiscal>)\s+{YEAR}", re.IGNORECASE),
)  # fmt: skip
FULL = (
    re.compile(r"\bFY\s?(?P<year>20\d\d(?:[-/]\d\d)?)(?!\d)", re.IGNORECASE),
    re.compile(rf"\b(?:annual|full[\s-]year|year-end)\s+(?:report|results|accounts)[^\n]{{0,40}}?\b{YEAR}", re.IGNORECASE),
    re.compile(rf"\bfiscal\s+(?:year\s+)?{YEAR}", re.IGNORECASE),
)  # fmt: skip
ENDED = re.compile(
    r"\b(?P<span>quarter(?:ly period)?|three months|thirteen weeks|13 weeks|half[\s-]year|six months|twenty-six weeks"
    r"|26 weeks|nine months|fiscal year|financial year|year|twelve months|52 weeks|53 weeks|month|period)"
    r"(?:\s+period)?\s+(?:ended|ending|to)\s+",
    re.IGNORECASE,
)
MONTHLY = re.compile(rf"\b(?P<month>[A-Z][a-z]{{2,8}})\s+{YEAR}\b")


def read_period(text: str, *, is_dated: bool) -> str | None:
    """`FY2023`, `Q3 2025`, `Q2 FY2025`, `H1 2024`, `2024-06`, `2024-06-17` or None.

    With `is_dated` the document is known by its day, as an invoice or a filed notice is, and that comes first.
    """
    head = text[:HEAD_CHARS]
    own = document_date(text)
    dated = own.isoformat() if own else None
    if is_dated:
        return dated or _reported(head)
    return _reported(head) or _month(head) or dated


def document_date(text: str) -> date | None:
    """The day of the document: a day labelled as such, or the first full date that is printed."""
    dates = read_dates(text[:4000])
    labelled = [one for one in dates if _is_labelled(text, one)]
    return (labelled or dates)[0].day if dates else None


def _is_labelled(text: str, found: DateFound) -> bool:
    before = text[max(0, found.start - 40) : found.start]
    label = r"(?:^|\n|\s{2})\s*(?:date|dated|sent|date of (?:report|issue|invoice)|(?:invoice|statement|notice|issue) date|datum|fecha|data)\b[^\n]{0,12}$"
    return re.search(label, before, re.IGNORECASE) is not None


def _reported(head: str) -> str | None:
    found = [*_named(head), *_ended(head)]
    return min(found)[1] if found else None


def _named(head: str) -> list[tuple[int, str]]:
    found = []
    for patterns, letter in ((QUARTER, "Q"), (HALF, "H")):
        for match in (match for pattern in patterns for match in pattern.finditer(head)):
            number = ORDINALS.get(match["number"].lower(), match["number"].replace("half", "1"))
            fiscal = "FY" if match["fiscal"] else ""
            found.append((match.start(), f"{letter}{number} {fiscal}{match['year']}"))
    for match in (match for pattern in FULL for match in pattern.finditer(head)):
        found.append((match.start(), f"FY{match['year'].replace('/', '-')}"))
    return found


def _ended(head: str) -> list[tuple[int, str]]:
    found = []
    dates = read_dates(head)
    for match in ENDED.finditer(head):
        after = [one.day for one in dates if 0 <= one.start - match.end() <= 12]
        period = _of_span(match["span"].lower(), after[0]) if after else None
        if period:
            found.append((match.start(), period))
    return found


def _of_span(span: str, end: date) -> str | None:
    if "quarter" in span or span.startswith(("three", "thirteen", "13")):
        return f"Q{_quarter(end)} {end.year}"
    if span.startswith(("half", "six", "twenty", "26")):
        return f"H{1 if end.month in range(2, 8) else 2} {end.year}"
    if "year" in span or span.startswith(("twelve", "52", "53")):
        return f"FY{end.year}"
    return f"{end:%Y-%m}" if span == "month" else None


def _quarter(end: date) -> int:
    """The quarter that ends at about this day: a 13-week quarter may end some days beside the month's end."""
    return ((end.month - (2 if end.day < 11 else 1)) % 12) // 3 + 1


def _month(head: str) -> str | None:
    for match in MONTHLY.finditer(head):
        number = month_number(match["month"])
        if number:
            return f"{match['year']}-{number:02}"
    return None
