"""`finslm tui`: the analyst's screen."""

from __future__ import annotations

import typer

from finslm.cli.session import passphrase, session_of


def tui(context: typer.Context) -> None:
    """Open the analyst's screen.

    Example: finslm tui
    """
    from finslm.tui import run_tui

    session = session_of(context)
    settings = session.settings
    secret = passphrase(settings.passphrase_file) if settings.passphrase_file else None
    run_tui(settings, vault=settings.vault, user=session.user, passphrase=secret)
