"""Personal data: where it stands on a page. Numbers count only when their own check digits say that they are ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import phonenumbers
from stdnum import iban, luhn

from finslm.documents import Page, PersonalData

EMAIL = re.compile(r"\b([\w.+-]{1,64})@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
CARD = re.compile(r"\b(?:\d{4}[ -]?){3}\d{1,7}\b")
# What stands behind a printed label is what the label says; the group is the value.
LABELLED = {
    "date_of_birth": r"(?:date of birth|born(?: on)?|d\.o\.b\.)\s*:?\s*(\d{1,2}[ ./-]\w+[ ./-]\d{2,4}|\w+ \d{1,2}, \d{4})",
    "passport": r"passport(?: no\.?| number)?\s*:?\s*([A-Z]{0,2}\d{6,9})\b",
    "national_id": r"(?:national insurance|social security|identity card|national id)(?: no\.?| number)?\s*:?\s*"
    r"((?=[A-Z0-9 -]*\d)[A-Z0-9]{2,4}(?:[ -]?[A-Z0-9]{2,4}){1,4})\b",
    "tax_id": r"(?:tax (?:id|identification|reference)|TIN|UTR)(?: no\.?| number)?\s*:?\s*([A-Z0-9][A-Z0-9 /-]{6,14}\d)",
    "account_number": r"account (?:no\.?|number)\s*:?\s*(\d[\d -]{5,16}\d)",
    "postal_address": r"(?:home )?address\s*:\s*(\d+ [^\n]{8,80})",
    "person": r"(?:full name|name of (?:client|customer|applicant))\s*:\s*([A-Z][\w'’-]+(?: [A-Z][\w'’-]+)+)",
}
PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in LABELLED.items()}


def find_personal_data(pages: Iterable[Page], shared_mailboxes: frozenset[str]) -> tuple[PersonalData, ...]:
    """Every finding in reading order; mailboxes that a team shares are nobody's personal data."""
    return tuple(
        sorted(
            {
                PersonalData(kind, page.index, *span)
                for page in pages
                for kind, span in _on(page.text, shared_mailboxes)
            },
            key=lambda finding: (finding.page, finding.start, finding.type),
        )
    )


def _on(text: str, shared_mailboxes: frozenset[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    for match in EMAIL.finditer(text):
        if match[1].lower() not in shared_mailboxes:
            yield "email", match.span()
    for match in IBAN.finditer(text):
        if iban.is_valid(match[0]):
            yield "iban", match.span()
    for match in CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 15 <= len(digits) <= 16 and digits[0] in "3456" and luhn.is_valid(digits):
            yield "card_number", match.span()
    for phone in phonenumbers.PhoneNumberMatcher(text, None):
        yield "phone", (phone.start, phone.end)
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            yield kind, match.span(1)
