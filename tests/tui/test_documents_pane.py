from __future__ import annotations

from analyst import Settle
from textual.pilot import Pilot
from textual.widgets import ContentSwitcher, Input

from finslm.tui.app import FinslmApp
from finslm.tui.widgets.document_table import DocumentTable
from finslm.tui.widgets.page_viewer import PageViewer
from finslm.tui.widgets.passage_list import PassageList


def viewer(app: FinslmApp) -> PageViewer:
    return app.screen.query_one("#page", PageViewer)


async def test_stored_documents_are_listed(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        assert app.screen.query_one(DocumentTable).row_count == 3
        assert app.screen.query_one("#found", ContentSwitcher).border_title == "Documents 3"


async def test_typing_filters_the_list_by_name(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", *"nordh")
        table = app.screen.query_one(DocumentTable)
        await pilot.pause()
        assert table.row_count == 1
        assert table.current is not None
        assert table.current.filename == "nordhavn_2023_annual_report.pdf"
        await pilot.press("escape")
        await pilot.pause()
        assert table.row_count == 3


async def open_report(app: FinslmApp, pilot: Pilot[None], settle: Settle) -> None:
    await settle(pilot)
    await pilot.press("slash", *"nordh", "tab", "enter")
    await settle(pilot)


async def test_enter_opens_the_first_page(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await open_report(app, pilot, settle)
        assert "Revenue rose to EUR 1,577.4 million" in viewer(app).text_area.text
        assert str(viewer(app).border_subtitle).startswith("page 1 of 3")
        assert viewer(app).has_focus_within


async def test_pages_are_turned_by_keys_and_end_at_the_last(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await open_report(app, pilot, settle)
        for _ in range(4):
            await pilot.press("n")
            await settle(pilot)
        assert "covenant limit of 3.5" in viewer(app).text_area.text
        await pilot.press("p")
        await settle(pilot)
        assert "dividend of EUR 0.85" in viewer(app).text_area.text


async def test_a_page_is_opened_by_its_number(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await open_report(app, pilot, settle)
        await pilot.press("g", "3", "enter")
        await settle(pilot)
        assert "covenant limit of 3.5" in viewer(app).text_area.text


async def test_a_page_number_past_the_end_is_not_accepted(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await open_report(app, pilot, settle)
        await pilot.press("g", "9", "enter")
        await settle(pilot)
        assert app.screen.query_one("#prompt", Input).has_class("-invalid")
        await pilot.press("escape")
        await settle(pilot)
        assert str(viewer(app).border_subtitle).startswith("page 1 of 3")


async def test_search_finds_a_passage_and_opens_its_page_with_it_marked(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"dividend a share", "enter")
        await settle(pilot)
        assert app.screen.query_one("#found", ContentSwitcher).current == "passage-list"
        assert app.screen.query_one(PassageList).option_count >= 1
        await pilot.press("enter")
        await settle(pilot)
        page = viewer(app).page
        assert page is not None
        assert page.index == 1
        marked = viewer(app).text_area.selected_text
        assert marked == "The board proposes a dividend of EUR 0.85 a share, payable on 17 May 2024."


async def test_search_without_a_result_says_so(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", *"zymurgy", "enter")
        await settle(pilot)
        assert app.screen.query_one("#found", ContentSwitcher).border_subtitle == "no passage found"


async def test_escape_leads_from_the_page_to_the_passages_to_the_documents(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", *"covenant limit", "enter")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("escape")
        assert app.focused is app.screen.query_one(PassageList)
        await pilot.press("escape")
        assert app.focused is app.screen.query_one(DocumentTable)


async def test_on_a_narrow_terminal_the_page_takes_the_place_of_the_list(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await open_report(app, pilot, settle)
        assert not app.screen.query_one("#library").display
        assert viewer(app).region.width == 80


async def test_on_a_wide_terminal_the_page_stands_beside_the_list(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await open_report(app, pilot, settle)
        assert app.screen.query_one("#library").display
        assert viewer(app).region.x > 30


async def test_escape_sequences_of_a_document_do_not_reach_the_terminal(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("slash", *"hostile", "tab", "enter")
        await settle(pilot)
        assert "turned red" in viewer(app).text_area.text
        assert "\x1b" not in viewer(app).text_area.text
        assert "[bold]loud[/bold]" in viewer(app).text_area.text
