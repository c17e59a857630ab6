"""`finslm init` and `vault`: a new vault, and a way back into one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from finslm.cli.output import print_json, progress, say
from finslm.cli.session import passphrase, secret_from, session_of
from finslm.documents import VaultReport
from finslm.errors import VaultTampered

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


@vault_group.command("verify")
def verify(context: typer.Context) -> None:
    """Verify every record of the vault, and hold the search indexes against them; one that differs is made anew.

    Example: finslm vault verify --json
    """
    session = session_of(context)
    with session.open_desk() as desk, progress(quiet=session.quiet) as bar:
        task = bar.add_task("Verifying", total=None)
        report = desk.vault_verify(on_progress=lambda done, total: bar.update(task, completed=done, total=total))
    if session.as_json:
        print_json({"verified": not report.failures, "report": report})
    else:
        for line in _lines(report):
            typer.echo(line)
    _tell_failures(report)


def _lines(report: VaultReport) -> list[str]:
    seen = f"{report.documents} documents, {report.pages} pages and {report.tables} tables"
    lines = [] if report.failures else [f"The vault verifies: {seen} open with their keys."]
    if not report.failures and not report.rebuilt:
        lines.append("Each search index holds exactly these documents.")
    lines += [
        f"{f'Document {damage.document}' if damage.document else 'The vault'} does not verify: {damage.what}."
        for damage in report.failures
    ]
    return lines + [
        f"The search index of collection {name} did not hold exactly its documents; it was made anew from the records."
        for name in report.rebuilt
    ]


def _tell_failures(report: VaultReport) -> None:
    if not report.failures:
        return
    names = list(dict.fromkeys(damage.document or "the vault's own records" for damage in report.failures))
    raise VaultTampered(
        f"{len(names)} things in the vault do not verify: {', '.join(names)}",
        safe="everything else was looked at, and no document was changed",
        next_step="restore the vault folder from a backup, and find out who wrote to it",
    )
