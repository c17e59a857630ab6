"""PDFs broken in the ways that downloads, mail and disks break them."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from finslm.documents import Reading
from finslm.errors import UnreadableDocument
from finslm.ingest import read_document

REPAIRED = "the PDF is damaged and was repaired: parts of it may be missing"
LINES = [f"Segment {number}: revenue of {number * 17} million, margin {number} percent" for number in range(1, 9)]


def letter(folder: Path) -> bytes:
    """A PDF of eight pages, each with one line; its fonts come before its pages."""
    path = folder / "whole.pdf"
    canvas = Canvas(str(path), pagesize=A4, invariant=True)
    for line in LINES:
        canvas.drawString(72, 700, line)
        canvas.showPage()
    canvas.save()
    return path.read_bytes()


def read(folder: Path, content: bytes) -> Reading:
    path = folder / "broken.pdf"
    path.write_bytes(content)
    return read_document(path, timeout_s=60, memory_bytes=2**30)


def lines_of(reading: Reading) -> list[str]:
    return [page.text.strip() for page in reading.pages]


def table_at(content: bytes) -> int:
    return content.rindex(b"xref", 0, content.rindex(b"startxref"))


def test_a_whole_pdf_is_read_without_a_note(tmp_path: Path) -> None:
    assert read(tmp_path, letter(tmp_path)).notes == ()


@pytest.mark.parametrize("damage", ["zeroed table", "cut off before the table", "wrong start", "lost trailer"])
def test_a_pdf_without_its_table_is_read_whole(tmp_path: Path, damage: str) -> None:
    whole = letter(tmp_path)
    at = table_at(whole)
    broken = {
        "zeroed table": whole[:at] + bytes(len(whole) - at),
        "cut off before the table": whole[:at],
        "wrong start": whole[: whole.rindex(b"startxref")] + b"startxref\n99999999\n%%EOF\n",
        "lost trailer": whole.replace(b"trailer", b"tra\0ler"),
    }[damage]
    assert lines_of(read(tmp_path, broken)) == LINES


@pytest.mark.parametrize("garbage", [b"HTTP/1.1 200 OK\r\n\r\n" * 20, bytes(range(256)) * 3])
def test_garbage_around_a_pdf_does_no_harm(tmp_path: Path, garbage: bytes) -> None:
    assert lines_of(read(tmp_path, garbage + letter(tmp_path) + garbage * 9)) == LINES


@pytest.mark.parametrize("percent", range(30, 100, 5))
def test_a_truncated_pdf_gives_what_is_left_of_it_and_says_so(tmp_path: Path, percent: int) -> None:
    whole = letter(tmp_path)
    cut = whole[: len(whole) * percent // 100]
    try:
        reading = read(tmp_path, cut)
    except UnreadableDocument as refusal:
        assert cut.count(b"endstream") == 0, refusal
        return
    assert REPAIRED in reading.notes
    read_lines = [line for line in lines_of(reading) if line in LINES]
    assert len(read_lines) >= cut.count(b"endstream")


def test_a_pdf_cut_within_a_page_tree_hidden_in_object_streams_is_collected(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(letter(tmp_path))) as pdf:
        pdf.save(tmp_path / "packed.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    packed = (tmp_path / "packed.pdf").read_bytes()
    assert b"/Type /Page\n" not in packed
    reading = read(tmp_path, packed[: packed.rindex(b"endobj", 0, packed.rindex(b"/XRef"))])
    assert lines_of(reading) == LINES
    assert REPAIRED in reading.notes


def test_a_pdf_that_lies_about_its_pages_gives_those_it_has(tmp_path: Path) -> None:
    lie = letter(tmp_path).replace(b"/Count 8", b"/Count 100000", 1)
    reading = read(tmp_path, lie)
    assert lines_of(reading) == LINES
    assert REPAIRED in reading.notes


def test_a_pdf_that_repeats_a_page_a_hundred_thousand_times_is_refused(tmp_path: Path) -> None:
    content = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
        b"endobj\n2 0 obj<</Type/Pages/Count 100000/Kids[" + b"3 0 R " * 100_000 + b"]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    )
    with pytest.raises(UnreadableDocument, match="100,000 pages"):
        read(tmp_path, content)


def test_a_page_tree_that_bites_its_tail_ends(tmp_path: Path) -> None:
    content = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 9/Kids[4 0 R 4 0 R 2 0 R]>>endobj\n"
        b"4 0 obj<</Type/Pages/Count 9/Kids[2 0 R 4 0 R 2 0 R]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    with pytest.raises(UnreadableDocument):
        read(tmp_path, content)


def test_a_blank_pdf_that_is_whole_is_not_called_damaged(tmp_path: Path) -> None:
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(595, 842)
    pdf.save(tmp_path / "blank.pdf")
    with pytest.raises(UnreadableDocument, match="no text on its 1 pages, nor pictures"):
        read(tmp_path, (tmp_path / "blank.pdf").read_bytes())
