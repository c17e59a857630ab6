"""Takes the pictures of the README: drives the analyst's screen over a demonstration vault and saves it as SVG.

    python scripts/screenshots.py [FOLDER]

Everything shown is real: the sample documents, the built models, the answers. Needs the models that
`policies/models.toml` names for questions and for triage.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from textual.events import Paste
from textual.pilot import Pilot

from finslm.config import Settings, shipped
from finslm.desk import Desk
from finslm.documents import Sensitivity
from finslm.tui.app import FinslmApp
from finslm.tui.widgets.citation_link import CitationLink

USER = "mira"
PASSPHRASE = "ledger orchard seventeen"
SIZE = (120, 34)
SAMPLES = shipped("data") / "samples"
SENSITIVITIES: dict[str, Sensitivity] = {
    "board-paper-refinancing-orrin.txt": "mnpi",
    "unreleased-results-northmere.eml": "mnpi",
    "covenant-notice-tarnbrook.pdf": "confidential",
    "kyc-form-weatherly.txt": "confidential",
    "news-halden-cyber-incident.html": "public",
    "central-bank-statement-norland.txt": "public",
    "results-release-northmere-q3-2025.pdf": "public",
}
SEARCH = "covenant leverage"
ASKED_ABOUT = "results-release-northmere-q3-2025.pdf"
QUESTIONS = (
    "What was the operating profit in the third quarter of 2025?",
    "Who conducted the orchestra in Vienna?",
)


def stock(vault: Path, settings: Settings) -> None:
    """Makes the demonstration vault."""
    with Desk.create(vault, PASSPHRASE, user=USER, settings=settings) as desk:
        for path in sorted(SAMPLES.iterdir()):
            desk.ingest([path], sensitivity=SENSITIVITIES.get(path.name, "internal"))


async def settle(pilot: Pilot[None]) -> None:
    """Waits until no worker runs and every message has been handled."""
    await pilot.pause()
    while any(not worker.is_finished for worker in pilot.app.workers):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
    await pilot.pause()


async def enter(pilot: Pilot[None], text: str) -> None:
    """Pastes a line into the focused field and presses Enter."""
    pilot.app.post_message(Paste(text))
    await pilot.pause()
    await pilot.press("enter")
    await settle(pilot)


async def take(folder: Path, settings: Settings) -> None:
    """Walks through the app and saves a picture of each part."""
    app = FinslmApp(settings, vault=Path("~/finance-vault"), user=USER)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        app.save_screenshot("unlock.svg", str(folder))
        await enter(pilot, PASSPHRASE)
        await show_documents(pilot, folder)
        await show_ask(pilot, folder)
        await pilot.press("f4")
        await settle(pilot)
        await enter(pilot, os.path.relpath(SAMPLES))
        await pilot.press("ctrl+end")
        await settle(pilot)
        app.save_screenshot("triage.svg", str(folder))
        await pilot.press("f5")
        await settle(pilot)
        await pilot.press("v")
        await settle(pilot)
        app.save_screenshot("audit.svg", str(folder))


async def show_documents(pilot: Pilot[None], folder: Path) -> None:
    """The list, then a search with the first passage open."""
    pilot.app.save_screenshot("documents.svg", str(folder))
    await pilot.press("slash")
    await settle(pilot)
    await enter(pilot, SEARCH)
    await pilot.press("enter")
    await settle(pilot)
    pilot.app.save_screenshot("search.svg", str(folder))


async def show_ask(pilot: Pilot[None], folder: Path) -> None:
    """A conversation about one document with the source of the first answer beside it."""
    await pilot.press("escape", "slash")
    await settle(pilot)
    pilot.app.post_message(Paste(ASKED_ABOUT))
    await pilot.pause()
    await pilot.press("down", "a")
    await settle(pilot)
    for question in QUESTIONS:
        await enter(pilot, question)
    citations = pilot.app.screen.query(CitationLink)
    if citations:
        citations.first().focus()
        await pilot.press("enter")
        await settle(pilot)
    pilot.app.save_screenshot("ask.svg", str(folder))


def main() -> None:
    """Makes the vault in a home folder that is thrown away, so that no path of this machine is shown."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings()
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        stock(Path("~/finance-vault").expanduser(), settings)
        asyncio.run(take(folder, settings))


if __name__ == "__main__":
    main()
