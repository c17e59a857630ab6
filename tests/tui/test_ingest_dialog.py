from __future__ import annotations

from pathlib import Path

from analyst import Settle, paste
from textual.pilot import Pilot
from textual.widgets import DataTable

from finslm.tui.app import FinslmApp
from finslm.tui.screens.desk import DeskScreen
from finslm.tui.screens.ingest import IngestScreen
from finslm.tui.widgets.document_table import DocumentTable


async def add(pilot: Pilot[None], settle: Settle, path: Path) -> list[tuple[str, ...]]:
    """Adds a path through the dialog and gives the rows of its results."""
    await settle(pilot)
    await pilot.press("ctrl+o")
    await pilot.pause()
    paste(pilot, str(path))
    await pilot.pause()
    await pilot.press("enter")
    await settle(pilot)
    table = pilot.app.screen.query_one("#ingest-results", DataTable)
    return [tuple(cell.plain for cell in table.get_row_at(row)) for row in range(table.row_count)]


async def test_a_new_file_is_stored_and_appears_in_the_list(app: FinslmApp, settle: Settle, tmp_path: Path) -> None:
    (tmp_path / "memo.txt").write_text("Memo: the covenant waiver was granted on 3 May 2024.\n")
    async with app.run_test() as pilot:
        rows = await add(pilot, settle, tmp_path / "memo.txt")
        assert [row[1:] for row in rows] == [("memo.txt", "stored  1 pages")]
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen.query_one(DocumentTable).row_count == 4


async def test_files_that_are_stored_already_are_called_unchanged(app: FinslmApp, settle: Settle, files: Path) -> None:
    async with app.run_test() as pilot:
        rows = await add(pilot, settle, files)
        assert [row[0] for row in rows] == ["=", "=", "="]


async def test_an_unreadable_file_is_named_with_its_reason(app: FinslmApp, settle: Settle, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing that follows")
    async with app.run_test() as pilot:
        rows = await add(pilot, settle, tmp_path / "broken.pdf")
        assert rows[0][:2] == ("✗", "broken.pdf")
        assert rows[0][2]


async def test_a_path_that_does_not_exist_is_told_in_a_notification(
    app: FinslmApp, settle: Settle, tmp_path: Path
) -> None:
    async with app.run_test() as pilot:
        rows = await add(pilot, settle, tmp_path / "nowhere")
        assert rows == []
        assert any("nowhere" in notice.message for notice in app._notifications)


async def test_escape_hides_the_dialog_and_the_key_shows_it_again_with_its_results(
    app: FinslmApp, settle: Settle, files: Path
) -> None:
    async with app.run_test() as pilot:
        await add(pilot, settle, files)
        await pilot.press("escape")
        assert isinstance(app.screen, DeskScreen)
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert isinstance(app.screen, IngestScreen)
        assert app.screen.query_one("#ingest-results", DataTable).row_count == 3
