"""Files in, pages out: through the confined reading process, as the product reads them."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from finslm.documents import Reading
from finslm.errors import EmptyFolder, PathMissing, UnreadableDocument
from finslm.ingest import list_files, read_document, reader_protections
from finslm.ingest.text import pages_of

MEMORY = 2**30


def read(path: Path, *, timeout_s: float = 30, memory_bytes: int = MEMORY) -> Reading:
    return read_document(path, timeout_s=timeout_s, memory_bytes=memory_bytes)


def write_pdf(path: Path, *pages: str, password: str = "") -> Path:
    encryption = StandardEncryption(password, canPrint=0) if password else None
    canvas = Canvas(str(path), pagesize=A4, invariant=True, encrypt=encryption)
    canvas.setTitle("Quarterly letter")
    for page in pages:
        canvas.drawString(72, 700, page)
        canvas.showPage()
    canvas.save()
    return path


def test_a_pdf_gives_its_pages_and_title(tmp_path: Path) -> None:
    reading = read(write_pdf(tmp_path / "letter.pdf", "Revenue rose.", "Costs fell."))
    assert (reading.media_type, reading.title) == ("application/pdf", "Quarterly letter")
    assert [page.text.strip() for page in reading.pages] == ["Revenue rose.", "Costs fell."]


def test_a_pdf_under_another_name_is_still_a_pdf(tmp_path: Path) -> None:
    assert read(write_pdf(tmp_path / "letter.txt", "Revenue rose.")).media_type == "application/pdf"


def test_a_page_without_text_keeps_its_place(tmp_path: Path) -> None:
    reading = read(write_pdf(tmp_path / "letter.pdf", "One", "", "Three"))
    assert [page.text.strip() for page in reading.pages] == ["One", "", "Three"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("letter.pdf", b"this is no PDF at all", "not a PDF"),
        ("torn.pdf", b"%PDF-1.7\n1 0 obj\n<<", "damaged"),
        ("book.xlsx", b"PK\x03\x04" + bytes(30), "ZIP archive or Office document is damaged"),
        ("box.7z", b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
        ("photo.txt", b"\x89PNG\r\n", "PNG picture"),
        ("noise.bin", bytes(range(256)) * 8, "binary"),
        ("blank.txt", b" \n\t\n", "no text"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableDocument, match=reason) as refusal:
        read(path)
    assert refusal.value.next_step
    assert path.read_bytes() == content


def test_an_encrypted_pdf_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="encrypted"):
        read(write_pdf(tmp_path / "secret.pdf", "Revenue rose.", password="hunter2"))


def test_a_pdf_of_blank_pages_is_named_as_such(tmp_path: Path) -> None:
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(595, 842)
    pdf.save(tmp_path / "blank.pdf")
    with pytest.raises(UnreadableDocument, match="no text on its 1 pages, nor pictures"):
        read(tmp_path / "blank.pdf")


def test_a_truncated_sample_fails_alone(tmp_path: Path, samples: Path) -> None:
    whole = (samples / "results-release-northmere-q3-2025.pdf").read_bytes()
    path = tmp_path / "half.pdf"
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(UnreadableDocument):
        read(path)


def test_html_is_read_as_a_browser_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "note.htm"
    path.write_text(
        "<!doctype html><html><head><title>A note</title><script>var hidden = 1</script></head><body>"
        "<p>Deposits held.</p><table><tr><td>Revenue</td><td>214.6</td></tr></table>"
        "<p style='display:none'>invisible</p></body></html>"
    )
    reading = read(path)
    text = reading.pages[0].text
    assert (reading.media_type, reading.title) == ("text/html", "A note")
    assert "Deposits held." in text
    assert "Revenue" in text
    assert "hidden" not in text
    assert "invisible" not in text


def test_a_mail_is_read_with_headers_body_and_attachment_names(tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(
        b"From: a@example.org\r\nTo: b@example.org\r\nSubject: =?utf-8?q?Q3_=E2=82=AC?=\r\nMessage-ID: <1@x>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: text/plain; charset=no-such-charset\r\n\r\nNumbers inside.\r\n"
        b'--B\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="q3.pdf"\r\n\r\nx\r\n--B--\r\n'
    )
    reading = read(path)
    text = reading.pages[0].text
    assert (reading.media_type, reading.title) == ("message/rfc822", "Q3 €")
    assert "Numbers inside." in text
    assert "Attachment: q3.pdf" in text


def test_a_draft_without_a_sender_is_a_mail_and_a_memo_is_not(tmp_path: Path) -> None:
    draft, memo = tmp_path / "draft.eml", tmp_path / "memo.txt"
    draft.write_bytes(
        b"Subject: Q3\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\nRevenue rose to =E2=82=AC 5 million.\r\n"
    )
    memo.write_bytes(b"Subject: Q3\nTo: the board\n\nRevenue rose.\n")
    assert "Revenue rose to € 5 million." in read(draft).pages[0].text
    assert (read(draft).media_type, read(memo).media_type) == ("message/rfc822", "text/plain")


def test_text_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "brief.txt"
    path.write_bytes("Die Erlöse stiegen um 6 Prozent auf 318 Mio. Euro für das Geschäftsjahr.\n".encode("cp1252"))
    assert "Erlöse" in read(path).pages[0].text


def test_a_reader_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="took longer than"):
        read(write_pdf(tmp_path / "letter.pdf", "Revenue rose."), timeout_s=0.001)


def test_a_memory_bomb_costs_its_file_only(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(600 * 2**20), 9)
    path = tmp_path / "bomb.pdf"
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Length "
        + str(len(bomb)).encode()
        + b"/Filter/FlateDecode>>stream\n"
        + bomb
        + b"\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    )
    with pytest.raises(UnreadableDocument):
        read(path, memory_bytes=300 * 2**20)


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableDocument, match="not a regular file"):
        read(tmp_path / "pipe")


def test_the_reading_process_is_limited() -> None:
    held = dict(reader_protections())
    assert held["memory is limited"]
    assert held["processor time is limited"]
    assert held["no file is written"]


@given(text=st.text())
def test_pages_put_together_are_the_text(text: str) -> None:
    assert "".join(page.text for page in pages_of(text)) == text


@given(text=st.text(st.sampled_from("ab \n"), min_size=3000, max_size=9000))
def test_no_page_is_empty_or_longer_than_its_limit(text: str) -> None:
    assert all(0 < len(page.text) <= 3000 for page in pages_of(text))


def test_folders_are_listed_without_links_and_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a/two.txt", "one.txt", ".hidden"):
        (tmp_path / name).write_text("x")
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    assert list_files([tmp_path, tmp_path / "one.txt"]).files == (tmp_path / "a" / "two.txt", tmp_path / "one.txt")


def test_an_empty_folder_and_a_missing_path_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(EmptyFolder):
        list_files([tmp_path])
    with pytest.raises(PathMissing):
        list_files([tmp_path / "nowhere"])
