"""The analyst's screen: a Textual app over one opened vault.

In come the settings, the place of a vault, a user and perhaps a passphrase; out goes what the analyst sees:
documents and their pages, answers with citations, triage, the audit log. Screens and panes call the desk from
threads, so the screen never waits for the model; widgets show what they are given and say what was done to
them. This room never opens a file of the vault, a model or a document by itself: everything goes through
`finslm.desk.Desk`.
"""

from __future__ import annotations

from pathlib import Path

from finslm.config import Settings


def run_tui(settings: Settings, *, vault: Path, user: str | None, passphrase: str | None) -> None:
    """Runs the analyst's screen until the user quits; with a passphrase the vault is unlocked directly."""
    from finslm.tui.app import FinslmApp  # noqa: PLC0415 - Textual is loaded when a screen is wanted

    FinslmApp(settings, vault=vault, user=user, passphrase=passphrase).run()


__all__ = ["run_tui"]
