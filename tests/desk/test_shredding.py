"""Documents that are destroyed, through the desk: what goes, what stays, and what a kill in the middle leaves."""

from __future__ import annotations

import io
import multiprocessing
import os
import shutil
import signal
import zipfile
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import Engine, event

from finslm.config import Settings
from finslm.desk import Desk
from finslm.documents import Document
from finslm.errors import DocumentMissing, PolicyDenied, VaultBusy
from finslm.search import Search
from finslm.vault import Vault, derive_key, open_database

WORDS = ("Zephyrine", "Xylographic")


def write(folder: Path, name: str, content: str | bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / name


def letter(subject: str, **attachments: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "a@example.org", subject, "<1@example.org>"
    message.set_content(f"The numbers of {subject} are attached.")
    for name, text in attachments.items():
        message.add_attachment(text, filename=f"{name}.txt")
    return message.as_bytes()


def decrypted(file: Path, key: bytes) -> bytes:
    """Every page of a SQLCipher 4 file, free ones too: AES-256-CBC, the IV first in each page's reserved end."""
    content, plain = file.read_bytes(), b""
    for start in range(0, len(content), 4096):
        page = content[start : start + 4096]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(page[-80:-64])).decryptor()
        plain += decryptor.update(page[16 if start == 0 else 0 : -80])
    return plain


def names(documents: tuple[Document, ...]) -> set[str]:
    return {document.filename for document in documents}


def fill(desk: Desk, folder: Path) -> Document:
    """A vault of two documents; the one to be shredded."""
    text = "\n\f".join(f"{WORDS[0]} {WORDS[1]} holdings owe {i} million." for i in range(40))
    [kept, gone] = desk.ingest([write(folder, "kept.txt", "Leverage was 3.1x."), write(folder, "gone.txt", text)])
    assert kept.document and gone.document
    return gone.document


@dataclass(frozen=True)
class Secrets:
    """The keys of a vault's databases, and what nothing must be left of: words, name, the document's sealed key."""

    keys: dict[str, bytes]
    traces: tuple[bytes, ...]

    @classmethod
    def of(cls, folder: Path, passphrase: str, document: Document) -> Secrets:
        vault = Vault.open(folder, "alice", passphrase)
        keys = {"records.db": vault.key_for("records")}
        index = derive_key(vault.collection_key("default"), "search index")
        keys |= {f"index/{file.name}": index for file in folder.glob("index/*.db")}
        vault.close()
        query = "SELECT sealed_key FROM documents WHERE id = ?"
        with open_database(folder / "records.db", keys["records.db"]).begin() as connection:
            sealed = connection.exec_driver_sql(query, (document.id,)).scalar_one()
        named = (b"gone.txt", document.id.encode(), document.sha256.encode())
        return cls(keys, (sealed, *named, b"ephyrin", b"ylographic"))

    def left_in(self, folder: Path) -> tuple[bytes, ...]:
        """Which traces the databases hold, deleted places and free pages included."""
        assert len(self.keys) == 2
        left = b"".join(decrypted(folder / name, key) for name, key in self.keys.items())
        assert b"kept.txt" in left and b"everage" in left
        assert not [journal for journal in folder.rglob("*-wal") if journal.stat().st_size]
        return tuple(trace for trace in self.traces if trace in left)


@pytest.fixture
def filled(vault_path: Path, passphrase: str, settings: Settings, tmp_path: Path) -> tuple[Document, Secrets]:
    """A vault with documents, one of which is to go, and the traces of that one."""
    with Desk.create(vault_path, passphrase, user="alice", settings=settings) as desk:
        document = fill(desk, tmp_path / "in")
    return document, Secrets.of(vault_path, passphrase, document)


def test_of_a_shredded_document_nothing_is_left(
    filled: tuple[Document, Secrets], vault_path: Path, passphrase: str, settings: Settings
) -> None:
    document, secrets = filled
    assert secrets.left_in(vault_path) == secrets.traces
    with Desk.open(vault_path, passphrase, user="alice", settings=settings) as desk:
        assert desk.shred("gone.txt") == (document,)
        assert (names(desk.documents()), desk.search(WORDS[0])) == ({"kept.txt"}, ())
        with pytest.raises(DocumentMissing):
            desk.document(document.id)
        report = desk.vault_verify()
        assert (report.failures, report.rebuilt, report.documents) == ((), (), 1)
        desk.audit_verify()
        [entry] = [entry for entry in desk.audit_entries() if entry.action == "shred"]
        assert (entry.resource, entry.details) == (f"Document:{document.id}", {"pages": document.page_count})
        # Before the vault is closed, for closing cuts the journals by itself.
        assert secrets.left_in(vault_path) == ()


def test_what_came_inside_goes_along_and_what_stands_elsewhere_stays(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    desk.ingest([write(folder, "report.txt", "Revenue rose by six per cent.\n")])
    one = letter("one", report="Revenue rose by six per cent.\n", annex="Leverage was 3.1x.", shared="Costs fell.")
    desk.ingest([write(folder, "one.eml", one), write(folder, "two.eml", letter("two", shared="Costs fell."))])
    assert names(desk.to_shred("one.eml")) == {"one.eml", "one.eml/annex.txt"}
    assert names(desk.shred("one.eml")) == {"one.eml", "one.eml/annex.txt"}
    assert names(desk.documents()) == {"report.txt", "two.eml", "one.eml/shared.txt"}
    assert desk.document("one.eml/shared.txt").parent == desk.document("two.eml").id
    assert names(desk.shred("two.eml")) == {"two.eml", "one.eml/shared.txt"}
    assert desk.vault_verify().failures == ()


def test_what_was_ever_given_by_itself_outlives_the_mail_around_it(desk: Desk, tmp_path: Path) -> None:
    folder, before, after = tmp_path / "in", "Costs fell.\n", "Leverage was 3.1x.\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("costs.txt", before)
    desk.ingest([write(folder, "box.zip", buffer.getvalue())])
    desk.ingest([write(folder, "one.eml", letter("one", costs=before, annex=after, only="Cash rose."))])
    [again] = desk.ingest([write(folder, "annex.txt", after)])
    assert (again.filename, again.status) == ("annex.txt", "unchanged")
    assert names(desk.shred("one.eml")) == {"one.eml", "one.eml/only.txt"}
    assert names(desk.documents()) == {"box.zip/costs.txt", "one.eml/annex.txt"}
    desk.shred("one.eml/annex.txt")
    assert desk.vault_verify().failures == ()


def test_an_attachment_can_be_shredded_alone_and_comes_back_with_its_mail(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "in", "one.eml", letter("one", annex="Leverage was 3.1x."))
    desk.ingest([path])
    assert names(desk.shred("one.eml/annex.txt")) == {"one.eml/annex.txt"}
    desk.shred("one.eml")
    assert [result.status for result in desk.ingest([path])] == ["stored", "stored"]


def test_another_process_reading_is_told_and_nothing_is_shown_any_more(
    desk: Desk, vault_path: Path, passphrase: str, tmp_path: Path
) -> None:
    document = fill(desk, tmp_path / "in")
    vault = Vault.open(vault_path, "alice", passphrase)
    reading = open_database(vault_path / "records.db", vault.key_for("records")).connect()
    vault.close()
    reading.exec_driver_sql("BEGIN")
    reading.exec_driver_sql("SELECT * FROM pages").all()
    with pytest.raises(VaultBusy, match="whose files may still hold them"):
        desk.shred(document.id)
    assert names(desk.documents()) == {"kept.txt"}
    reading.close()


@pytest.mark.heavy
def test_beside_a_process_that_writes_opening_and_search_go_on_and_the_next_time_makes_it_good(
    filled: tuple[Document, Secrets], vault_path: Path, passphrase: str, settings: Settings
) -> None:
    document, secrets = filled
    vault = Vault.open(vault_path, "alice", passphrase)
    with vault.shredding([document]):
        pass
    vault.close()
    writing = [open_database(vault_path / name, key).connect() for name, key in secrets.keys.items()]
    for each in writing:
        each.exec_driver_sql("BEGIN IMMEDIATE")
    vault = Vault.open(vault_path, "alice", passphrase)
    assert not vault.forget_past()
    search = Search(vault, settings.data_dir)
    [hit] = search.find("leverage", vault.documents(), limit=5, may_see=lambda _: True)
    assert hit.document.filename == "kept.txt"
    assert not search.remove([document])
    for each in writing:
        each.close()
        each.engine.dispose()
    search.find("leverage", vault.documents(), limit=5, may_see=lambda _: True)
    search.close()
    vault.close()
    Vault.open(vault_path, "alice", passphrase).close()
    assert secrets.left_in(vault_path) == ()


def test_who_may_not_shred_or_export_changes_nothing(
    vault_path: Path, passphrase: str, settings: Settings, tmp_path: Path
) -> None:
    with Desk.create(vault_path, passphrase, user="alice", settings=settings) as desk:
        document = fill(desk, tmp_path / "in")
    vault = Vault.open(vault_path, "alice", passphrase)
    with open_database(vault_path / "records.db", vault.key_for("records")).begin() as connection:
        connection.exec_driver_sql("UPDATE users SET roles = '[]'")
    vault.close()
    with Desk.open(vault_path, passphrase, user="alice", settings=settings) as desk:
        for action in (desk.to_shred, desk.shred, desk.export):
            with pytest.raises(PolicyDenied):
                action(document.id)
        assert desk.document(document.id) == document
        assert len(desk.search(WORDS[0], limit=1)) == 1


def killed_at(point: int, folder: Path, passphrase: str, settings: Settings) -> None:
    """Shreds in a process of its own, which is killed before its `point`th statement or commit."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)

    with Desk.open(folder, passphrase, user="alice", settings=settings) as desk:
        event.listen(Engine, "before_cursor_execute", count)
        event.listen(Engine, "commit", count)
        desk.shred("gone.txt")
        os._exit(0)


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.heavy), 4])
def test_a_kill_at_any_point_is_made_good_by_the_next_run(
    filled: tuple[Document, Secrets], vault_path: Path, passphrase: str, settings: Settings, tmp_path: Path, step: int
) -> None:
    document, secrets = filled
    cut_short = 0
    for point in range(1, 100, step):
        folder = tmp_path / f"killed at {point}"
        shutil.copytree(vault_path, folder)
        process = multiprocessing.get_context("fork").Process(
            target=killed_at, args=(point, folder, passphrase, settings)
        )
        process.start()
        process.join()
        with Desk.open(folder, passphrase, user="alice", settings=settings) as desk:
            if "gone.txt" in names(desk.documents()):
                cut_short += 1
                assert desk.shred("gone.txt") == (document,)
            report = desk.vault_verify()
            assert (report.failures, report.rebuilt, report.documents) == ((), (), 1), point
            desk.audit_verify()
        assert secrets.left_in(folder) == (), point
        shutil.rmtree(folder)
        if process.exitcode == 0:
            break
    assert process.exitcode == 0
    assert cut_short > 10 / step


def test_an_export_is_all_that_is_kept_and_is_written_down(desk: Desk, samples: Path) -> None:
    name = "results-release-northmere-q3-2025.pdf"
    desk.ingest([samples / name])
    exported = desk.export(name)
    document = exported.document
    assert exported.pages == tuple(desk.page(name, i) for i in range(document.page_count))
    assert exported.tables == desk.tables(name)
    [entry] = [entry for entry in desk.audit_entries() if entry.action == "export"]
    assert (entry.resource, entry.details) == (f"Document:{document.id}", {"pages": document.page_count})
