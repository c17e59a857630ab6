"""Whom a document is about: a company by its legal form, a central bank, or a labelled party."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

HEAD_CHARS = 2500
FORMS = (
    r"p\.?l\.?c\.?|Inc\.?|Incorporated|Corp\.?|Corporation|Company|Co\.,? Ltd\.?|Co\.|Limited|Ltd\.?|LLC|L\.L\.C\.|LLP|L\.?P\.?"
    r"|AG|SE|GmbH|KGaA|S\.?A\.?|S\.?p\.?A\.?|S\.?r\.?l\.?|S\.à r\.l\.|SCSp|N\.?V\.?|B\.?V\.?|ASA|AS|A/S|AB|Oyj|Oy|hf\.?|NL"
    r"|DAC|ICAV|FZE|REIT|Pte\.? Ltd\.?|Pty\.? Ltd\.?|Bancorp,? Inc\.?|Trust|Fund(?: [IVX]+)?|Group|Holdings?"
)
WORD = r"(?:[A-ZÀ-Ý0-9][\w'’.-]*|&|de|del|du|des|d'\w+|di|der|of|and|the|et|y|und|\([A-Z][\w ]+\))"
NAME = re.compile(
    rf"(?<![\w&])(?P<name>[A-ZÀ-Ý][\w'’.-]*(?:[ ]{WORD}){{0,6}}?(?:,?[ ](?:{FORMS})){{1,3}})(?=[\s,;:.)\"'’|(]|$)"
)
BODY = re.compile(r"^.*\b(?:board|committee|capital|shareholders|members|directors) of (?:the )?", re.IGNORECASE)
"""A body of a company, before its name."""
LABELLED = re.compile(
    r"^[ \t]*(?:issuer|borrower|obligor|company|registrant|client|account holder|legal name|fund|target|party a|emittent"
    r"|soci[eé]t[eé]|emisor|from)[ \t]*[:\t][ \t]*(?P<name>[^\n]{3,80}?)(?=\s{2,}|[\n(,;<\"]|$)|"
    r"^[ \t]*(?:issuer|borrower|obligor|company|registrant|account holder|legal name)[ \t]{2,}"
    r"(?P<name2>[^\n]{3,80}?)(?=\s{2,}|[\n(;\"]|$)",
    re.IGNORECASE | re.MULTILINE,
)
CENTRAL_BANK = re.compile(
    r"(?<!\w)((?:(?:The )?(?:Central|National|Reserve|Federal Reserve) Bank of(?: the)?|Bank of(?: Greater)?"
    r"|Banque Centrale (?:de|du)|Banco Central (?:de|do|del)|Banca Centrale di)(?: (?:[A-ZÀ-Ý][\w'’-]+|of|the)){1,4})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Candidate:
    name: str
    start: int


def read_issuer(text: str, *, doc_type: str, not_names: frozenset[str]) -> str | None:
    """The name of the company, fund or bank that the document is about; None where none is recognised.

    `not_names` are words that end or begin a heading but no name ("annual report of ...").
    """
    head = text[:HEAD_CHARS]
    if doc_type == "central_bank_statement":
        bank = CENTRAL_BANK.search(head)
        if bank:
            return _tidy(bank[1])
    candidates = [*_labelled(head), *_by_form(head, not_names)]
    return (
        _tidy(max(candidates, key=lambda one: _score(one, text)).name) if candidates else _first_line(head, not_names)
    )


def _labelled(head: str) -> list[_Candidate]:
    found = []
    for match in LABELLED.finditer(head):
        name = match["name"] or match["name2"]
        form = NAME.match(name.strip())
        if form:
            found.append(_Candidate(form["name"], 0))
    return found


def _by_form(head: str, not_names: frozenset[str]) -> list[_Candidate]:
    found = []
    for line in re.finditer(r"[^\n]+", head):
        # In a line of capitals every word looks like part of the name, so the pattern reads it in title case.
        shown = line[0].title() if line[0].isupper() else line[0]
        pattern = re.compile(NAME.pattern, re.IGNORECASE) if line[0].isupper() else NAME
        for match in pattern.finditer(shown):
            name = _without_heading(line[0][match.start("name") : match.end("name")], not_names)
            if name:
                found.append(_Candidate(name, line.start() + match.start("name")))
    return found


def _without_heading(name: str, not_names: frozenset[str]) -> str | None:
    words = BODY.sub("", name).split(" ")
    while words and words[0].lower().strip(".,:") in not_names:
        words.pop(0)
    return " ".join(words) if len(words) > 1 else None


def _score(candidate: _Candidate, text: str) -> float:
    first_words = " ".join(candidate.name.split(" ")[:2]).rstrip(",")
    mentions = len(re.findall(re.escape(first_words), text, re.IGNORECASE))
    return min(mentions, 6) * 0.5 - candidate.start / 400


def _first_line(head: str, not_names: frozenset[str]) -> str | None:
    """The first line, where it is short, capitalised and holds no word of a heading."""
    line: str = next((line.strip() for line in head.splitlines() if line.strip()), "")
    line = re.split(r"\s{2,}|[|:(]| - ", line)[0].strip()
    words: Sequence[str] = line.split()
    is_name = 1 < len(words) <= 5 and all(word[0].isupper() or word in ("&", "of", "and") for word in words)
    return _tidy(line) if is_name and not any(word.lower() in not_names for word in words) else None


def _tidy(name: str) -> str:
    """The name with single spaces, in title case where it was printed in capitals."""
    name = re.sub(r"\s+", " ", name).strip(" ,;:-")
    letters = [char for char in name if char.isalpha()]
    if sum(char.isupper() for char in letters) < 0.9 * len(letters):
        return name
    return " ".join(_title(word) for word in name.split(" "))


def _title(word: str) -> str:
    keeps = {"PLC": "plc", "S.P.A.": "S.p.A.", "OF": "of", "AND": "and", "THE": "the"}
    if word in keeps or word in (
        "AG",
        "SE",
        "SA",
        "ASA",
        "AS",
        "AB",
        "NV",
        "BV",
        "NL",
        "LLC",
        "LLP",
        "LP",
        "REIT",
        "ICAV",
        "DAC",
    ):
        return keeps.get(word, word)
    return word if re.fullmatch(r"(?:[A-Z]\.)+|[IVX]+", word) else word.capitalize()
