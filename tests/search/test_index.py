"""What an index keeps and what it forgets."""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from finslm.documents import Page
from finslm.search.index import PAGES_A_SHELF, CollectionIndex, PageLooks
from finslm.search.profile import Profile

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
    entry = add(index, "gone", *(f"Xylographic zephyrine holdings, page {i}. " * 40 for i in range(30)))
    index._forget_journal()
    assert b"ylographic" in decrypted(file) and b"exillology" in decrypted(file)
    index.remove("gone", entry)
    left, journal = decrypted(file), file.with_name("index.db-wal")
    assert b"ylographic" not in left and b"zephyrin" not in left
    assert b"covenant" in left
    assert not journal.exists() or journal.stat().st_size == 0
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
