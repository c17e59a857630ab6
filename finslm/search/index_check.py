"""The index of one collection, held against the records document by document."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from finslm.documents import Document, Page
from finslm.errors import VaultTampered
from finslm.search.collection import IndexedCollection


class IndexCheck:
    """Tells whether an index is sound, once every document of its collection was compared or passed over."""

    def __init__(self, opened: Callable[[], IndexedCollection]) -> None:
        self._known: set[str] = set()
        self._collection: IndexedCollection | None = None
        try:
            collection = opened()
            self._collection = collection if collection.index.is_whole() else None
        except VaultTampered:
            # The index is derived from the records: damage of it is an answer here, not an end.
            pass

    def compare(self, document: Document, pages: Sequence[Page]) -> None:
        """Holds the index against a document and all of its pages."""
        self._known.add(document.id)
        if self._collection is not None and not _holds(self._collection, document, pages):
            self._collection = None

    def pass_over(self, document: Document) -> None:
        """Does not judge what the index holds of a document whose record is damaged."""
        self._known.add(document.id)

    def is_sound(self) -> bool:
        """Did the index hold every document compared, page by page and word for word, and no other one?"""
        return self._collection is not None and self._collection.entries.keys() <= self._known


def _holds(collection: IndexedCollection, document: Document, pages: Sequence[Page]) -> bool:
    entry = collection.entries.get(document.id)
    try:
        return entry is not None and tuple(collection.index.pages(entry)) == tuple(pages)
    except VaultTampered:
        return False
