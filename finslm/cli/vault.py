"""`finslm init` and `vault`: a new vault, and a way back into one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from finslm.cli.output import print_json, say
from finslm.cli.session import passphrase, secret_from, session_of

vault_group = typer.Typer(no_args_is_help=True, help="The vault itself.")


def init(
    context: typer.Context,
    recovery_out: Annotated[Path | None, typer.Option(help="A new file for the recovery code.")] = None,
) -> None:
    """Make a vault, its first user and the default collection; verify the default model.

    Example: finslm --vault ./vault --passphrase-file F init --recovery-out recovery.txt
    """
    from finslm.desk import Desk

    session = session_of(context)
    settings = session.settings
    secret = passphrase(settings.passphrase_file, is_new=True)
    with Desk.create(settings.vault, secret, user=session.user, settings=settings, recovery_out=recovery_out) as desk:
        model = desk.model_status()
        if session.as_json:
            print_json({"vault": settings.vault, "user": desk.user, "model": model.name, "model_state": model.state})
        else:
            say(f"The vault in {settings.vault} is made; its first user is {desk.user}.")
        if recovery_out:
            say(f"The recovery code stands in {recovery_out}: print it, lock it away, delete the file.")
        if not model.is_verified:
            say(f"The model {model.name} is not ready ({model.state}): run `finslm model build {model.name}`.")


@vault_group.command("recover")
def recover(
    context: typer.Context,
    code_file: Annotated[Path | None, typer.Option(help="A file with the recovery code; else it is asked for.")] = None,
) -> None:
    """Give a user whose passphrase is lost a new one, by the recovery code.

    Example: finslm --vault ./vault --passphrase-file NEW vault recover --code-file recovery.txt
    """
    from finslm.desk import Desk

    session = session_of(context)
    settings = session.settings
    code = secret_from(code_file, "Recovery code")
    secret = passphrase(settings.passphrase_file, is_new=True)
    with Desk.recover(settings.vault, code, secret, user=session.user, settings=settings) as desk:
        say(f"{desk.user} has a new passphrase; no document was touched, and the recovery code stays good.")
