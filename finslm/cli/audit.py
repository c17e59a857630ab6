"""`finslm audit`: who saw what, and the proof that nobody changed the record of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from finslm.cli.output import print_json, print_table
from finslm.cli.session import session_of

audit = typer.Typer(no_args_is_help=True, help="The audit log.")


@audit.command()
def show(context: typer.Context) -> None:
    """Show all entries, oldest first.

    Example: finslm audit show --json
    """
    session = session_of(context)
    with session.open_desk() as desk:
        entries = desk.audit_entries()
    if session.as_json:
        for entry in entries:
            print_json(entry)
        return
    columns = ("#", "time", "user", "action", "resource", "outcome", "details")
    rows = (
        (
            e.index,
            e.time,
            e.user,
            e.action,
            e.resource,
            e.outcome,
            ", ".join(f"{k}={v}" for k, v in e.details.items()),
        )
        for e in entries
    )
    print_table("Audit log", columns, rows)


@audit.command()
def verify(
    context: typer.Context,
    witness: Annotated[Path | None, typer.Option(help="A checkpoint kept elsewhere.")] = None,
) -> None:
    """Verify every entry, the signed checkpoint, and a witness's older checkpoint.

    Example: finslm audit verify --witness /media/usb/checkpoint
    """
    session = session_of(context)
    with session.open_desk() as desk:
        report = desk.audit_verify(witness)
    if session.as_json:
        print_json({"verified": True, "report": report})
    else:
        seen = f", as the witness saw it at {report.witness_size}" if witness else ""
        typer.echo(f"The audit log verifies: {report.entries} entries, root {report.root}{seen}.")


@audit.command()
def checkpoint(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="The file to write; otherwise it is printed.")] = None,
) -> None:
    """Give the signed checkpoint, to be kept by a witness outside the vault.

    Example: finslm audit checkpoint --out /media/usb/checkpoint
    """
    session = session_of(context)
    with session.open_desk() as desk:
        note = desk.audit_checkpoint()
    if out:
        out.write_text(note)
    elif session.as_json:
        print_json({"checkpoint": note})
    else:
        typer.echo(note, nl=False)
