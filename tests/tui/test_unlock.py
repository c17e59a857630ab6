from __future__ import annotations

from pathlib import Path

from analyst import PASSPHRASE, USER, Settle
from textual.widgets import Input, Static

from finslm.config import Settings
from finslm.tui.app import FinslmApp
from finslm.tui.screens.desk import DeskScreen
from finslm.tui.screens.unlock import UnlockScreen


def error_text(app: FinslmApp) -> str:
    return str(app.screen.query_one("#unlock-error", Static).content)


async def test_right_passphrase_opens_the_desk(locked_app: FinslmApp, settle: Settle) -> None:
    async with locked_app.run_test() as pilot:
        await pilot.press(*PASSPHRASE, "enter")
        await settle(pilot)
        assert isinstance(locked_app.screen, DeskScreen)
        assert locked_app.desk is not None
        assert locked_app.desk.user == USER


async def test_wrong_passphrase_is_refused_with_a_sentence(locked_app: FinslmApp, settle: Settle) -> None:
    async with locked_app.run_test() as pilot:
        await pilot.press(*"wrong", "enter")
        await settle(pilot)
        assert isinstance(locked_app.screen, UnlockScreen)
        assert "passphrase" in error_text(locked_app)
        assert locked_app.screen.query_one("#passphrase", Input).value == ""
        assert locked_app.focused is locked_app.screen.query_one("#passphrase", Input)


async def test_second_try_after_a_wrong_passphrase_succeeds(locked_app: FinslmApp, settle: Settle) -> None:
    async with locked_app.run_test() as pilot:
        await pilot.press(*"wrong", "enter")
        await settle(pilot)
        await pilot.press(*PASSPHRASE, "enter")
        await settle(pilot)
        assert isinstance(locked_app.screen, DeskScreen)


async def test_missing_vault_is_named_with_what_to_do(
    tmp_path: Path, settings_without_model: Settings, settle: Settle
) -> None:
    app = FinslmApp(settings_without_model, vault=tmp_path / "nowhere", user=USER)
    async with app.run_test() as pilot:
        await pilot.press(*"anything", "enter")
        await settle(pilot)
        assert str(tmp_path / "nowhere") in error_text(app)
        assert "finslm init" in error_text(app)


async def test_empty_passphrase_is_asked_for(locked_app: FinslmApp) -> None:
    async with locked_app.run_test() as pilot:
        await pilot.press("enter")
        assert error_text(locked_app) == "Type the passphrase of this vault."


async def test_passphrase_is_never_shown(locked_app: FinslmApp) -> None:
    async with locked_app.run_test() as pilot:
        await pilot.press(*PASSPHRASE)
        await pilot.pause()
        screen = locked_app.export_screenshot()
        assert "•" * 8 in screen
        assert PASSPHRASE.split(maxsplit=1)[0] not in screen


async def test_given_passphrase_unlocks_directly(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await settle(pilot)
        assert isinstance(app.screen, DeskScreen)


async def test_given_wrong_passphrase_leads_to_the_unlock_screen(
    vault_path: Path, settings_without_model: Settings, settle: Settle
) -> None:
    app = FinslmApp(settings_without_model, vault=vault_path, user=USER, passphrase="wrong")
    async with app.run_test() as pilot:
        await settle(pilot)
        assert isinstance(app.screen, UnlockScreen)
        assert "passphrase" in error_text(app)
