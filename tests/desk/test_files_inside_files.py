"""Mails and archives through the desk: every file inside becomes a document, or a line of triage, of its own, or a failure of its own."""

from __future__ import annotations

import hashlib
import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from finslm.config import Settings
from finslm.desk import Desk
from finslm.documents import Document, IngestResult, TriageRecord
from finslm.vault import Vault, open_database


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def letter(subject: str = "Q3", **attachments: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "a@example.org", subject, "<1@example.org>"
    message.set_content(f"The numbers of {subject} are attached.")
    for name, content in attachments.items():
        filename = name.replace("__", ".")
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=filename)
    return message.as_bytes()


def write(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def outcome(results: tuple[IngestResult, ...]) -> list[tuple[str, str]]:
    return [(result.filename, result.status) for result in results]


def lines(records: tuple[TriageRecord, ...], folder: Path) -> list[tuple[str, str]]:
    return [(str(Path(record.path).relative_to(folder)), record.status) for record in records]


def stored(results: tuple[IngestResult, ...]) -> dict[str, Document]:
    return {result.filename: result.document for result in results if result.document}


def test_an_attachment_is_a_document_linked_to_its_mail(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "in", "mail.eml", letter(report__txt=b"Revenue rose by six per cent."))
    results = desk.ingest([path], sensitivity="confidential")
    assert outcome(results) == [("mail.eml", "stored"), ("mail.eml/report.txt", "stored")]
    mail, report = (stored(results)[name] for name in ("mail.eml", "mail.eml/report.txt"))
    assert (mail.parent, report.parent) == (None, mail.id)
    assert (report.sensitivity, report.source_path) == ("confidential", str(path / "report.txt"))
    assert desk.document("mail.eml/report.txt") == report
    assert {d.filename: d.parent for d in desk.documents()} == {"mail.eml": None, "mail.eml/report.txt": mail.id}
    assert [hit.document.id for hit in desk.search("six per cent")] == [report.id]
    assert not list(tmp_path.rglob("report.txt"))


def test_the_files_of_an_archive_are_documents_and_the_archive_is_none(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "in", "box.zip", zipped(a__txt=b"Revenue rose.", b__txt=b"Costs fell."))
    results = desk.ingest([path])
    assert outcome(results) == [("box.zip/a.txt", "stored"), ("box.zip/b.txt", "stored")]
    assert {document.parent for document in stored(results).values()} == {None}
    assert outcome(desk.ingest([path])) == [("box.zip/a.txt", "unchanged"), ("box.zip/b.txt", "unchanged")]


def test_the_files_of_an_archive_in_a_mail_belong_to_the_mail(desk: Desk, tmp_path: Path) -> None:
    inner = letter("inner", deep__txt=b"Costs fell.")
    content = letter(box__zip=zipped(a__txt=b"Revenue rose.", inner__eml=inner))
    documents = stored(desk.ingest([write(tmp_path / "in", "mail.eml", content)]))
    assert {name: document.parent for name, document in documents.items()} == {
        "mail.eml": None,
        "mail.eml/box.zip/a.txt": documents["mail.eml"].id,
        "mail.eml/box.zip/inner.eml": documents["mail.eml"].id,
        "mail.eml/box.zip/inner.eml/deep.txt": documents["mail.eml/box.zip/inner.eml"].id,
    }


def test_a_bad_member_fails_alone_with_its_path_and_is_tried_again(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "in", "mail.eml", letter(scan__png=b"\x89PNG....", a__txt=b"Revenue rose."))
    for status in ("stored", "unchanged"):
        results = desk.ingest([path])
        assert outcome(results) == [
            ("mail.eml", status),
            ("mail.eml/scan.png", "failed"),
            ("mail.eml/a.txt", status),
        ]
        assert results[1].path == str(path / "scan.png")
        assert "PNG picture" in str(results[1].error)
    failures = [entry for entry in desk.audit_entries() if entry.outcome == "failed"]
    assert len(failures) == 2


def test_an_unchanged_mail_is_not_read_again(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "in", "mail.eml", letter(a__txt=b"Revenue rose."))
    desk.ingest([path])
    assert outcome(desk.ingest([path])) == [("mail.eml", "unchanged")]


def test_what_an_interrupted_run_left_out_comes_with_the_next(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "in", "mail.eml", letter(a__txt=b"Revenue rose.", b__txt=b"Costs fell."))

    def interrupt(result: IngestResult) -> None:
        if result.filename == "mail.eml":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.ingest([path], on_result=interrupt)
    assert outcome(desk.ingest([path])) == [
        ("mail.eml", "unchanged"),
        ("mail.eml/a.txt", "stored"),
        ("mail.eml/b.txt", "stored"),
    ]


def test_the_same_attachment_in_two_mails_is_stored_once(desk: Desk, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / "in", f"{name}.eml", letter(name, a__txt=b"Revenue rose."))
    results = desk.ingest([tmp_path / "in"])
    assert [status for _, status in outcome(results)] == ["stored", "stored", "stored", "unchanged"]
    documents = {document.filename: document for document in desk.documents()}
    assert sorted(documents) == ["one.eml", "one.eml/a.txt", "two.eml"]
    assert documents["one.eml/a.txt"].parent in (documents["one.eml"].id, documents["two.eml"].id)


def test_an_archive_that_goes_on_and_on_ends(desk: Desk, tmp_path: Path) -> None:
    archive = zipped(end__txt=b"Revenue rose.")
    for depth in range(8):
        archive = zipped(**{f"box{depth}__zip": archive, f"note{depth}__txt": b"Note %d" % depth})
    results = desk.ingest([write(tmp_path / "in", "box.zip", archive)])
    assert [status for _, status in outcome(results)].count("failed") == 2  # the archive and the note five files deep
    assert "files deep" in str(next(result.error for result in results if result.status == "failed"))
    assert len(stored(results)) == 4


def test_hostile_members_cost_themselves_only(desk: Desk, tmp_path: Path) -> None:
    buffer = io.BytesIO(zipped(bomb__txt=bytes(64 * 2**20), good__txt=b"Revenue rose."))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("../../../etc/passwd", "root of all numbers")
        archive.writestr("protections", "no command")
    results = desk.ingest([write(tmp_path / "in", "box.zip", buffer.getvalue())])
    assert outcome(results) == [
        ("box.zip/bomb.txt", "failed"),
        ("box.zip/good.txt", "stored"),
        ("box.zip/passwd", "stored"),
        ("box.zip/protections", "stored"),
    ]


@pytest.mark.model
def test_triage_gives_each_file_inside_a_line_of_its_own(desk: Desk, tmp_path: Path) -> None:
    report, box = b"Revenue rose by six per cent.", zipped(a__txt=b"Costs fell.", bad__png=b"\x89PNG....")
    path = write(tmp_path / "in", "mail.eml", letter(scan__png=b"\x89PNG....", report__txt=report, box__zip=box))
    (tmp_path / "in" / "zz-link").symlink_to(path)
    records = desk.triage([tmp_path / "in"], workers=3)
    assert lines(records, tmp_path / "in") == [
        ("mail.eml", "done"),
        ("mail.eml/scan.png", "failed"),
        ("mail.eml/report.txt", "done"),
        ("mail.eml/box.zip/a.txt", "done"),
        ("mail.eml/box.zip/bad.png", "failed"),
        ("zz-link", "failed"),
    ]
    assert "symbolic link" in str(records[-1].error)
    digests = [hashlib.sha256(content).hexdigest() for content in (path.read_bytes(), report)]
    assert [records[0].sha256, records[2].sha256] == digests
    assert "PNG picture" in str(records[1].error)
    assert [entry.outcome for entry in desk.audit_entries() if entry.action == "triage"].count("failed") == 3
    assert desk.documents() == ()


@pytest.mark.model
def test_triage_goes_on_inside_a_mail_where_it_stopped(desk: Desk, tmp_path: Path) -> None:
    path = write(tmp_path / "in", "mail.eml", letter(a__txt=b"Revenue rose.", b__txt=b"Costs fell."))
    done: list[TriageRecord] = []
    told: list[TriageRecord] = []

    def interrupt(record: TriageRecord) -> None:
        done.append(record)
        if len(done) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.triage([path], on_record=interrupt)
    records = desk.triage([path], done=done, on_record=told.append)
    assert lines(records, path.parent) == [(name, "done") for name in ("mail.eml", "mail.eml/a.txt", "mail.eml/b.txt")]
    assert (records[:2], records[2:]) == (tuple(done), tuple(told))


@pytest.mark.model
def test_triage_names_an_attachment_that_came_before(desk: Desk, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / "in", f"{name}.eml", letter(name, a__txt=b"Revenue rose."))
    records = desk.triage([tmp_path / "in"])
    assert [record.duplicate_of for record in records] == [None, None, None, str(tmp_path / "in" / "one.eml" / "a.txt")]


@pytest.mark.model
def test_triage_of_an_archive_that_goes_on_and_on_ends(desk: Desk, tmp_path: Path) -> None:
    archive = zipped(end__txt=b"Revenue rose.")
    for depth in range(8):
        archive = zipped(**{f"box{depth}__zip": archive, f"note{depth}__txt": b"Note %d" % depth})
    path = write(tmp_path / "in", "box.zip", archive)
    records = desk.triage([path])
    failed = [record for record in records if record.status == "failed"]
    assert [(Path(record.path).name, record.sha256) for record in failed] == [("box3.zip", ""), ("note3.txt", "")]
    assert all("files deep" in str(record.error) for record in failed)
    assert len(records) == 6
    assert desk.triage([path], done=records, on_record=lambda record: pytest.fail(record.path)) == records


def test_a_vault_from_before_attachments_opens_and_takes_them(
    vault_path: Path, passphrase: str, settings: Settings, tmp_path: Path
) -> None:
    with Desk.create(vault_path, passphrase, user="alice", settings=settings) as desk:
        desk.ingest([write(tmp_path / "in", "old.txt", b"An old letter.")])
    vault = Vault.open(vault_path, "alice", passphrase)
    with open_database(vault_path / "records.db", vault.key_for("records")).begin() as connection:
        connection.exec_driver_sql("DROP TABLE attachments")
        connection.exec_driver_sql("DROP TABLE unfinished")
    vault.close()
    with Desk.open(vault_path, passphrase, user="alice", settings=settings) as desk:
        assert [document.parent for document in desk.documents()] == [None]
        results = desk.ingest([write(tmp_path / "in", "mail.eml", letter(a__txt=b"Revenue rose."))])
        assert stored(results)["mail.eml/a.txt"].parent == stored(results)["mail.eml"].id


def test_no_attachment_stays_open_in_memory(desk: Desk, tmp_path: Path) -> None:
    desk.ingest([write(tmp_path / "in", "box.zip", zipped(a__txt=b"Revenue rose.", bad__png=b"\x89PNG...."))])
    opened = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert not [target for target in opened if "memfd" in target]
