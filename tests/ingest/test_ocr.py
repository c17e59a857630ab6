"""Scanned pages and pictures: pages drawn by these tests, turned into pictures, and read as the product reads files."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from finslm.documents import Attachment, Reading
from finslm.errors import UnreadableDocument
from finslm.ingest import ocr_version, read_attachment, read_document

MEMORY = 600 * 2**20  # what users have
ROWS = [
    ("", "2024", "2023"),
    ("Total revenue", "17,606", "15,785"),
    ("Cost of revenue", "(2,165)", "(1,865)"),
    ("Gross profit", "15,441", "13,920"),
    ("Net margin", "27.0%", "30.6%"),
]
LINES = ["Northmere Holdings plc", "Consolidated statement of income", "(in millions)"]
PROSE = "The covenant of the facility requires that net leverage stays below 3.5 times at the end of each quarter."


def draw_statement(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 11)
    for at, line in enumerate(LINES):
        canvas.drawString(72, 760 - 18 * at, line)
    for at, (label, *figures) in enumerate(ROWS):
        canvas.drawString(72, 680 - 18 * at, label)
        for right, figure in zip((400, 500), figures, strict=True):
            canvas.drawRightString(right, 680 - 18 * at, figure)


def draw_prose(canvas: Canvas) -> None:
    canvas.setFont("Times-Roman", 11)
    canvas.drawString(72, 700, PROSE)


def drawn(draw: Callable[[Canvas], None]) -> Image.Image:
    """What `draw` draws on A4, as a picture of 200 dots an inch."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    draw(canvas)
    canvas.save()
    page = pypdfium2.PdfDocument(file.getvalue())[0]
    return page.render(scale=200 / 72, grayscale=True).to_pil()


def write_scan(path: Path, *pictures: Image.Image | None, stamp: str = "", form: bool = False) -> Path:
    """A PDF of these pictures, one a page, a page of text where there is None."""
    canvas = Canvas(str(path), pagesize=A4)
    for at, picture in enumerate(pictures):
        if picture is None:
            draw_prose(canvas)
        else:
            canvas.beginForm(f"form{at}") if form else None
            canvas.drawImage(ImageReader(picture), 0, 0, *A4)
            if form:
                canvas.endForm()
                canvas.doForm(f"form{at}")
            canvas.drawString(500, 20, stamp)
        canvas.showPage()
    canvas.save()
    return path


def read(path: Path, *, memory_bytes: int = MEMORY, page_timeout_s: float = 60) -> Reading:
    return read_document(path, timeout_s=60, memory_bytes=memory_bytes, ocr_page_timeout_s=page_timeout_s)


@pytest.fixture(scope="module")
def statement() -> Image.Image:
    return drawn(draw_statement)


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)  # as Python finds it where it is not installed


@pytest.mark.usefixtures("without_ocr")
class TestWithoutTheExtra:
    def test_scanned_pages_are_named_and_the_rest_is_read(self, tmp_path: Path, statement: Image.Image) -> None:
        reading = read(write_scan(tmp_path / "report.pdf", None, statement, statement))
        assert reading.notes == ("pages that are pictures, not read without OCR (pip install 'finslm[ocr]'): 1, 2",)
        assert [page.text.strip() for page in reading.pages] == [PROSE, "", ""]

    def test_a_scan_fails_and_says_what_to_install(self, tmp_path: Path, statement: Image.Image) -> None:
        with pytest.raises(UnreadableDocument, match="OCR is not installed") as refusal:
            read(write_scan(tmp_path / "scan.pdf", statement))
        assert "finslm[ocr]" in str(refusal.value.next_step)

    def test_a_picture_fails_and_says_what_to_install(self, tmp_path: Path, statement: Image.Image) -> None:
        statement.save(tmp_path / "scan.png")
        with pytest.raises(UnreadableDocument, match="OCR is not installed"):
            read(tmp_path / "scan.png")

    def test_the_version_is_empty(self) -> None:
        assert ocr_version() == ""


def test_a_page_with_text_and_a_blank_page_are_no_scans(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "letter.pdf"), pagesize=A4)
    draw_prose(canvas)
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    reading = read(tmp_path / "letter.pdf")
    assert (reading.scanned, reading.notes) == ((), ())


def test_text_that_is_drawn_without_letters_is_a_scan(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "outlines.pdf"), pagesize=A4)
    for at in range(200):
        canvas.line(72 + at, 700, 73 + at, 702)
    canvas.showPage()
    draw_prose(canvas)
    canvas.save()
    assert read(tmp_path / "outlines.pdf").scanned == (0,)


def test_a_damaged_picture_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "scan.tif").write_bytes(b"II*\x00" + bytes(40))
    with pytest.raises(UnreadableDocument, match="TIFF picture is damaged"):
        read(tmp_path / "scan.tif")


@pytest.mark.ocr
class TestWithTheExtra:
    def test_a_scanned_statement_is_read_line_by_line(self, tmp_path: Path, statement: Image.Image) -> None:
        reading = read(write_scan(tmp_path / "scan.pdf", statement))
        rows = [" ".join(filter(None, row)) for row in ROWS]
        assert reading.pages[0].text.splitlines() == [*LINES, *rows]
        assert reading.notes == ("pages read by OCR: 0",)

    def test_its_table_has_rows_headings_and_places(self, tmp_path: Path, statement: Image.Image) -> None:
        reading = read(write_scan(tmp_path / "scan.pdf", statement))
        [table] = reading.tables
        assert table.columns == ("2024", "2023")
        assert [(row.label, *[cell.text for cell in row.cells if cell]) for row in table.rows] == ROWS[1:]
        text = reading.pages[0].text
        assert all(text[cell.start : cell.end] == cell.text for row in table.rows for cell in row.cells if cell)

    def test_pages_with_text_keep_it_and_the_note_names_the_others(
        self, tmp_path: Path, statement: Image.Image
    ) -> None:
        reading = read(write_scan(tmp_path / "report.pdf", statement, None, statement))
        assert reading.notes == ("pages read by OCR: 0, 2",)
        assert reading.pages[1].text.strip() == PROSE
        assert all("Gross profit 15,441 13,920" in reading.pages[at].text for at in (0, 2))
        assert {table.page for table in reading.tables} == {0, 2}

    @pytest.mark.parametrize("form", [False, True], ids=["on the page", "inside a form"])
    def test_a_stamp_on_a_scan_does_not_pass_for_its_text(
        self, tmp_path: Path, statement: Image.Image, form: bool
    ) -> None:
        reading = read(write_scan(tmp_path / "scan.pdf", statement, stamp="EX-99.1", form=form))
        assert "Total revenue 17,606 15,785" in reading.pages[0].text
        assert "EX-99.1" in reading.pages[0].text

    @pytest.mark.parametrize("turned", [1.3, -2, 90, 180, 270])
    def test_a_crooked_page_is_read_whichever_way_it_lay(
        self, tmp_path: Path, statement: Image.Image, turned: float
    ) -> None:
        crooked = statement.rotate(turned, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        text = read(write_scan(tmp_path / "scan.pdf", crooked)).pages[0].text
        assert "Total revenue 17,606 15,785\nCost of revenue (2,165) (1,865)\nGross profit 15,441 13,920" in text

    def test_columns_of_a_newspaper_are_read_one_after_the_other(self, tmp_path: Path) -> None:
        left = [f"line {at} of the left column is the one to read at first" for at in range(12)]
        right = [f"line {at} of the right column is read when that is done" for at in range(12)]

        def draw(canvas: Canvas) -> None:
            canvas.setFont("Times-Roman", 10)
            for at, (one, other) in enumerate(zip(left, right, strict=True)):
                canvas.drawString(50, 700 - 14 * at, one)
                canvas.drawString(320, 700 - 14 * at, other)

        reading = read(write_scan(tmp_path / "scan.pdf", drawn(draw)))
        assert reading.pages[0].text.splitlines() == [*left, *right]

    @pytest.mark.parametrize(
        ("name", "media_type"), [("a.png", "image/png"), ("a.jpg", "image/jpeg"), ("a.tif", "image/tiff")]
    )
    def test_pictures_are_documents(self, tmp_path: Path, statement: Image.Image, name: str, media_type: str) -> None:
        statement.convert("RGB").save(tmp_path / name)
        reading = read(tmp_path / name)
        assert (reading.media_type, reading.notes) == (media_type, ("pages read by OCR: 0",))
        assert "Gross profit 15,441 13,920" in reading.pages[0].text

    def test_each_frame_of_a_fax_is_a_page(self, tmp_path: Path, statement: Image.Image) -> None:
        frames = [statement.convert("1"), drawn(draw_prose).convert("1")]
        frames[0].save(tmp_path / "fax.tif", save_all=True, append_images=frames[1:], compression="group4")
        pages = read(tmp_path / "fax.tif").pages
        assert ["Gross profit" in page.text for page in pages] == [True, False]
        assert pages[1].text == PROSE

    def test_a_transparent_picture_in_a_mail_is_read(self, statement: Image.Image) -> None:
        file = io.BytesIO()
        clear = Image.new("RGBA", statement.size)
        clear.putalpha(statement.point(lambda shade: 255 - shade))
        clear.save(file, "PNG")
        attached = Attachment("scan.png", file.getvalue())
        assert "Gross profit" in read_attachment(attached, timeout_s=60, memory_bytes=MEMORY).pages[0].text

    def test_a_picture_without_text_is_named(self, tmp_path: Path) -> None:
        photo = Image.new("L", (800, 1100), 120)
        assert read(write_scan(tmp_path / "a.pdf", None, photo)).notes == ("pages that are pictures without text: 1",)
        with pytest.raises(UnreadableDocument, match="OCR sees none"):
            read(write_scan(tmp_path / "b.pdf", photo))

    def test_a_scan_in_a_damaged_pdf_is_read_from_its_repaired_copy(
        self, tmp_path: Path, statement: Image.Image
    ) -> None:
        content = write_scan(tmp_path / "scan.pdf", statement).read_bytes()
        (tmp_path / "scan.pdf").write_bytes(content.replace(b"startxref", b"startlost").replace(b"/Root", b"/Lost"))
        reading = read(tmp_path / "scan.pdf")
        assert "Gross profit 15,441 13,920" in reading.pages[0].text
        assert any("was repaired" in note for note in reading.notes)

    def test_a_page_that_takes_too_long_is_named_and_the_rest_is_read(
        self, tmp_path: Path, statement: Image.Image
    ) -> None:
        path = write_scan(tmp_path / "report.pdf", None, statement)
        reading = read(path, page_timeout_s=0.05)
        assert reading.notes == ("pages that OCR could not read: 1",)
        assert reading.pages[0].text.strip() == PROSE

    def test_a_page_that_takes_too_much_memory_costs_itself_only(self, tmp_path: Path, statement: Image.Image) -> None:
        path = write_scan(tmp_path / "report.pdf", statement, statement, statement)
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            [name] = pdf.pages[1].get_images()
            bomb = pdf.make_stream(b"", {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image})
            bomb.Width, bomb.Height = 30_000, 30_000
            bomb.ColorSpace, bomb.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
            bomb.write(bytes(30_000 * 30_000 // 100))
            pdf.pages[1].Resources.XObject[name] = bomb
            pdf.save(path)
        reading = read(path)
        assert all("Gross profit" in reading.pages[at].text for at in (0, 2))
        assert [note for note in reading.notes if note.endswith(": 0, 2")] == ["pages read by OCR: 0, 2"]
        assert len(reading.notes) == 2

    def test_fifty_pages_are_not_ended_by_the_time_of_one_file(self, tmp_path: Path) -> None:
        line = drawn(draw_prose).crop((150, 300, 1500, 480))
        canvas = Canvas(str(tmp_path / "book.pdf"), pagesize=(486, 65))
        for _ in range(50):
            canvas.drawImage(ImageReader(line), 0, 0, 486, 65)
            canvas.showPage()
        canvas.save()
        reading = read_document(tmp_path / "book.pdf", timeout_s=5, memory_bytes=MEMORY)
        assert [page.text for page in reading.pages] == [PROSE] * 50
