"""Search over the collections of a vault, one index file each."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from finslm.documents import Document, Hit
from finslm.search.index import CollectionIndex
from finslm.search.passages import cut
from finslm.search.terms import load_stop_words, terms_of
from finslm.vault import Vault, derive_key


class Search:
    """The indexes of one vault, opened when first needed and brought in line with the records."""

    def __init__(self, vault: Vault, data_dir: Path) -> None:
        self._vault = vault
        self._stop_words = load_stop_words(data_dir)
        self._indexes: dict[str, CollectionIndex] = {}

    def close(self) -> None:
        """Closes the index files."""
        for index in self._indexes.values():
            index.close()
        self._indexes.clear()

    def add(self, document: Document) -> None:
        """Indexes a stored document."""
        self._index(document.collection)

    def find(
        self, query: str, documents: Sequence[Document], *, limit: int, may_see: Callable[[Document], bool]
    ) -> tuple[Hit, ...]:
        """The best passages of `documents` that `may_see` lets through, best first."""
        known = {document.id: document for document in documents}
        terms = terms_of(query, self._stop_words)
        hits: list[Hit] = []
        for collection in sorted({document.collection for document in documents}):
            hits += self._permitted(collection, terms, known, limit, may_see)
        return tuple(sorted(hits, key=lambda hit: -hit.score)[:limit])

    def coverage(self, query: str, passages: Sequence[str], collections: Sequence[str]) -> float:
        """How much of what `query` asks about stands in `passages`: 0 to 1, rare terms weighing more.

        A term's weight is its inverse document frequency over the collections; a term that stands nowhere weighs most.
        """
        terms = terms_of(query, self._stop_words)
        weights = {term: self._weight(term, collections) for term in terms}
        found = {term for term in terms if any(stands_in(term, passage) for passage in passages)}
        total = sum(weights.values())
        return sum(weights[term] for term in found) / total if total else 0.0

    def _permitted(
        self,
        collection: str,
        terms: Sequence[str],
        known: dict[str, Document],
        limit: int,
        may_see: Callable[[Document], bool],
    ) -> Iterator[Hit]:
        wanted = limit
        # Passages of other documents are passed over, so we look deeper until enough remain or none are left.
        depth = limit * 4
        while True:
            matches = self._index(collection).find(terms, depth)
            hits = [
                Hit(match.passage, known[match.passage.document], match.score)
                for match in matches
                if match.passage.document in known and may_see(known[match.passage.document])
            ]
            if len(hits) >= wanted or len(matches) < depth:
                return iter(hits[:wanted])
            depth *= 8

    def _weight(self, term: str, collections: Sequence[str]) -> float:
        frequency = sum(self._index(name).frequency(term) for name in collections)
        return 1.0 / math.log2(2 + frequency)

    def _index(self, collection: str) -> CollectionIndex:
        """The index of a collection, holding exactly the documents that the records hold."""
        if collection not in self._indexes:
            key = derive_key(self._vault.collection_key(collection), "search index")
            # The file's name must not tell the collection's.
            name = hashlib.sha256(key).hexdigest()[:16]
            self._indexes[collection] = CollectionIndex(self._vault.folder / "index" / f"{name}.db", key)
        index = self._indexes[collection]
        stored = {document.id for document in self._vault.documents(collection)}
        indexed = index.documents()
        for document_id in indexed - stored:
            index.remove(document_id)
        for document_id in sorted(stored - indexed):
            index.add(document_id, (p for page in self._vault.pages(document_id) for p in cut(document_id, page)))
        return index


def stands_in(term: str, text: str) -> bool:
    """Does `term` stand in `text`, up to its ending (revenue, revenues)?"""
    stem = term if len(term) < 5 or any(c.isdigit() for c in term) else term[: max(4, len(term) - 2)]
    return stem in text.lower()
