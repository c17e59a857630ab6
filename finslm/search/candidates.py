"""Which documents of a vault are searched page by page for a question."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from finslm.documents import Document
from finslm.search.collection import IndexedCollection
from finslm.search.routing import Router
from finslm.search.thesaurus import Meaning

MOST_ROUTED = 6
MOST_BY_WORDS = 3
"""So many documents: those that the question names, and where it names none clearly, those whose pages hold its words."""
TELLING_PAGES = 30


@dataclass(frozen=True)
class Query:
    """A question as search reads it: its terms, and what the thesaurus makes of it."""

    text: str
    terms: tuple[str, ...]
    meaning: Meaning


class Candidates:
    """The documents, of `documents` and permitted by `may_see`, that a question may mean."""

    def __init__(
        self,
        collections: Mapping[str, IndexedCollection],
        router: Router,
        documents: Sequence[Document],
        may_see: Callable[[Document], bool],
    ) -> None:
        self._collections = collections
        self._router = router
        self._known = {document.id: document for document in documents}
        self._may_see = may_see

    def of(self, query: Query) -> dict[str, dict[Document, float]]:
        """For each collection its candidates, with how much the question means them."""
        routes = {route.document: route.score for route in self._router.routes(query.text, self._known.keys())}
        if len(self._known) <= MOST_ROUTED:
            chosen = self._permitted(self._known, len(self._known))
        else:
            chosen = self._permitted(routes, MOST_ROUTED)
            if not self._router.is_named(query.text):
                by_words = (id for id in self._holders(query) if id not in chosen)
                chosen |= self._permitted(dict.fromkeys(by_words), MOST_BY_WORDS)
        found: dict[str, dict[Document, float]] = {}
        for document in chosen.values():
            score = routes.get(document.id, self._router.period_score(query.text, document.id))
            found.setdefault(document.collection, {})[document] = score
        return found

    def _permitted(self, ids: Iterable[str], most: int) -> dict[str, Document]:
        """The first documents that may be seen: a policy is asked for no more of them than needed."""
        chosen: dict[str, Document] = {}
        for document_id in ids:
            if len(chosen) == most:
                break
            document = self._known.get(document_id)
            if document is not None and self._may_see(document):
                chosen[document_id] = document
        return chosen

    def _holders(self, query: Query) -> Iterator[str]:
        """The documents of the pages that hold the question's words best."""
        for collection in self._collections.values():
            known = {id: entry for id, entry in collection.entries.items() if id in self._known}
            starts = sorted((entry.first, document_id) for document_id, entry in known.items())
            among = None if len(known) == len(collection.entries) else tuple(known.values())
            for row in collection.index.best(query.terms, TELLING_PAGES, among):
                yield starts[bisect_right(starts, (row, "\U0010ffff")) - 1][1]
