from __future__ import annotations

from pathlib import Path

from analyst import Settle, paste
from textual.pilot import Pilot
from textual.widgets import Static

from finslm.tui.app import FinslmApp
from finslm.tui.widgets.audit_table import AuditTable


def verdict(app: FinslmApp) -> Static:
    return app.screen.query_one("#verdict", Static)


async def show_audit(app: FinslmApp, pilot: Pilot[None], settle: Settle) -> None:
    await settle(pilot)
    await pilot.press("f5")
    await settle(pilot)


async def test_entries_are_listed_newest_first(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await show_audit(app, pilot, settle)
        table = app.screen.query_one(AuditTable)
        indexes = [int(table.get_row_at(row)[0].plain) for row in range(table.row_count)]
        assert indexes == sorted(indexes, reverse=True)
        assert indexes[-1] == 0


async def test_the_entry_under_the_cursor_is_shown_in_full(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await show_audit(app, pilot, settle)
        await pilot.press("ctrl+end", "up")
        await settle(pilot)
        shown = str(app.screen.query_one("#entry-text", Static).content)
        assert "ingest" in shown
        assert "mira" in shown


async def test_an_untouched_log_verifies(app: FinslmApp, settle: Settle) -> None:
    async with app.run_test() as pilot:
        await show_audit(app, pilot, settle)
        await pilot.press("v")
        await settle(pilot)
        assert verdict(app).has_class("-good")
        assert "verifies" in str(verdict(app).content)


async def test_a_witness_of_another_log_is_a_failure_in_plain_words(
    app: FinslmApp, settle: Settle, tmp_path: Path
) -> None:
    witness = tmp_path / "witness"
    witness.write_text("not a checkpoint\n")
    async with app.run_test() as pilot:
        await show_audit(app, pilot, settle)
        await pilot.press("w")
        await pilot.pause()
        paste(pilot, str(witness))
        await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        assert verdict(app).has_class("-bad")
        assert str(verdict(app).content)
