from __future__ import annotations

from decimal import Decimal

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from finslm.documents import Answer, Citation, Figure, TriageRecord
from finslm.tui.widgets.citation_link import CitationLink
from finslm.tui.widgets.question_card import QuestionCard
from finslm.tui.widgets.triage_table import TriageTable
from finslm.tui.wording import amount, answer_as_note, record_details

CITATION = Citation("0123456789ab", 3, "p1", 10, 17, "1,577.4")
ANSWER = Answer(
    "q1",
    "11.64 %",
    value=Decimal("11.64"),
    scale="percent",
    unit="percent",
    program="divide(subtract(1577.4, 1412.9), 1412.9)",
    citations=(CITATION,),
    confidence=0.87,
)
RECORD = TriageRecord(
    "inbox/waiver.eml",
    "0" * 64,
    "done",
    doc_type="email",
    queue="credit risk",
    figures=(Figure("leverage", Decimal("3.9"), "ratio", "one", "2023Q4", 0, "3.9x"),),
    needs_review=True,
    reasons=("a covenant breach is always reviewed",),
)


class Host(App[None]):
    """Holds one widget."""

    def compose(self) -> ComposeResult:
        yield QuestionCard("How much did revenue grow?", "")
        yield TriageTable(id="triage-table")


@pytest.mark.parametrize(
    ("value", "scale", "unit", "words"),
    [
        ("1577.4", "million", "USD", "1,577.4 million USD"),
        ("12.5", "percent", "percent", "12.5 %"),
        ("3205", "none", None, "3,205"),
        ("-0.85", "one", "EUR", "-0.85 EUR"),
    ],
)
def test_an_amount_reads_as_printed(value: str, scale: str, unit: str | None, words: str) -> None:
    assert amount(Decimal(value), scale, unit) == words


def test_the_note_of_an_answer_names_program_and_source() -> None:
    note = answer_as_note(ANSWER, {"0123456789ab": "report.pdf"})
    assert note.splitlines() == [
        "11.64 %",
        "computed: divide(subtract(1577.4, 1412.9), 1412.9)",
        '[1] report.pdf, page 4: "1,577.4"',
    ]


def test_record_details_name_the_reasons_for_review_and_the_figures() -> None:
    details = str(record_details(RECORD))
    assert "a covenant breach is always reviewed" in details
    assert "leverage  3.9 ratio  2023Q4  (p. 1)" in details


async def test_a_card_shows_what_the_model_writes_and_then_the_answer() -> None:
    async with Host().run_test() as pilot:
        card = pilot.app.query_one(QuestionCard)
        card.write("divide(subtract(")
        await pilot.pause()
        assert "divide(subtract(" in str(card.query_one(".progress", Static).content)
        card.show_answer(ANSWER, {"0123456789ab": "report.pdf"})
        await pilot.pause()
        assert str(card.query_one(".answer", Static).content) == "11.64 %"
        details = str(card.query_one(".details", Static).content)
        assert "divide(subtract(1577.4, 1412.9), 1412.9)" in details
        assert "87%" in details
        assert "report.pdf" in str(card.query_one(CitationLink).content)
        assert not card.query(".progress")


async def test_a_card_shows_an_abstention_with_its_reason() -> None:
    async with Host().run_test() as pilot:
        card = pilot.app.query_one(QuestionCard)
        card.show_answer(Answer("q", "", abstained=True, reason="the documents hardly speak of this"), {})
        await pilot.pause()
        assert str(card.query_one(".answer", Static).content) == "No answer: the documents hardly speak of this"
        assert card.has_class("-abstained")


async def test_a_record_done_again_takes_the_place_of_the_earlier_one() -> None:
    async with Host().run_test() as pilot:
        table = pilot.app.query_one(TriageTable)
        table.add(TriageRecord(RECORD.path, RECORD.sha256, "failed", error="it timed out"))
        table.add(RECORD)
        assert table.row_count == 1
        assert [cell.plain for cell in table.get_row_at(0)][:3] == ["!", "waiver.eml", "credit risk"]
