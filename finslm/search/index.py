"""The search index of one collection: an SQLCipher file with an FTS5 table, derived from the documents, rebuildable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from finslm.documents import Passage
from finslm.search.terms import match_any
from finslm.vault import database_errors_told, open_database

# Documents that were indexed whole stand in `indexed`; a passage's text stands once, in the FTS5 table.
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS indexed (document TEXT PRIMARY KEY)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS passages USING fts5("
    'id UNINDEXED, document UNINDEXED, page UNINDEXED, "start" UNINDEXED, "end" UNINDEXED, body, '
    "tokenize = 'porter unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab(passages, row)",
)
ADD = 'INSERT INTO passages (id, document, page, "start", "end", body) VALUES (:id, :document, :page, :start, :end, :body)'
FIND = (
    'SELECT id, document, page, "start", "end", body, -bm25(passages) AS score FROM passages '
    "WHERE passages MATCH :query ORDER BY bm25(passages) LIMIT :limit"
)


@dataclass(frozen=True)
class Match:
    """A passage with its BM25 score; a higher one is better."""

    passage: Passage
    score: float


class CollectionIndex:
    """The index in the file `path`, under the 32-byte `key`; made when it is not there."""

    def __init__(self, path: Path, key: bytes) -> None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._folder = path.parent
        self._database = open_database(path, key)
        with self._transaction() as connection:
            for statement in SCHEMA:
                connection.execute(text(statement))

    def close(self) -> None:
        """Closes the file."""
        self._database.dispose()

    def documents(self) -> frozenset[str]:
        """The ids of all documents that are indexed whole."""
        with self._transaction() as connection:
            return frozenset(connection.scalars(text("SELECT document FROM indexed")))

    def add(self, document_id: str, passages: Iterable[Passage]) -> None:
        """Indexes a document, all of it or nothing."""
        rows = [
            {
                "id": p.id,
                "document": p.document,
                "page": p.page,
                "start": p.start,
                "end": p.end,
                "body": p.text,
            }
            for p in passages
        ]
        with self._transaction() as connection:
            if rows:
                connection.execute(text(ADD), rows)
            connection.execute(text("INSERT INTO indexed VALUES (:id)"), {"id": document_id})

    def remove(self, document_id: str) -> None:
        """Forgets a document."""
        with self._transaction() as connection:
            for table in ("passages", "indexed"):
                connection.execute(text(f"DELETE FROM {table} WHERE document = :id"), {"id": document_id})  # noqa: S608

    def find(self, terms: Sequence[str], limit: int) -> tuple[Match, ...]:
        """The passages that hold any of the terms, best first."""
        if not terms:
            return ()
        with self._transaction() as connection:
            rows = connection.execute(text(FIND), {"query": match_any(terms), "limit": limit}).all()
        return tuple(Match(Passage(*row[:6]), row.score) for row in rows)

    def frequency(self, term: str) -> int:
        """In how many passages `term`, in any of its inflections, stands."""
        query = text("SELECT count(*) FROM passages WHERE passages MATCH :query")
        with self._transaction() as connection:
            return int(connection.scalar(query, {"query": match_any([term])}) or 0)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with database_errors_told(self._folder), self._database.begin() as connection:
            yield connection
