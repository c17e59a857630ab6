"""Which documents fit the filters of a search: by what their profile says of them, and by what the records do."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import get_args

from finslm.documents import Document, Filters, Sensitivity
from finslm.errors import UsageError
from finslm.search.profile import FORMS, OTHER, WORD, Profile, named

KNOWN_FORMS = (*FORMS, OTHER)


def fitting(filters: Filters, no_names: Collection[str]) -> Callable[[Document, Profile], bool]:
    """Tells whether a document fits; the words of `no_names` tell no company from another.

    Raises UsageError for a filter that no document can ever fit.
    """
    form, words = _form(filters.form), _company(filters.company, no_names)
    _check_sensitivity(filters.sensitivity)
    if filters.since and filters.until and filters.since > filters.until:
        raise UsageError(f"no day is since {filters.since} and until {filters.until}", next_step="swap the two days")

    def fits(document: Document, profile: Profile) -> bool:
        day = document.ingested_at.date()
        return (
            form in (None, profile.form)
            and filters.year in (None, *profile.years)
            and filters.sensitivity in (None, document.sensitivity)
            and (filters.since or day) <= day <= (filters.until or day)
            and _is_of(words, profile)
        )

    return fits


def _form(given: str | None) -> str | None:
    """The form as profiles name it, whatever the case of its letters."""
    known = {form.lower(): form for form in KNOWN_FORMS}
    if given is not None and given.lower() not in known:
        raise UsageError(f"there is no form {given}", next_step=f"give one of {', '.join(KNOWN_FORMS)}")
    return None if given is None else known[given.lower()]


def _check_sensitivity(given: str | None) -> None:
    known = get_args(Sensitivity)
    if given not in (None, *known):
        raise UsageError(f"there is no sensitivity {given}", next_step=f"give one of {', '.join(known)}")


def _company(given: str | None, no_names: Collection[str]) -> tuple[str, ...]:
    """The words of a company's name that tell it from others."""
    pieces = WORD.findall(" ".join(named(word) for word in (given or "").split()))
    words = tuple(word for word in pieces if word not in no_names and word != "&")
    if given is not None and not words:
        raise UsageError(f"{given} names no company", next_step="give a word of its name")
    return words


def _is_of(words: tuple[str, ...], profile: Profile) -> bool:
    """Is every word a name of the document, or all of them one (a file named ACTIVISIONBLIZZARD)?"""
    return all(_is_named(word, profile) for word in words) or _is_named("".join(words), profile)


def _is_named(word: str, profile: Profile) -> bool:
    """Is `word` a name of the document, or a part of one (Coca-Cola)?"""
    return word in profile.names or any(word in WORD.findall(name) for name in profile.names if word in name)
