"""Things are broken on purpose: `vault_verify` names each, looks at everything else, and mends what is derived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from finslm.config import Settings
from finslm.desk import Desk
from finslm.documents import VaultReport
from finslm.errors import IntegrityError, PolicyDenied
from finslm.vault import Vault, derive_key, open_database

WORDS = {"covenants.txt": ("Leverage was 3.1x.", "Cover was 4.4x."), "payroll.txt": ("Wages rose in May.",)}
RELEASE = "results-release-northmere-q3-2025.pdf"


class Broken:
    """A vault with three documents, two of them of text, to be broken by hand and verified."""

    def __init__(self, folder: Path, passphrase: str, settings: Settings) -> None:
        self.folder, self._passphrase, self._settings = folder, passphrase, settings

    def desk(self) -> Desk:
        return Desk.open(self.folder, self._passphrase, user="alice", settings=self._settings)

    def verify(self) -> VaultReport:
        with self.desk() as desk:
            return desk.vault_verify()

    def id_of(self, filename: str) -> str:
        with self.desk() as desk:
            return desk.document(filename).id

    @property
    def index_file(self) -> Path:
        [file] = self.folder.glob("index/*.db")
        return file

    def in_records(self, statement: str, **values: object) -> None:
        self._run(lambda vault: open_database(self.folder / "records.db", vault.key_for("records")), statement, values)

    def in_index(self, statement: str, **values: object) -> None:
        def opened(vault: Vault) -> Engine:
            return open_database(self.index_file, derive_key(vault.collection_key("default"), "search index"))

        self._run(opened, statement, values)

    def _run(self, opened: Callable[[Vault], Engine], statement: str, values: dict[str, object]) -> None:
        vault = Vault.open(self.folder, "alice", self._passphrase)
        engine = opened(vault)
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            assert connection.execute(text(statement), values).rowcount != 0
            connection.commit()
        engine.dispose()
        vault.close()


@pytest.fixture
def vault(vault_path: Path, passphrase: str, settings: Settings, samples: Path, tmp_path: Path) -> Iterator[Broken]:
    for name, pages in WORDS.items():
        (tmp_path / name).write_text("\f".join(pages))
    with Desk.create(vault_path, passphrase, user="alice", settings=settings) as desk:
        desk.ingest([*(tmp_path / name for name in WORDS), samples / RELEASE])
    yield Broken(vault_path, passphrase, settings)


def test_a_whole_vault_verifies_and_is_left_as_it_was(vault: Broken) -> None:
    before = vault.index_file.stat().st_ino
    seen: list[tuple[int, int]] = []
    with vault.desk() as desk:
        report = desk.vault_verify(on_progress=lambda done, total: seen.append((done, total)))
        entry = desk.audit_entries()[-2]
    assert report == VaultReport(3, 4, 1, 1, (), ())
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert (entry.action, entry.outcome, entry.details["documents"]) == ("vault_verify", "allowed", 3)
    assert vault.index_file.stat().st_ino == before


def flip(table: str, column: str) -> str:
    """A statement that changes the last byte of a sealed object of one document."""
    return (
        f"UPDATE {table} SET {column} = CAST(substr({column}, 1, length({column}) - 1)"
        f" || CASE substr({column}, -1) WHEN x'00' THEN x'01' ELSE x'00' END AS BLOB) WHERE {{key}} = :id"
    )


@pytest.mark.parametrize(
    ("statement", "filename"),
    [
        (flip("pages", "sealed_text").format(key="document_id"), "covenants.txt"),
        (flip("tables", "sealed_tables").format(key="document_id"), RELEASE),
        (flip("documents", "sealed_key").format(key="id"), "payroll.txt"),
        ("DELETE FROM pages WHERE document_id = :id AND page_index = 1", "covenants.txt"),
        ("UPDATE documents SET page_count = 2 WHERE id = :id", "payroll.txt"),
    ],
)
def test_a_document_that_does_not_open_is_named_and_the_others_are_looked_at(
    vault: Broken, statement: str, filename: str
) -> None:
    document = vault.id_of(filename)
    vault.in_records(statement, id=document)
    report = vault.verify()
    assert [damage.document for damage in report.failures] == [document]
    assert (report.documents, report.rebuilt) == (3, ())
    with vault.desk() as desk:
        entry = desk.audit_entries()[-2]
    assert (entry.outcome, entry.details["failed"]) == ("failed", [document])


def test_pages_of_no_document_are_told(vault: Broken) -> None:
    document = vault.id_of("covenants.txt")
    vault.in_records("DELETE FROM documents WHERE id = :id", id=document)
    report = vault.verify()
    assert {damage.document for damage in report.failures} == {None}
    assert "belongs to no row of documents" in report.failures[0].what
    assert report.rebuilt == ("default",)  # the index held a document that the records do not know


def test_a_collection_whose_key_does_not_open_costs_its_documents_and_leaves_its_index(vault: Broken) -> None:
    vault.in_records(flip("collections", "sealed_key").format(key="name"), id="default")
    report = vault.verify()
    assert len([damage for damage in report.failures if damage.document]) == 3
    assert report.rebuilt == ()
    assert vault.index_file.exists()


def test_a_changed_byte_of_the_records_file_is_told_wherever_it_is(vault: Broken) -> None:
    file = vault.folder / "records.db"
    whole = file.read_bytes()
    pages = range(len(whole) // 4096)
    told = 0
    for page in pages:
        content = bytearray(whole)
        content[page * 4096 + 1000] ^= 1
        file.write_bytes(bytes(content))
        try:
            assert vault.verify().failures
        except IntegrityError:
            continue  # the vault does not even open
        told += 1
    assert told > len(pages) // 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM shelf_0 WHERE rowid = 1",
        "DELETE FROM pages WHERE row = 2",
        "DELETE FROM documents WHERE first = 1",
        "INSERT INTO shelf_0 (rowid, body) VALUES (77, 'words of a document that was shredded')",
        "UPDATE shelf_0 SET body = 'Leverage was 1.3x.' WHERE rowid = 1",
        "DELETE FROM shelf_0_content WHERE id = 1",
        "DELETE FROM shelf_0_data WHERE id > 10",
        "DROP TABLE shelf_0",
        "DROP TABLE pages",
    ],
)
def test_an_index_that_differs_from_the_records_is_made_anew(vault: Broken, statement: str) -> None:
    vault.in_index(statement)
    assert_rebuilt(vault)


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def overwritten(content: bytes) -> bytes:
    return b"junk" * (len(content) // 4)


def flipped(content: bytes) -> bytes:
    return content[:-2000] + bytes([content[-2000] ^ 1]) + content[-1999:]


def emptied(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("change", [truncated, overwritten, flipped, emptied])
def test_a_damaged_index_file_is_made_anew(vault: Broken, change: Callable[[bytes], bytes]) -> None:
    vault.index_file.write_bytes(change(vault.index_file.read_bytes()))
    assert_rebuilt(vault)


def test_a_deleted_index_file_is_made_anew(vault: Broken) -> None:
    vault.index_file.unlink()
    assert_rebuilt(vault)


def assert_rebuilt(vault: Broken) -> None:
    report = vault.verify()
    assert (report.failures, report.rebuilt) == ((), ("default",))
    assert vault.verify().rebuilt == ()
    with vault.desk() as desk:
        assert desk.search("leverage", limit=1)[0].passage.text.startswith("Leverage was 3.1x.")


def test_search_says_what_mends_a_damaged_index(vault: Broken) -> None:
    vault.index_file.write_bytes(overwritten(vault.index_file.read_bytes()))
    with vault.desk() as desk, pytest.raises(IntegrityError, match="finslm vault verify"):
        desk.search("leverage")


def test_an_index_is_rebuilt_beside_a_damaged_document_with_what_opens(vault: Broken) -> None:
    document = vault.id_of("payroll.txt")
    vault.in_records(flip("pages", "sealed_text").format(key="document_id"), id=document)
    vault.index_file.write_bytes(b"")
    report = vault.verify()
    assert [damage.document for damage in report.failures] == [document]
    assert report.rebuilt == ("default",)


def test_only_an_officer_verifies(vault: Broken) -> None:
    vault.in_records("UPDATE users SET roles = '[\"analyst\"]'")
    with vault.desk() as desk, pytest.raises(PolicyDenied):
        desk.vault_verify()
