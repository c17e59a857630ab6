"""`finslm init`: a new vault."""

from __future__ import annotations

import typer

from finslm.cli.output import print_json, say
from finslm.cli.session import passphrase, session_of


def init(context: typer.Context) -> None:
    """Make a vault, its first user and the default collection; verify the default model.

    Example: finslm --vault ./vault --passphrase-file F init
    """
    from finslm.desk import Desk

    session = session_of(context)
    settings = session.settings
    secret = passphrase(settings.passphrase_file, is_new=True)
    with Desk.create(settings.vault, secret, user=session.user, settings=settings) as desk:
        model = desk.model_status()
        if session.as_json:
            print_json({"vault": settings.vault, "user": desk.user, "model": model.name, "model_state": model.state})
        else:
            say(f"The vault in {settings.vault} is made; its first user is {desk.user}.")
        if not model.is_verified:
            say(f"The model {model.name} is not ready ({model.state}): run `finslm model build {model.name}`.")
