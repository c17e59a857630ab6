"""Search over the collections of a vault, one index file each."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from finslm.documents import UNFILTERED, Document, Filters, Hit
from finslm.search.candidates import Candidates, Query
from finslm.search.collection import IndexedCollection
from finslm.search.filtering import fitting
from finslm.search.index import CollectionIndex, Entry, delete_index
from finslm.search.index_check import IndexCheck
from finslm.search.passages import best_passage, whole_page
from finslm.search.profile import Profile
from finslm.search.ranking import Column, Signs, Weights, features
from finslm.search.routing import YEAR_ASKED, Router, years_asked
from finslm.search.statements import StatementLikeness
from finslm.search.terms import WORD, load_legal_forms, load_stop_words, terms_of
from finslm.search.thesaurus import Thesaurus, plain
from finslm.vault import Vault, derive_key

CONCEPT = 0.2
"""The weight of a concept beside terms: that of a word that stands on some thirty pages."""
NAME = 0.5
"""A word that stands on half of a document's pages, or in its file name, names it."""


class Search:
    """The indexes of one vault, opened when first needed and brought in line with the records."""

    def __init__(self, vault: Vault, data_dir: Path) -> None:
        self._vault = vault
        self._stop_words = load_stop_words(data_dir)
        self._no_names = self._stop_words | load_legal_forms(data_dir)
        self._thesaurus = Thesaurus.load(data_dir)
        self._likeness = StatementLikeness(self._thesaurus.statements)
        self._weights = Weights.load(data_dir)
        self._collections: dict[str, IndexedCollection] = {}
        self._last_router: Router | None = None

    def close(self) -> None:
        """Closes the index files."""
        for collection in self._collections.values():
            collection.index.close()
        self._collections.clear()

    def add(self, document: Document) -> None:
        """Indexes a document that was stored now."""
        collection = self._opened(document.collection)
        if document.id not in collection.entries:
            collection.add(document, tuple(self._vault.pages(document.id)))

    def remove(self, documents: Iterable[Document]) -> bool:
        """Forgets documents, those that are indexed; False where words of them may stay in a file for now."""
        by_collection: dict[str, list[str]] = {}
        for document in documents:
            by_collection.setdefault(document.collection, []).append(document.id)
        are_forgotten = [self._opened(name).remove(ids) for name, ids in by_collection.items()]
        return all(are_forgotten)

    def check(self, name: str) -> IndexCheck:
        """The index of collection `name`, to be held against its documents."""
        return IndexCheck(lambda: self._opened(name))

    def rebuild(self, name: str, documents: Sequence[Document]) -> None:
        """Makes the index of collection `name` anew, from the records of `documents`. Raises VaultTampered, NoSpaceLeft."""
        if name in self._collections:
            self._collections.pop(name).index.close()
        delete_index(self._place(name)[0])
        for document in documents:
            self.add(document)

    def find(
        self,
        query: str,
        documents: Sequence[Document],
        *,
        limit: int,
        may_see: Callable[[Document], bool],
        whole_pages: bool = False,
        filters: Filters = UNFILTERED,
    ) -> tuple[Hit, ...]:
        """The best pages of `documents` that `may_see` lets through, best first: whole, or the passage that fits best.

        Raises UsageError for filters that no document can ever fit.
        """
        read = self._read(query)
        documents = self._fitting(documents, filters)
        collections = self._collections_of(documents)
        candidates = Candidates(collections, self._router(collections), documents, may_see)
        scored: list[tuple[float, Document, int]] = []
        for name, routes in candidates.of(read).items():
            scored += self._scored(read, collections[name], routes)
        scored.sort(key=lambda place: -place[0])
        shown = whole_page if whole_pages else partial(best_passage, words=(*read.terms, *read.meaning.phrases))
        return tuple(
            Hit(shown(document.id, collections[document.collection].page(document, row)), document, score)
            for score, document, row in scored[:limit]
        )

    def in_full(self, query: str, earlier: Sequence[str], documents: Sequence[Document]) -> str:
        """A follow-up with what it leaves out, taken from the questions before it: company, years, or what is asked for."""
        if not earlier:
            return query
        router = self._router(self._collections_of(documents))
        has_names, has_concept = router.is_named(query), bool(self._thesaurus.meaning(query).sought)
        if has_names and has_concept:
            return query
        before = self.in_full(earlier[-1], earlier[:-1], documents)
        if years_asked(query):
            before = YEAR_ASKED.sub(" ", before)
        if has_concept:
            before = self._thesaurus.meaning(before).rest.replace("|", " ")
        if has_names:
            before = " ".join(word for word in before.split() if not router.is_named(word))
        return f"{before} {query}"

    def sought(self, query: str) -> frozenset[str]:
        """The words to look for on a page: those of `query`, and of the phrases that filings print for what it asks."""
        read = self._read(query)
        return frozenset(WORD.findall(" ".join((*read.terms, *read.meaning.phrases)).casefold())) - self._stop_words

    def coverage(self, query: str, hits: Sequence[Hit], passages: Sequence[str]) -> float:
        """How much of what `query` asks about stands in `passages`, or names the documents of `hits`: 0 to 1.

        A term's weight is its inverse document frequency over the collections; a term that stands nowhere weighs most. A
        concept of the thesaurus stands where any of its phrases does.
        """
        meaning = self._thesaurus.meaning(query)
        collections = self._collections_of([hit.document for hit in hits])
        names = {word for hit in hits for word in collections[hit.document.collection].names(hit.document)}
        terms = [term for term in terms_of(meaning.rest, self._stop_words) if term not in names]
        weights = [
            (_weight(term, collections.values()), any(stands_in(term, text) for text in passages)) for term in terms
        ]
        weights += [(CONCEPT, _any_stands(phrases, passages)) for phrases in meaning.sought]
        total = sum(weight for weight, _ in weights)
        return sum(weight for weight, stands in weights if stands) / total if total else 1.0

    def _read(self, query: str) -> Query:
        return Query(query, terms_of(query, self._stop_words), self._thesaurus.meaning(query))

    def _fitting(self, documents: Sequence[Document], filters: Filters) -> Sequence[Document]:
        if filters == UNFILTERED:
            return documents
        fits = fitting(filters, self._no_names)
        collections = self._collections_of(documents)
        return tuple(each for each in documents if fits(each, collections[each.collection].entries[each.id].profile))

    def page_features(self, query: str, document: Document) -> Column:
        """The features of each page of a document for `query` (pages, features): what the page scorer is trained on."""
        read, collection = self._read(query), self._aligned(document.collection)
        (found,) = self._features(read, collection, [document]).values()
        return found

    def _features(
        self, query: Query, collection: IndexedCollection, documents: Sequence[Document]
    ) -> dict[Document, Column]:
        entries = {document: collection.entries[document.id] for document in documents}
        places = tuple(entries.values())
        telling = _without_names(query.terms, places[0].profile)
        words = collection.index.scores(telling, places) or collection.index.scores(query.terms, places)
        phrases = collection.index.scores(query.meaning.phrases, places)
        return {
            document: features(
                Signs(_column(words, entry), _column(phrases, entry), *collection.index.looks(entry.first, entry.last)),
                query.meaning,
                self._likeness.names,
            )
            for document, entry in entries.items()
        }

    def _scored(
        self, query: Query, collection: IndexedCollection, routes: Mapping[Document, float]
    ) -> Iterator[tuple[float, Document, int]]:
        """Each page of the documents of `routes` that something speaks for: its score, its document, its row."""
        for document, found in self._features(query, collection, tuple(routes)).items():
            first, route = collection.entries[document.id].first, self._weights.route * routes[document]
            # A page for which nothing but its document speaks is no hit.
            scores = found @ np.array(self._weights.pages)
            yield from ((float(s) + route, document, first + i) for i, s in enumerate(scores) if s > 0)

    def _router(self, collections: Mapping[str, IndexedCollection]) -> Router:
        """The router over all documents of `collections`, made anew when these have changed."""
        profiles = {id: entry.profile for each in collections.values() for id, entry in each.entries.items()}
        if self._last_router is None or self._last_router.profiles.keys() != profiles.keys():
            self._last_router = Router(profiles)
        return self._last_router

    def _collections_of(self, documents: Sequence[Document]) -> dict[str, IndexedCollection]:
        return {name: self._aligned(name) for name in sorted({document.collection for document in documents})}

    def _aligned(self, name: str) -> IndexedCollection:
        """A collection whose index holds exactly the documents that the records hold."""
        collection = self._opened(name)
        stored = self._vault.document_ids(name)
        if stored != collection.entries.keys():
            collection.align({document.id: document for document in self._vault.documents(name)}, self._vault.pages)
        return collection

    def _opened(self, name: str) -> IndexedCollection:
        if name not in self._collections:
            index = CollectionIndex(*self._place(name))
            self._collections[name] = IndexedCollection(index, self._likeness, self._stop_words)
        return self._collections[name]

    def _place(self, name: str) -> tuple[Path, bytes]:
        """The file of a collection's index, and its key."""
        key = derive_key(self._vault.collection_key(name), "search index")
        # The file's name must not tell the collection's.
        return self._vault.folder / "index" / f"{hashlib.sha256(key).hexdigest()[:16]}.db", key


def stands_in(term: str, text: str) -> bool:
    """Does `term` stand in `text`, up to its ending (revenue, revenues)?"""
    stem = term if len(term) < 5 or any(c.isdigit() for c in term) else term[: max(4, len(term) - 2)]
    return stem in text.lower()


def _weight(term: str, collections: Iterable[IndexedCollection]) -> float:
    """The inverse document frequency of a term over all pages of some collections."""
    return 1.0 / math.log2(2 + sum(collection.index.frequency(term) for collection in collections))


def _without_names(terms: Sequence[str], likeliest: Profile) -> tuple[str, ...]:
    """The terms that tell the pages of the likeliest document apart: a company's name stands on all of them."""
    return tuple(term for term in terms if likeliest.names.get(term, 0.0) < NAME)


def _any_stands(phrases: Sequence[str], passages: Sequence[str]) -> bool:
    texts = [plain(text) for text in passages]
    return any(phrase in text for phrase in phrases for text in texts)


def _column(scores: Mapping[int, float], entry: Entry) -> Column:
    """The scores of a document's rows, 0 where a row has none."""
    return np.array([scores.get(row, 0.0) for row in range(entry.first, entry.last + 1)])
