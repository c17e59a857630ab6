from __future__ import annotations

from pathlib import Path

import pytest
from analyst import Settle, paste
from textual.pilot import Pilot
from textual.widgets import Static

from finslm.tui.app import FinslmApp
from finslm.tui.widgets.busy_line import BusyLine
from finslm.tui.widgets.triage_table import TriageTable


async def triage(pilot: Pilot[None], settle: Settle, folder: Path) -> dict[str, list[str]]:
    """Runs triage on a folder and gives the rows by file name."""
    await settle(pilot)
    await pilot.press("f4")
    await settle(pilot)
    paste(pilot, str(folder))
    await pilot.pause()
    await pilot.press("enter")
    await settle(pilot)
    return rows(pilot)


def rows(pilot: Pilot[None]) -> dict[str, list[str]]:
    table = pilot.app.screen.query_one(TriageTable)
    shown = [[cell.plain for cell in table.get_row_at(row)] for row in range(table.row_count)]
    return {row[1]: row for row in shown}


@pytest.fixture
def inbox(tmp_path: Path, samples: Path) -> Path:
    """Two sample documents, one of which cannot be read."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for name in ("news-halden-cyber-incident.html", "board-minutes-damaged.pdf"):
        (folder / name).write_bytes((samples / name).read_bytes())
    return folder


async def test_a_folder_that_does_not_exist_is_told_in_a_notification(
    app: FinslmApp, settle: Settle, tmp_path: Path
) -> None:
    async with app.run_test() as pilot:
        assert await triage(pilot, settle, tmp_path / "nowhere") == {}
        assert any("nowhere" in notice.message for notice in app._notifications)
        assert "failed" in str(app.screen.query_one("#triage-progress", BusyLine).content)


@pytest.mark.model
async def test_every_file_gets_a_row_with_its_queue_and_a_damaged_one_is_named_with_its_reason(
    app_with_model: FinslmApp, settle: Settle, inbox: Path
) -> None:
    async with app_with_model.run_test(size=(120, 40)) as pilot:
        found = await triage(pilot, settle, inbox)
        assert found["board-minutes-damaged.pdf"][:3] == ["✗", "board-minutes-damaged.pdf", "failed"]
        assert found["news-halden-cyber-incident.html"][0] in {"✓", "!"}
        assert found["news-halden-cyber-incident.html"][2]
        subtitle = str(app_with_model.screen.query_one("#triage-list").border_subtitle)
        assert subtitle.startswith("2 files")
        assert subtitle.endswith("1 failed")


@pytest.mark.model
async def test_the_selected_row_is_shown_with_what_was_found(
    app_with_model: FinslmApp, settle: Settle, inbox: Path
) -> None:
    async with app_with_model.run_test(size=(120, 40)) as pilot:
        await triage(pilot, settle, inbox)
        await pilot.press("ctrl+home")
        await settle(pilot)
        first = str(app_with_model.screen.query_one("#record-text", Static).content)
        await pilot.press("down")
        await settle(pilot)
        second = str(app_with_model.screen.query_one("#record-text", Static).content)
        assert first
        assert second
        assert first != second


@pytest.mark.model
async def test_the_filter_leaves_only_what_a_person_must_see(
    app_with_model: FinslmApp, settle: Settle, inbox: Path
) -> None:
    async with app_with_model.run_test(size=(120, 40)) as pilot:
        everything = await triage(pilot, settle, inbox)
        await pilot.press("f")
        await settle(pilot)
        assert set(rows(pilot)) == {name for name, row in everything.items() if row[0] in {"!", "✗"}}
        await pilot.press("f")
        await settle(pilot)
        assert rows(pilot) == everything


@pytest.mark.model
async def test_escape_stops_triage_and_the_same_folder_goes_on(
    app_with_model: FinslmApp, settle: Settle, inbox: Path
) -> None:
    async with app_with_model.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("f4")
        await settle(pilot)
        paste(pilot, str(inbox))
        await pilot.pause()
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert "stopped" in str(app_with_model.screen.query_one("#triage-progress", BusyLine).content)
        await pilot.press("slash", "enter")
        await settle(pilot)
        assert len(rows(pilot)) == 2
