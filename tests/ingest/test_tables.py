"""Tables drawn on PDF pages come back with their rows, columns and headings, every cell at its place in the text."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from finslm.documents import Reading, Table
from finslm.ingest import read_document
from finslm.ingest.pdf import read

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
DEVELOPMENT_ACCURACY = 0.98  # 1.0 as measured when the labels were made, less a margin for another PDFium
FONT, SIZE, PITCH = "Helvetica", 9, 13
LABELS, FIRST, APART = 50, 340, 90  # where labels begin, where the first column ends, how far columns are apart

Draw = Callable[[Canvas], None]


def pdf_of(*pages: Draw, turn: int = 0) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=True)
    for draw in pages:
        canvas.setFont(FONT, SIZE)
        canvas.setPageRotation(turn)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def through_the_process(folder: Path, content: bytes) -> Reading:
    path = folder / "report.pdf"
    path.write_bytes(content)
    return read_document(path, timeout_s=60, memory_bytes=2**30)


def draw_row(canvas: Canvas, top: float, label: str, cells: Sequence[str], *, apart: float = APART) -> None:
    """A row as filings draw it: a currency sign far left of its number, bracket or percent sign right of the edge."""
    canvas.drawString(LABELS, top, label)
    for number, cell in enumerate(cells):
        edge = FIRST + number * apart
        if cell.startswith("$"):
            canvas.drawString(edge - apart * 0.7, top, "$")
        bare = cell.lstrip("$ ")
        core = bare.rstrip(")% ")
        canvas.drawRightString(edge, top, core)
        canvas.drawString(edge + 0.3, top, bare[len(core) :])


def draw_table(
    canvas: Canvas, top: float, headings: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], stub: str = ""
) -> float:
    """Draws headings in one line and rows under them; gives the height at which the next line may stand."""
    canvas.drawString(LABELS, top, stub)
    for number, heading in enumerate(headings):
        canvas.drawCentredString(FIRST + number * APART - 18, top, heading)
    for row in rows:
        top -= PITCH
        draw_row(canvas, top, *row)
    return top - PITCH


def grid(table: Table) -> list[tuple[str, ...]]:
    """Labels and cells; PDFium breaks the line before a bracket that is drawn by itself."""
    return [(row.label, *(cell.text.replace("\n", "") if cell else "" for cell in row.cells)) for row in table.rows]


def assert_every_cell_is_in_its_place(reading: Reading) -> None:
    for table in reading.tables:
        text = reading.pages[table.page].text
        for row in table.rows:
            assert len(row.cells) == len(table.columns)
            assert all(text[cell.start : cell.end] == cell.text != "" for cell in row.cells if cell)


def income_statement(canvas: Canvas) -> None:
    canvas.drawCentredString(A4[0] / 2, 780, "Consolidated Statements of Income")
    canvas.drawCentredString(A4[0] / 2, 768, "(in millions, except per share)")
    canvas.drawCentredString(FIRST + APART - 18, 740, "Year Ended December 31,")
    canvas.line(FIRST - 60, 737, FIRST + 2 * APART, 737)
    top = draw_table(
        canvas, 726, ["2024", "2023", "2022"], [("Net revenue", ["$ 1,204.5", "$ 1,150.0", "$ 998.7"])], "Fiscal year"
    )
    canvas.drawString(LABELS, top, "Operating expenses:")
    rows = [
        ("Cost of revenue", ["(604.5)", "(580.1)", "—"]),
        ("Impairment charge", ["—", "", "(12.0)"]),
    ]
    for label, cells in rows:
        top -= PITCH
        draw_row(canvas, top, label, cells)
    canvas.drawString(LABELS, top - PITCH, "Net income attributable to the holders of ordinary")
    canvas.drawString(LABELS, top - 1.8 * PITCH, "shares of the parent")
    draw_row(canvas, top - 1.8 * PITCH, "", ["$ 600.0", "$ 569.9", "$ 986.7"])
    draw_row(canvas, top - 2.8 * PITCH, "Effective tax rate", ["21.4 %", "22.0 %", "20.9 %"])


def test_an_income_statement_comes_back_with_rows_headings_and_units(tmp_path: Path) -> None:
    reading = through_the_process(tmp_path, pdf_of(income_statement))
    (table,) = reading.tables
    assert table.columns == tuple(f"Year Ended December 31, {year}" for year in (2024, 2023, 2022))
    assert table.units == "in millions, except per share"
    assert table.stub == "Fiscal year"
    assert grid(table) == [
        ("Net revenue", "$ 1,204.5", "$ 1,150.0", "$ 998.7"),
        ("Cost of revenue", "(604.5)", "(580.1)", "—"),
        ("Impairment charge", "—", "", "(12.0)"),
        ("Net income attributable to the holders of ordinary shares of the parent", "$ 600.0", "$ 569.9", "$ 986.7"),
        ("Effective tax rate", "21.4 %", "22.0 %", "20.9 %"),
    ]
    assert [row.section for row in table.rows[:2]] == ["", "Operating expenses:"]
    assert_every_cell_is_in_its_place(reading)


@pytest.mark.parametrize("turn", [90, 270])
def test_a_table_on_a_turned_page_is_read_upright(turn: int) -> None:
    def turned(canvas: Canvas) -> None:
        if turn == 90:
            canvas.translate(A4[0], 0)
            canvas.rotate(90)
        else:
            canvas.translate(0, A4[0])
            canvas.rotate(270)
        canvas.translate(0, A4[0] - 800)
        income_statement(canvas)

    reading = read(pdf_of(turned, turn=turn))
    (table,) = reading.tables
    assert table.columns == tuple(f"Year Ended December 31, {year}" for year in (2024, 2023, 2022))
    assert grid(table)[1] == ("Cost of revenue", "(604.5)", "(580.1)", "—")
    assert_every_cell_is_in_its_place(reading)


def test_a_heading_stands_before_each_column_under_its_rule() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawCentredString(FIRST + 1.5 * 70 - 15, 740, "Quarter Ended June 30, 2025")
        canvas.line(FIRST - 45, 737, FIRST + 3 * 70 + 5, 737)
        canvas.drawCentredString(FIRST + 1.5 * 70 - 15, 726, "Adjustments")
        canvas.line(FIRST + 25, 723, FIRST + 2 * 70 + 5, 723)
        for number, (over, under) in enumerate([("As", "Reported"), ("", "Legal"), ("", "Tax"), ("", "Adjusted")]):
            canvas.drawCentredString(FIRST + number * 70 - 15, 713, over)
            canvas.drawCentredString(FIRST + number * 70 - 15, 703, under)
        draw_row(canvas, 690, "Operating profit", ["120", "(7)", "—", "113"], apart=70)
        draw_row(canvas, 677, "Net income", ["80", "(5)", "2", "77"], apart=70)

    (table,) = read(pdf_of(draw)).tables
    quarter = "Quarter Ended June 30, 2025"
    assert table.columns == (
        f"{quarter} As Reported",
        f"{quarter} Adjustments Legal",
        f"{quarter} Adjustments Tax",
        f"{quarter} Adjusted",
    )
    assert grid(table)[1] == ("Net income", "80", "(5)", "2", "77")


@pytest.mark.parametrize("rule_by_rule", [True, False])
def test_a_heading_spans_the_columns_in_whose_middle_it_stands(rule_by_rule: bool) -> None:
    def draw(canvas: Canvas) -> None:
        for first, heading in ((0, "Pension"), (2, "Healthcare")):
            canvas.drawCentredString(FIRST + (first + 0.5) * 60 - 20, 730, heading)
        for number in range(4):
            left, right = (FIRST + number * 60 - 45, FIRST + number * 60 + 4)
            if rule_by_rule:
                canvas.line(left, 727, right, 727)
            canvas.drawCentredString((left + right) / 2, 716, str(2025 - number % 2))
        if not rule_by_rule:
            canvas.line(FIRST - 45, 727, FIRST + 184, 727)
        draw_row(canvas, 703, "Service cost", ["12", "34", "56", "78"], apart=60)
        draw_row(canvas, 690, "Interest cost", ["9", "8", "7", "6"], apart=60)

    (table,) = read(pdf_of(draw)).tables
    assert table.columns == ("Pension 2025", "Pension 2024", "Healthcare 2025", "Healthcare 2024")


def test_figures_may_stand_half_way_down_a_label_of_two_lines() -> None:
    def draw(canvas: Canvas) -> None:
        top = draw_table(canvas, 760, ["2025", "2024"], [("Volume", ["1", "2"]), ("Price", ["3", "4"])])
        canvas.drawString(LABELS, top, "Comparable Constant Currency")
        draw_row(canvas, top - 5, "", ["(5)", "(6)"])
        canvas.drawString(LABELS, top - 10, "Growth")
        draw_row(canvas, top - 24, "Total", ["7", "8"])

    (table,) = read(pdf_of(draw)).tables
    assert grid(table)[2:] == [("Comparable Constant Currency Growth", "(5)", "(6)"), ("Total", "7", "8")]


def test_two_tables_of_a_page_are_two() -> None:
    def draw(canvas: Canvas) -> None:
        top = draw_table(canvas, 760, ["2024", "2023"], [("Deposits", ["10", "20"]), ("Loans", ["30", "40"])])
        canvas.drawString(LABELS, top - PITCH, "Segment results are as follows (in thousands):")
        draw_table(
            canvas,
            top - 3 * PITCH,
            ["Europe", "Asia", "Total"],
            [("Sales", ["1", "2", "3"]), ("Costs", ["4", "5", "9"])],
        )

    first, second = read(pdf_of(draw)).tables
    assert (first.columns, second.columns) == (("2024", "2023"), ("Europe", "Asia", "Total"))
    assert grid(first) == [("Deposits", "10", "20"), ("Loans", "30", "40")]
    assert grid(second)[1] == ("Costs", "4", "5", "9")
    assert (first.units, second.units) == ("", "in thousands")


def test_tables_of_a_page_in_two_columns_are_read_column_by_column() -> None:
    def draw(canvas: Canvas) -> None:
        for left in (LABELS, 320):
            for number in range(14):
                canvas.drawString(left, 780 - number * PITCH, "The result of the year is that of all our units,")
            canvas.drawRightString(left + 160, 580, "2025")
            canvas.drawRightString(left + 210, 580, "2024")
            for number, label in enumerate(("Fees", "Other", "Total")):
                top = 580 - (number + 1) * PITCH
                canvas.drawString(left, top, label)
                canvas.drawRightString(left + 160, top, str(left + number))
                canvas.drawRightString(left + 210, top, str(left - number))

    one, other = read(pdf_of(draw)).tables
    assert (one.columns, other.columns) == (("2025", "2024"), ("2025", "2024"))
    assert grid(one)[0] == ("Fees", "50", "50")
    assert grid(other)[1] == ("Other", "321", "319")


def test_years_at_the_beginning_of_rows_are_labels() -> None:
    def draw(canvas: Canvas) -> None:
        rows = [(str(year), [f"{year - 2000},500"]) for year in range(2025, 2030)]
        draw_table(canvas, 700, ["Maturities"], [*rows, ("Thereafter", ["1,250"]), ("Total", ["$ 136,250"])])

    (table,) = read(pdf_of(draw)).tables
    assert table.columns == ("Maturities",)
    assert [row.label for row in table.rows] == ["2025", "2026", "2027", "2028", "2029", "Thereafter", "Total"]


def test_the_mark_of_a_note_is_no_part_of_a_figure() -> None:
    def draw(canvas: Canvas) -> None:
        draw_table(canvas, 700, ["2024", "2023"], [("Cash", ["41", "52"]), ("Debt", ["(63)", "(74)"])])
        canvas.setFont(FONT, 5)
        canvas.drawString(FIRST + 6, 691, "4")
        canvas.drawString(FIRST + APART + 6, 678, "(a)")

    (table,) = read(pdf_of(draw)).tables
    assert grid(table) == [("Cash", "41", "52"), ("Debt", "(63)", "(74)")]


def test_a_column_of_text_between_labels_and_figures_is_a_column() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(170, 713, "Due Date")
        rows = [("1.70% Notes", ["500", "490"]), ("2.15% Notes", ["850", "—"]), ("Total", ["1,350", "490"])]
        top = draw_table(canvas, 713, ["2024", "2023"], rows)
        for number, date in enumerate(("May 2027", "June 2030")):
            canvas.drawString(170, top + (3 - number) * PITCH, date)

    (table,) = read(pdf_of(draw)).tables
    assert table.columns == ("Due Date", "2024", "2023")
    assert grid(table) == [
        ("1.70% Notes", "May 2027", "500", "490"),
        ("2.15% Notes", "June 2030", "850", "—"),
        ("Total", "", "1,350", "490"),
    ]


def test_a_table_that_goes_on_further_down_keeps_its_headings() -> None:
    def draw(canvas: Canvas) -> None:
        top = draw_table(canvas, 760, ["2024", "2023"], [("Cash", ["10", "20"]), ("Loans", ["30", "40"])])
        canvas.drawString(LABELS, top - 4 * PITCH, "LIABILITIES")
        for number, row in enumerate([("Deposits", ["7", "8"]), ("Notes", ["9", "11"])]):
            draw_row(canvas, top - (5 + number) * PITCH, *row)

    _, second = read(pdf_of(draw)).tables
    assert second.columns == ("2024", "2023")
    assert grid(second) == [("Deposits", "7", "8"), ("Notes", "9", "11")]


def test_running_text_and_lists_of_contents_are_no_tables() -> None:
    def prose(canvas: Canvas) -> None:
        for number in range(30):
            canvas.drawString(
                LABELS, 780 - number * PITCH, f"Revenue rose by {number}.5 % to $ {number},100 in 202{number % 10}"
            )

    def contents(canvas: Canvas) -> None:
        draw_table(
            canvas,
            760,
            [],
            [(f"Chapter {name}", [str(page)]) for name, page in zip("ABCDEF", range(3, 90, 12), strict=False)],
        )

    assert read(pdf_of(prose, contents)).tables == ()


def test_a_page_of_more_figures_than_a_table_has_is_read_without_tables() -> None:
    def draw(canvas: Canvas) -> None:
        for line in range(150):
            canvas.drawString(2, 830 - line * 5.5, "   ".join(str(number) for number in range(60)))

    reading = read(pdf_of(draw))
    assert reading.tables == ()
    assert "59" in reading.pages[0].text


AMOUNTS = st.one_of(
    st.integers(0, 10**7).map(lambda amount: f"{amount:,}"),
    st.integers(1, 10**5).map(lambda amount: f"({amount:,})"),
    st.integers(0, 999).map(lambda amount: f"{amount / 10:.1f} %"),
    st.sampled_from(["—", "$ 12", "$ (3)", "N/A"]),
)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(1, 3).flatmap(
        lambda columns: st.lists(st.lists(AMOUNTS, min_size=columns, max_size=columns), min_size=2, max_size=12)
    )
)
def test_every_figure_of_a_table_comes_back_in_its_row_and_column(rows: list[list[str]]) -> None:
    headings = [f"Part {name}" for name in "ABC"[: len(rows[0])]]

    def draw(canvas: Canvas) -> None:
        draw_table(canvas, 760, headings, [(f"Item {number}", cells) for number, cells in enumerate(rows)])

    reading = read(pdf_of(draw))
    assert_every_cell_is_in_its_place(reading)
    if sum(any(map(str.isdigit, cell)) for cells in rows for cell in cells) > 1:  # dashes alone are no table
        (table,) = reading.tables
        assert table.columns == tuple(headings)
        drawn = [[cell.replace(" ", "") for cell in cells] for cells in rows]
        found = [[cell.replace(" ", "") for cell in cells] for _, *cells in grid(table)]
        assert found == drawn


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(
        st.tuples(
            st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=14) | AMOUNTS,
            st.floats(0, 590),
            st.floats(0, 830),
            st.sampled_from([4, 9, 30]),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_whatever_stands_on_a_page_its_cells_are_where_they_say(words: list[tuple[str, float, float, int]]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(10, 10, "a page")
        for word, left, height, size in words:
            canvas.setFont(FONT, size)
            canvas.drawString(left, height, word)

    assert_every_cell_is_in_its_place(read(pdf_of(draw)))


@pytest.mark.skipif(not (SHARED / "pdfs").is_dir(), reason="the filings of ../shared/data are not here")
def test_tables_of_real_filings_come_back_as_people_read_them() -> None:
    command = [sys.executable, "scripts/bench_tables.py", "--data", str(SHARED), "--half", "dev", "--json"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    figures = json.loads(told.stdout)["dev"]
    assert figures["tables"] == 49
    assert min(figures["recall"], figures["precision"]) >= DEVELOPMENT_ACCURACY
