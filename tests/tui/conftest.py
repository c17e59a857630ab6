"""A real vault with real files, and the app over it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from analyst import PASSPHRASE, USER, Settle, write_report
from textual.pilot import Pilot

from finslm.config import Settings
from finslm.desk import Desk
from finslm.tui.app import FinslmApp


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of documents as an analyst has them; one of them is hostile to terminals."""
    folder = tmp_path_factory.mktemp("files")
    write_report(folder / "nordhavn_2023_annual_report.pdf")
    (folder / "rate_decision.txt").write_text(
        "Monetary policy decision\n\nThe Governing Council raised the deposit rate to 4.00 per cent.\n"
    )
    (folder / "hostile_note.txt").write_text(
        "Quarterly note\n\nThe terminal \x1b[31mturned red\x1b[0m and [bold]loud[/bold], said the treasurer.\n"
    )
    return folder


@pytest.fixture(scope="session")
def settings_without_model(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with no model built."""
    return Settings(models_dir=tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def stocked_vault(files: Path, settings_without_model: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault that holds the files; tests work on copies of it."""
    vault = tmp_path_factory.mktemp("stocked") / "vault"
    with Desk.create(vault, PASSPHRASE, user=USER, settings=settings_without_model) as desk:
        results = desk.ingest([files])
        assert [result.status for result in results] == ["stored"] * 3, results
    return vault


@pytest.fixture
def vault_path(stocked_vault: Path, tmp_path: Path) -> Path:
    """A copy of the stocked vault."""
    return Path(shutil.copytree(stocked_vault, tmp_path / "vault"))


@pytest.fixture
def locked_app(vault_path: Path, settings_without_model: Settings) -> FinslmApp:
    """The app before its vault is unlocked."""
    return FinslmApp(settings_without_model, vault=vault_path, user=USER)


@pytest.fixture
def app(vault_path: Path, settings_without_model: Settings) -> FinslmApp:
    """The app that unlocks its vault by itself, on a machine without a model."""
    return FinslmApp(settings_without_model, vault=vault_path, user=USER, passphrase=PASSPHRASE)


@pytest.fixture
def app_with_model(vault_path: Path, settings: Settings) -> FinslmApp:
    """The same on a machine where the small model is built; unsure as it is, it answers."""
    daring = settings.model_copy(update={"abstain_below": 0.0})
    return FinslmApp(daring, vault=vault_path, user=USER, passphrase=PASSPHRASE)


@pytest.fixture
def settle() -> Settle:
    """Waits until no worker runs and every message has been handled."""

    async def settle(pilot: Pilot[None]) -> None:
        await pilot.pause()
        while any(not worker.is_finished for worker in pilot.app.workers):
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
        await pilot.pause()

    return settle
