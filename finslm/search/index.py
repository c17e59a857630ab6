"""The search index of one collection: an SQLCipher file, derived from the documents, rebuildable.

    shelf_N   FTS5: one row a page, its words; the rows of a document follow each other
    pages     what each page looks like: a likeness for each financial statement, a mark for tables of contents
    documents each indexed document with its shelf, its first and last row, and its profile

BM25 counts a word over the whole table that it searches. So that a search in some documents does not cost a walk through all,
documents stand on shelves of about a thousand pages; a word's rarity is that on its shelf.

FTS5's `secure-delete` and SQLite's `secure_delete` overwrite what is removed, and the file is written anew after it, so that no word of
a shredded document stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from finslm.documents import Page
from finslm.errors import VaultBusy
from finslm.search.profile import Profile
from finslm.search.terms import match_any
from finslm.vault import database_damage, database_errors_told, forget_past, open_database

VERSION = 2
REMEDY = "run `finslm vault verify`, which makes it anew from the documents"
PAGES_A_SHELF = 1000
SCHEMA = (
    "CREATE TABLE documents (document TEXT PRIMARY KEY, shelf INTEGER, first INTEGER, last INTEGER, profile TEXT)",
    "CREATE TABLE pages (row INTEGER PRIMARY KEY, page INTEGER, likeness TEXT, is_contents INTEGER)",
    f"PRAGMA user_version = {VERSION}",
)
TRACES = "PRAGMA application_id"
"""Is 1 while the file may still hold traces of a removed document, else 0."""
SHELF = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS {shelf} USING fts5(body, tokenize = 'porter unicode61 remove_diacritics 2')",
    "INSERT INTO {shelf} ({shelf}, rank) VALUES ('secure-delete', 1)",
)
BODY = "INSERT INTO {shelf} (rowid, body) VALUES (:row, :body)"
FIND = "SELECT rowid, -bm25({shelf}) AS score FROM {shelf} WHERE {shelf} MATCH :query"
BEST = "{find}{among} ORDER BY score DESC LIMIT :limit"
# The sign keeps the rows out of the plan: FTS5 would look the query up again for each of them.
AMONG = " AND +rowid IN (SELECT value FROM json_each(:rows))"


@dataclass(frozen=True)
class Entry:
    """An indexed document: its shelf, its rows there, and its profile."""

    shelf: int
    first: int
    last: int
    profile: Profile


@dataclass(frozen=True)
class PageLooks:
    """What a page looks like: its likeness to each statement, and whether it is a table of contents."""

    likeness: tuple[float, ...]
    is_contents: bool


class CollectionIndex:
    """The index in the file `path`, under the 32-byte `key`; made when it is not there, or is of another version."""

    def __init__(self, path: Path, key: bytes) -> None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self._folder = path.parent
        self._database = open_database(path, key)
        with self._transaction() as connection:
            if connection.scalar(text("PRAGMA user_version")) != VERSION:
                _empty(connection)
                for statement in SCHEMA:
                    connection.execute(text(statement))
            is_cut_short = connection.scalar(text(TRACES))
        if is_cut_short:
            self._forget_past()

    def close(self) -> None:
        """Closes the file."""
        self._database.dispose()

    def is_whole(self) -> bool:
        """Does the file read to its end, every shelf's words in order, with no row beside those of its documents?"""
        return not database_damage(self._database) and self._holds_only_documents()

    def entries(self) -> dict[str, Entry]:
        """Every indexed document."""
        with self._transaction() as connection:
            rows = connection.execute(text("SELECT document, shelf, first, last, profile FROM documents")).all()
        return {r.document: Entry(r.shelf, r.first, r.last, Profile(**json.loads(r.profile))) for r in rows}

    def add(self, document: str, pages: Sequence[Page], looks: Sequence[PageLooks], profile: Profile) -> Entry:
        """Indexes a document, all of it or nothing."""
        with self._transaction() as connection:
            entry = _next_entry(connection, len(pages), profile)
            fields = {"id": document, "shelf": entry.shelf, "first": entry.first, "last": entry.last}
            fields["profile"] = json.dumps(asdict(profile))
            connection.execute(text("INSERT INTO documents VALUES (:id, :shelf, :first, :last, :profile)"), fields)
            rows = range(entry.first, entry.last + 1)
            looking = [
                {"row": row, "page": page.index, "likeness": json.dumps(look.likeness), "contents": look.is_contents}
                for row, page, look in zip(rows, pages, looks, strict=True)
            ]
            bodies = [{"row": row, "body": page.text} for row, page in zip(rows, pages, strict=True)]
            if pages:
                connection.execute(text("INSERT INTO pages VALUES (:row, :page, :likeness, :contents)"), looking)
                connection.execute(text(BODY.format(shelf=_shelf(entry.shelf))), bodies)
        return entry

    def remove(self, documents: Iterable[str]) -> bool:
        """Forgets documents, those that are there: none of their words stays in the file.

        False where somebody else is using the file; the next call, or the next opening, makes that good.
        """
        try:
            with self._transaction() as connection:
                for document in documents:
                    _delete(connection, document)
                connection.execute(text(f"{TRACES} = 1"))
        except VaultBusy:
            return False
        return self._forget_past()

    def scores(self, phrases: Sequence[str], entries: Sequence[Entry]) -> dict[int, float]:
        """The BM25 score of each row of `entries` that holds any of the phrases."""
        if not phrases:
            return {}
        found: dict[int, float] = {}
        for shelf in sorted({entry.shelf for entry in entries}):
            ranges = [f"rowid BETWEEN {entry.first} AND {entry.last}" for entry in entries if entry.shelf == shelf]
            query = f"{FIND.format(shelf=_shelf(shelf))} AND ({' OR '.join(ranges)})"
            with self._transaction() as connection:
                rows = connection.execute(text(query), {"query": match_any(phrases)}).all()
            found |= {row.rowid: row.score for row in rows}
        return found

    def best(self, phrases: Sequence[str], limit: int, among: Sequence[Entry] | None = None) -> tuple[int, ...]:
        """The rows that hold any of the phrases, of all documents or of those of `among`, best first."""
        if not phrases:
            return ()
        with self._transaction() as connection:
            shelves = _shelves(connection) if among is None else sorted({entry.shelf for entry in among})
            found = [
                row
                for shelf in shelves
                for row in connection.execute(
                    text(BEST.format(find=FIND.format(shelf=_shelf(shelf)), among=AMONG if among else "")),
                    {"query": match_any(phrases), "limit": limit, **_rows_on(shelf, among)},
                )
            ]
        return tuple(row.rowid for row in sorted(found, key=lambda row: -row.score)[:limit])

    def looks(self, first: int, last: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Of the rows `first` to `last`: likeness (rows, statements) and marks for contents (rows)."""
        query = text("SELECT likeness, is_contents FROM pages WHERE row BETWEEN :first AND :last ORDER BY row")
        with self._transaction() as connection:
            found = connection.execute(query, {"first": first, "last": last}).all()
        likeness = json.loads("[" + ",".join(row.likeness for row in found) + "]")
        return np.array(likeness, float), np.array([row.is_contents for row in found], bool)

    def page(self, entry: Entry, row: int) -> Page:
        """The page of a row of `entry`, with its text."""
        shelf = _shelf(entry.shelf)
        query = text(f"SELECT page, body FROM {shelf} s JOIN pages ON pages.row = s.rowid WHERE s.rowid = :row")  # noqa: S608
        with self._transaction() as connection:
            index, body = connection.execute(query, {"row": row}).one()
        return Page(index, body)

    def pages(self, entry: Entry) -> Iterator[Page]:
        """The pages of a document, as far as they are there."""
        shelf = _shelf(entry.shelf)
        query = text(
            f"SELECT page, body FROM {shelf} s JOIN pages ON pages.row = s.rowid"  # noqa: S608
            " WHERE s.rowid BETWEEN :first AND :last ORDER BY s.rowid"
        )
        with self._transaction() as connection:
            for index, body in connection.execute(query, {"first": entry.first, "last": entry.last}):
                yield Page(index, body)

    def frequency(self, term: str) -> int:
        """On how many pages `term`, in any of its inflections, stands."""
        count = "SELECT count(*) FROM {shelf} WHERE {shelf} MATCH :query"
        with self._transaction() as connection:
            queries = [text(count.format(shelf=_shelf(shelf))) for shelf in _shelves(connection)]
            return sum(int(connection.scalar(query, {"query": match_any([term])}) or 0) for query in queries)

    def _forget_past(self) -> bool:
        with database_errors_told(self._folder, next_step=REMEDY):
            return forget_past(self._database, done=f"{TRACES} = 0")

    def _holds_only_documents(self) -> bool:
        """Does each row, on whichever shelf, stand in the place of a document?"""
        with self._transaction() as connection:
            shelves = connection.scalars(text("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'")).all()
            bodies = sum(_count(connection, shelf) for shelf in shelves)
            looks = _count(connection, "pages")
            places = connection.scalar(text("SELECT coalesce(sum(last - first + 1), 0) FROM documents"))
        return bool(bodies == looks == places)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with database_errors_told(self._folder, next_step=REMEDY), self._database.begin() as connection:
            yield connection


def delete_index(path: Path) -> None:
    """Takes the file of an index away, with its journal."""
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        file.unlink(missing_ok=True)


def _shelf(number: int) -> str:
    return f"shelf_{number}"


def _rows_on(shelf: int, among: Sequence[Entry] | None) -> dict[str, str]:
    """The value of AMONG: the rows on a shelf of the documents that are searched."""
    if not among:
        return {}
    return {"rows": json.dumps([row for e in among if e.shelf == shelf for row in range(e.first, e.last + 1)])}


def _count(connection: Connection, table: str) -> int:
    return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608


def _shelves(connection: Connection) -> Sequence[int]:
    return connection.scalars(text("SELECT DISTINCT shelf FROM documents ORDER BY shelf")).all()


def _delete(connection: Connection, document: str) -> None:
    """Deletes the rows of a document, in the place where the file has them: another process may have given its to another one."""
    place = text("SELECT shelf, first, last FROM documents WHERE document = :id")
    for shelf, first, last in connection.execute(place, {"id": document}).all():
        for table, row in ((_shelf(shelf), "rowid"), ("pages", "row")):
            delete = text(f"DELETE FROM {table} WHERE {row} BETWEEN :first AND :last")  # noqa: S608
            connection.execute(delete, {"first": first, "last": last})
    connection.execute(text("DELETE FROM documents WHERE document = :id"), {"id": document})


def _next_entry(connection: Connection, pages: int, profile: Profile) -> Entry:
    """The place for a document of so many pages: behind the last one, on its shelf where that has room."""
    shelf, last = connection.execute(text("SELECT max(shelf), max(last) FROM documents")).one()
    count = "SELECT coalesce(sum(last - first + 1), 0) FROM documents WHERE shelf = :shelf"
    on_shelf = connection.scalar(text(count), {"shelf": shelf}) or 0
    if shelf is None or on_shelf >= PAGES_A_SHELF:
        shelf = 0 if shelf is None else shelf + 1
        for statement in SHELF:
            connection.execute(text(statement.format(shelf=_shelf(shelf))))
    first = (last or 0) + 1
    return Entry(shelf, first, first + pages - 1, profile)


def _empty(connection: Connection) -> None:
    """Takes out the tables of another version; an FTS5 table takes its shadow tables with it."""
    made = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'"
    ordinary = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for query in (made, ordinary):
        for name in connection.scalars(text(query)).all():
            connection.execute(text(f'DROP TABLE "{name}"'))
