from __future__ import annotations

import pytest
from analyst import PASSPHRASE, Settle
from textual.widgets import ContentSwitcher, Static

from finslm.desk import Desk
from finslm.tui.app import FinslmApp
from finslm.tui.screens.desk import DeskScreen
from finslm.tui.screens.help import HelpScreen
from finslm.tui.screens.unlock import UnlockScreen
from finslm.tui.widgets.page_viewer import PageViewer


@pytest.mark.parametrize(
    ("key", "pane"),
    [("f2", "documents"), ("f3", "ask"), ("f4", "triage"), ("f5", "audit"), ("2", "ask"), ("4", "audit")],
)
async def test_each_pane_has_its_key(app: FinslmApp, settle: Settle, key: str, pane: str) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press(key)
        await settle(pilot)
        assert app.screen.query_one("#panes", ContentSwitcher).current == f"{pane}-pane"
        assert app.screen.query_one(f"#{pane}-pane").has_focus_within


async def test_lock_closes_the_desk_and_asks_for_the_passphrase(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert app.desk is None
        assert isinstance(app.screen, UnlockScreen)
        assert not any(isinstance(screen, DeskScreen) for screen in app.screen_stack)


async def test_a_locked_vault_is_opened_again(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        await pilot.press("ctrl+o", "escape", "ctrl+l")
        await settle(pilot)
        await pilot.press(*PASSPHRASE, "enter")
        await settle(pilot)
        assert isinstance(app.screen, DeskScreen)
        await pilot.press("ctrl+o")
        await settle(pilot)
        assert app.screen.query("#ingest-box")


async def test_quitting_closes_the_desk(app: FinslmApp, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Desk] = []
    close = Desk.close

    def note_and_close(desk: Desk) -> None:
        closed.append(desk)
        close(desk)

    monkeypatch.setattr(Desk, "close", note_and_close)
    async with app.run_test() as pilot:
        await settle(pilot)
        desk = app.desk
        await pilot.press("ctrl+q")
        await settle(pilot)
        assert not app.is_running or app._exit
    assert closed == [desk]


async def test_the_help_screen_lists_the_keys_of_every_pane(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test(size=(120, 60)) as pilot:
        await settle(pilot)
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        text = "\n".join(str(part.content) for part in app.screen.query(Static))
        for words in ("Ask about this document", "Verify the whole log", "Close the vault", "Go to a page"):
            assert words in text
        await pilot.press("escape")
        assert isinstance(app.screen, DeskScreen)


async def test_the_command_palette_opens_a_document_by_name(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p")
        await pilot.press(*"open rate")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        document = app.screen.query_one("#page", PageViewer).document
        assert document is not None
        assert document.filename == "rate_decision.txt"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_nothing_stands_outside_the_terminal(app: FinslmApp, settle: Settle, size: tuple[int, int]) -> None:
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for key in ("f2", "f3", "f4", "f5"):
            await pilot.press(key)
            await settle(pilot)
            shown = [widget for widget in app.screen.query(".panel, .field") if widget.region]
            assert shown
            for widget in shown:
                assert app.screen.region.contains_region(widget.region), widget
