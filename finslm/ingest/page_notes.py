"""What a person should know of some pages of a document -> notes that name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

LISTED = 20


def notes_on_pages(*told: tuple[str, Sequence[int]]) -> Iterator[str]:
    """A note for each thing told of pages, by their indexes; none for what holds of no page."""
    return (f"{what}: {_listed(indexes)}" for what, indexes in told if indexes)


def _listed(indexes: Sequence[int]) -> str:
    shown = ", ".join(str(index) for index in indexes[:LISTED])
    return shown if len(indexes) <= LISTED else f"{shown} and {len(indexes) - LISTED} more"
