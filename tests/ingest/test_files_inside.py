"""ZIP archives, mails and Outlook messages: the files inside them come out beside their text."""

from __future__ import annotations

import base64
import datetime as dt
import io
import stat
import struct
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from compound_file import compound_file, outlook_message
from hypothesis import given
from hypothesis import strategies as st

from finslm.documents import Attachment, Reading
from finslm.errors import UnreadableDocument
from finslm.ingest import read_attachment, read_document
from finslm.ingest.inside import bare_name

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


def read(path: Path, content: bytes, *, memory_bytes: int = 2**30) -> Reading:
    path.write_bytes(content)
    return read_document(path, timeout_s=60, memory_bytes=memory_bytes)


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def marked_encrypted(archive: bytes) -> bytes:
    """The archive with the encryption flag set on its only member."""
    local, central = archive.index(b"PK\x03\x04"), archive.index(b"PK\x01\x02")
    flagged = bytearray(archive)
    flagged[local + 6] |= 1
    flagged[central + 8] |= 1
    return bytes(flagged)


# ---------------------------------------------------------------------- ZIP


def test_an_archive_has_no_page_and_gives_its_files(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = zipped(
        ("2024/", b""),
        ("2024/a.txt", b"Revenue"),
        (".DS_Store", b"x"),
        ("__MACOSX/a.txt", b"x"),
        (link, b"/etc/passwd"),
    )
    reading = read(tmp_path / "box.dat", archive)
    assert (reading.media_type, reading.pages) == ("application/zip", ())
    assert reading.attachments == (Attachment("a.txt", b"Revenue"),)


def test_a_file_inside_is_read_like_any_other() -> None:
    reading = read_attachment(Attachment("a.txt", b"Revenue rose."), timeout_s=30, memory_bytes=2**30)
    assert [page.text for page in reading.pages] == ["Revenue rose."]


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\jo\\..\\report.pdf", "report.pdf"),
        ("a/..", "unnamed"),
        ("", "unnamed"),
        ("report\x1b[2J\r\n.pdf", "report[2J.pdf"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
        ("Bericht für März.pdf", "Bericht für März.pdf"),
    ],
)
def test_names_lose_their_folders(name: str, bare: str) -> None:
    assert bare_name(name) == bare


@given(st.text())
def test_no_name_leads_anywhere(name: str) -> None:
    bare = bare_name(name)
    assert bare.isprintable()
    assert bare not in ("", ".", "..")
    assert not {"/", "\\", "\0"} & set(bare)
    assert Path("folder", bare).parent == Path("folder")


def test_a_member_that_climbs_out_of_the_archive_gets_a_bare_name(tmp_path: Path) -> None:
    reading = read(tmp_path / "box.zip", zipped(("../../etc/passwd", b"root")))
    assert [inner.name for inner in reading.attachments] == ["passwd"]


def test_a_zip_bomb_costs_its_member_only(tmp_path: Path) -> None:
    archive = zipped(("bomb.txt", bytes(300 * 2**20)), ("a.txt", b"Revenue"))
    bomb, good = read(tmp_path / "box.zip", archive, memory_bytes=256 * 2**20).attachments
    assert (bomb.name, bomb.content) == ("bomb.txt", b"")
    assert "zip bomb" in bomb.refusal
    assert good == Attachment("a.txt", b"Revenue")


def test_a_size_that_is_declared_too_small_is_damage(tmp_path: Path) -> None:
    archive = bytearray(zipped(("bomb.txt", bytes(50 * 2**20))))
    central = archive.index(b"PK\x01\x02")
    archive[central + 24 : central + 28] = struct.pack("<I", 1000)
    [bomb] = read(tmp_path / "box.zip", bytes(archive), memory_bytes=256 * 2**20).attachments
    assert "damaged" in bomb.refusal


def test_members_beyond_the_size_allowed_are_kept_out_by_name(tmp_path: Path) -> None:
    half = bytes(range(256)) * (60 * 2**12)  # 60 MiB
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in ("one.txt", "two.txt"):
            archive.writestr(name, half)
        archive.writestr("three.txt", b"Revenue")
    one, two, three = read(tmp_path / "box.zip", buffer.getvalue()).attachments
    assert not one.refusal
    assert "more than 64 MiB" in two.refusal
    assert three.content == b"Revenue"


def test_an_encrypted_member_is_kept_out_by_name(tmp_path: Path) -> None:
    [inner] = read(tmp_path / "box.zip", marked_encrypted(zipped(("secret.pdf", b"x")))).attachments
    assert inner.name == "secret.pdf"
    assert "encrypted" in inner.refusal


def test_a_flipped_member_is_kept_out_and_the_others_are_read(tmp_path: Path) -> None:
    archive = bytearray(zipped(("bad.txt", b"Revenue rose by six per cent."), ("good.txt", b"Costs fell.")))
    archive[45] ^= 0xFF
    bad, good = read(tmp_path / "box.zip", bytes(archive)).attachments
    assert "damaged" in bad.refusal
    assert good.content == b"Costs fell."


def test_archives_of_nothing_and_of_too_much_are_refused(tmp_path: Path) -> None:
    for content, reason in ((zipped(), "no file"), (zipped(*((f"{n}.txt", b"x") for n in range(1001))), "1001 files")):
        with pytest.raises(UnreadableDocument, match=reason):
            read(tmp_path / "box.zip", content)


# ---------------------------------------------------------------------- mail


def letter(subject: str = "Q3") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    message["Message-ID"] = "<1@example.org>"
    message.set_content("Numbers inside.")
    return message


def test_the_attachments_of_a_mail_come_out_and_pictures_of_its_layout_do_not(tmp_path: Path) -> None:
    message = letter()
    message.add_alternative("<p>Numbers <img src='cid:logo'> inside.</p>", subtype="html")
    message.get_payload()[1].add_related(PICTURE, "image", "png", cid="<logo>", filename="logo.png")
    message.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="../../q3.pdf")
    message.add_attachment("a,b,c\n1,2,3\n", subtype="csv", filename="Zahlen für Q3.csv")
    message.add_attachment(b"sig", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    reading = read(tmp_path / "mail.eml", message.as_bytes())
    assert [(inner.name, inner.content.strip()) for inner in reading.attachments] == [
        ("q3.pdf", b"%PDF-1.4 x"),
        ("Zahlen für Q3.csv", b"a,b,c\n1,2,3"),
    ]
    assert reading.pages[0].text.endswith("Numbers inside.\n\nAttachment: q3.pdf\nAttachment: Zahlen für Q3.csv\n")


def test_a_mail_inside_a_mail_is_one_attachment(tmp_path: Path) -> None:
    inner = letter("Inner")
    inner.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="deep.pdf")
    outer = letter("Outer")
    outer.add_attachment(inner)
    [attachment] = read(tmp_path / "mail.eml", outer.as_bytes()).attachments
    assert attachment.name == "Inner.eml"
    reading = read_attachment(attachment, timeout_s=30, memory_bytes=2**30)
    assert (reading.media_type, reading.title) == ("message/rfc822", "Inner")
    assert [deep.name for deep in reading.attachments] == ["deep.pdf"]


# ---------------------------------------------------------------------- Outlook


def recipient(name: str, address: str, kind: int) -> object:
    return outlook_message({0x3001: name, 0x39FE: address, 0x0C15: kind}, header=8)


def test_an_outlook_message_is_read_with_headers_body_and_attachments(tmp_path: Path) -> None:
    inner = outlook_message(
        {0x0037: "Inner", 0x1000: "Deep words", 0x0C1A: "Ann", 0x0C1F: "ann@example.org"}, header=24
    )
    message = outlook_message(
        {
            0x001A: "IPM.Note",
            0x0037: "Q3 für €",
            0x0C1A: "Jo Müller",
            0x0C1F: "jo@example.org",
            0x0039: dt.datetime(2024, 3, 31, 9, 5, tzinfo=dt.UTC),
            0x1000: "Revenue rose.\r\nCosts fell.\r\n",
        },
        {
            "__recip_version1.0_#00000000": recipient("Bea", "bea@example.org", 1),
            "__recip_version1.0_#00000001": recipient("Cy", "cy@example.org", 2),
            "__attach_version1.0_#00000000": outlook_message({0x3707: "a\\q3.csv", 0x3701: b"a,b,c\n" * 900}, header=8),
            "__attach_version1.0_#00000001": outlook_message(
                {0x3707: "logo.png", 0x3701: PICTURE, 0x3712: "cid", 0x370E: "image/png"}, header=8
            ),
            "__attach_version1.0_#00000002": outlook_message(
                {0x3001: "Inner", 0x3705: 5}, {"__substg1.0_3701000D": inner}, header=8
            ),
        },
    )
    reading = read(tmp_path / "mail.dat", compound_file(message))
    assert (reading.media_type, reading.title) == ("application/vnd.ms-outlook", "Q3 für €")
    assert reading.pages[0].text.splitlines() == [
        "From: Jo Müller <jo@example.org>",
        "To: Bea <bea@example.org>",
        "Cc: Cy <cy@example.org>",
        "Date: Sun, 31 Mar 2024 09:05:00 +0000",
        "Subject: Q3 für €",
        "",
        "Revenue rose.",
        "Costs fell.",
        "",
        "Attachment: q3.csv",
        "Attachment: Inner.eml",
    ]
    table, deep = reading.attachments
    assert table == Attachment("q3.csv", b"a,b,c\n" * 900)
    assert "Deep words" in read_attachment(deep, timeout_s=30, memory_bytes=2**30).pages[0].text


def test_an_outlook_message_in_html_is_read_as_text(tmp_path: Path) -> None:
    message = outlook_message({0x0037: "Q3", 0x1013: b"<p>Revenue <b>rose</b>.</p>", 0x3FDE: 65001})
    assert "Revenue rose." in read(tmp_path / "a.msg", compound_file(message)).pages[0].text


def test_a_body_that_is_not_read_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    message = outlook_message({0x0037: "Q3", 0x1009: b"LZFu"})
    assert "rich text, which FinSLM does not read" in read(tmp_path / "a.msg", compound_file(message)).pages[0].text


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_truncated_outlook_message_fails_alone(tmp_path: Path, share: float) -> None:
    whole = compound_file(outlook_message({0x0037: "Q3", 0x1000: "Revenue " * 2000}))
    with pytest.raises(UnreadableDocument):
        read(tmp_path / "a.msg", whole[: int(len(whole) * share)])
