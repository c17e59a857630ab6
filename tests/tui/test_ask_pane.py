from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from analyst import PASSPHRASE, USER, Settle
from textual.pilot import Pilot
from textual.widgets import Input, Static

from finslm.desk import Desk
from finslm.tui.app import FinslmApp
from finslm.tui.widgets.citation_link import CitationLink
from finslm.tui.widgets.page_viewer import PageViewer
from finslm.tui.widgets.question_card import QuestionCard


@contextmanager
def workers_held() -> Iterator[None]:
    """Inside the block no worker of the screen can begin its work."""
    go_on = threading.Event()
    pool = ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(pool)
    pool.submit(go_on.wait)
    try:
        yield
    finally:
        go_on.set()


async def ask(pilot: Pilot[None], settle: Settle, question: str) -> QuestionCard:
    await settle(pilot)
    await pilot.press("f3")
    await pilot.pause()
    await pilot.press(*question, "enter")
    await settle(pilot)
    return pilot.app.screen.query(QuestionCard).last()


async def test_without_a_model_the_card_says_what_to_do(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        card = await ask(pilot, settle, "What was revenue in 2023?")
        assert card.has_class("-failed")
        assert "finslm model build" in str(card.query_one(".ending", Static).content)


async def test_a_question_about_one_document_names_it(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", *"nordh", "tab", "a")
        await settle(pilot)
        field = app.screen.query_one("#question", Input)
        assert field.border_title == "Ask nordhavn_2023_annual_report.pdf"
        assert app.focused is field
        await pilot.press("ctrl+g")
        assert field.border_title == "Ask all documents"


@pytest.mark.model
async def test_an_opened_citation_shows_its_page_with_the_quote_marked(
    app_with_model: FinslmApp, settle: Settle
) -> None:
    async with app_with_model.run_test(size=(120, 40)) as pilot:
        card = await ask(pilot, settle, "What is the deposit rate?")
        assert card.has_class("-answered")
        link = card.query(CitationLink).first()
        link.focus()
        await pilot.press("enter")
        await settle(pilot)
        source = app_with_model.screen.query_one("#source", PageViewer)
        assert source.page is not None
        assert source.page.index == link.citation.page
        assert source.text_area.selected_text == link.citation.quote
        await pilot.press("escape")
        assert not source.display


@pytest.mark.model
async def test_the_up_key_leads_from_the_question_to_the_sources(app_with_model: FinslmApp, settle: Settle) -> None:
    async with app_with_model.run_test() as pilot:
        card = await ask(pilot, settle, "What is the deposit rate?")
        await pilot.press("up")
        assert app_with_model.focused is card.query(CitationLink).first()
        await pilot.press("enter")
        await settle(pilot)
        assert app_with_model.screen.query_one("#source", PageViewer).display


@pytest.mark.model
async def test_a_question_nothing_speaks_of_is_declined_with_a_reason(
    app_with_model: FinslmApp, settle: Settle
) -> None:
    async with app_with_model.run_test() as pilot:
        card = await ask(pilot, settle, "Who conducted the Vienna orchestra?")
        assert card.has_class("-abstained")
        assert str(card.query_one(".answer", Static).content).startswith("No answer: ")


@pytest.mark.model
async def test_escape_stops_a_running_question(app_with_model: FinslmApp, settle: Settle) -> None:
    async with app_with_model.run_test() as pilot:
        await settle(pilot)
        await pilot.press("f3")
        # The question cannot end before the key is pressed.
        with workers_held():
            await pilot.press(*"What was the operating profit in 2023?", "enter", "escape")
        await settle(pilot)
        assert app_with_model.screen.query(QuestionCard).last().has_class("-stopped")


@pytest.mark.model
async def test_the_desk_writes_down_every_question_asked_on_the_screen(
    app_with_model: FinslmApp, settle: Settle, vault_path: Path
) -> None:
    async with app_with_model.run_test() as pilot:
        await ask(pilot, settle, "What was the revenue in 2023?")
        await ask(pilot, settle, "And in 2022?")
    with Desk.open(vault_path, PASSPHRASE, user=USER) as desk:
        assert [entry.action for entry in desk.audit_entries()].count("ask") == 2
