"""One collection made searchable: its index held in line with its documents, and the profiles of these in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from finslm.documents import Document, Page
from finslm.search.index import CollectionIndex, PageLooks
from finslm.search.profile import profile_of
from finslm.search.statements import StatementLikeness, is_contents


class IndexedCollection:
    """The index of a collection, and what it holds."""

    def __init__(self, index: CollectionIndex, likeness: StatementLikeness, stop_words: Collection[str]) -> None:
        self.index = index
        self._likeness = likeness
        self._stop_words = stop_words
        self.entries = index.entries()

    def add(self, document: Document, pages: Sequence[Page]) -> None:
        """Indexes a document."""
        looks = [PageLooks(self._likeness.of(page.text), is_contents(page.text)) for page in pages]
        profile = profile_of(document, pages, self._stop_words)
        self.entries[document.id] = self.index.add(document.id, pages, looks, profile)

    def remove(self, document_ids: Collection[str]) -> bool:
        """Forgets documents, those that are there; False where words of them may stay in the file for now."""
        is_forgotten = self.index.remove(document_ids)
        # Beside another process that is writing, they are all there still.
        self.entries = self.index.entries()
        return is_forgotten

    def names(self, document: Document) -> frozenset[str]:
        """The words that name a document."""
        return frozenset(self.entries[document.id].profile.names)

    def page(self, document: Document, row: int) -> Page:
        """The page of a row of `document`."""
        return self.index.page(self.entries[document.id], row)

    def align(self, stored: Mapping[str, Document], pages_of: Callable[[str], Iterable[Page]]) -> None:
        """Brings the index in line with the documents that the records hold."""
        # Another process may have done it already.
        self.entries = self.index.entries()
        if gone := self.entries.keys() - stored.keys():
            self.remove(gone)
        for document_id in sorted(stored.keys() - self.entries.keys()):
            self.add(stored[document_id], tuple(pages_of(document_id)))
