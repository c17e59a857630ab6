"""What an index keeps and what it forgets."""

import random
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from finslm.documents import Page
from finslm.search.index import PAGES_A_SHELF, CollectionIndex, PageLooks
from finslm.search.profile import Profile
from finslm.vault import open_database

KEY = bytes(range(32))
PROFILE = Profile({"vexillology": 1.0}, (2024,), "10-K", 0)
PLAIN = PageLooks((0.0, 0.0, 0.0), False)
PAGE_BYTES, RESERVED = 4096, 80


def decrypted(file: Path) -> bytes:
    """Every page of a SQLCipher 4 file, free ones too: AES-256-CBC, the IV first in each page's reserved end."""
    content, pages = file.read_bytes(), []
    for start in range(0, len(content), PAGE_BYTES):
        page = content[start : start + PAGE_BYTES]
        body, end = page[16 if start == 0 else 0 : -RESERVED], page[-RESERVED:]
        decryptor = Cipher(algorithms.AES(KEY), modes.CBC(end[:16])).decryptor()
        pages.append(decryptor.update(body))
    return b"".join(pages)


def add(index: CollectionIndex, document: str, *texts: str):  # type: ignore[no-untyped-def]
    pages = tuple(Page(i, text) for i, text in enumerate(texts))
    return index.add(document, pages, [PLAIN] * len(pages), PROFILE)


def test_a_removed_document_leaves_none_of_its_words_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    index = CollectionIndex(file, KEY)
    add(index, "kept", "The covenant ratio is measured quarterly. " * 40)
    add(index, "gone", *(f"Xylographic zephyrine holdings, page {i}. " * 40 for i in range(30)))
    assert index.remove([])  # cuts the journal
    assert b"ylographic" in decrypted(file) and b"exillology" in decrypted(file)
    assert index.remove(["gone"])
    left, journal = decrypted(file), file.with_name("index.db-wal")
    assert b"ylographic" not in left and b"zephyrin" not in left
    assert b"covenant" in left
    assert not journal.exists() or journal.stat().st_size == 0
    index.close()


def test_of_many_rare_words_none_stays_in_the_file(tmp_path: Path) -> None:
    """Rare words fill leaves of FTS5's tree, which end in separators and neighbours of their own."""
    names, file = random.Random(7), tmp_path / "index.db"

    def page() -> str:
        return " ".join("".join(names.choices("bcdfghjklmnpqrstvwxz", k=10)) for _ in range(150))

    index = CollectionIndex(file, KEY)
    texts = {document: [page() for _ in range(8)] for document in ("kept", "gone", "also kept", "gone too")}
    for document, pages in texts.items():
        add(index, document, *pages)
    assert index.remove(["gone", "gone too"])
    left = decrypted(file)
    # Eight letters of ten: a stem, or what a leaf keeps of a word that begins like its neighbour, would show.
    there = {left[at : at + 8] for at in range(len(left) - 7)}
    words = {
        document: {word[i : i + 8].encode() for text in pages for word in text.split() for i in (0, 2)}
        for document, pages in texts.items()
    }
    assert words["kept"] <= there
    assert (words["gone"] | words["gone too"]) & there == set()
    assert index.is_whole()
    index.close()


def test_a_place_that_was_given_to_another_document_is_left_alone(tmp_path: Path) -> None:
    index, beside = (CollectionIndex(tmp_path / "index.db", KEY) for _ in range(2))
    add(index, "old", "words of the old one")
    beside.remove(["old"])
    add(beside, "new", "words of the new one")
    assert index.remove(["old"])
    assert beside.frequency("new") == 1
    index.close()
    beside.close()


def test_traces_that_stayed_beside_a_reader_are_gone_at_the_next_opening(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    index, beside = CollectionIndex(file, KEY), open_database(file, KEY)
    add(index, "gone", "Xylographic zephyrine holdings. " * 40)
    with beside.connect() as reading:
        reading.exec_driver_sql("BEGIN")
        reading.exec_driver_sql("SELECT * FROM documents").all()
        assert not index.remove(["gone"])
    with beside.connect() as other:
        assert other.exec_driver_sql("PRAGMA application_id").scalar_one() == 1
    CollectionIndex(file, KEY).close()
    with beside.connect() as other:
        assert other.exec_driver_sql("PRAGMA application_id").scalar_one() == 0
    assert b"ylographic" not in decrypted(file)
    beside.dispose()
    index.close()


def test_documents_stand_on_shelves_and_are_found_on_all_of_them(tmp_path: Path) -> None:
    index = CollectionIndex(tmp_path / "index.db", KEY)
    first = add(index, "long", *("cash flows of the year" for _ in range(PAGES_A_SHELF)))
    second = add(index, "next", "nothing here", "the cash position")
    assert (first.shelf, second.shelf) == (0, 1)
    assert index.scores(["cash"], [second]).keys() == {second.first + 1}
    assert second.first + 1 in index.best(["position"], 5)
    assert index.page(second, second.first + 1) == Page(1, "the cash position")
    assert index.frequency("cash") == PAGES_A_SHELF + 1
    index.close()


def test_an_index_of_an_older_version_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    index = CollectionIndex(file, KEY)
    add(index, "old", "words")
    with index._transaction() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 1")
    index.close()
    again = CollectionIndex(file, KEY)
    assert again.entries() == {}
    add(again, "new", "words")
    assert again.frequency("words") == 1
    again.close()
