"""`finslm policy`: what the rules say."""

from __future__ import annotations

from typing import Annotated

import typer

from finslm.cli.output import print_json
from finslm.cli.session import session_of
from finslm.errors import PolicyDenied

policy = typer.Typer(no_args_is_help=True, help="The policies.")


@policy.callback()
def policies() -> None:
    """The policies: who may do what to which document."""


@policy.command()
def check(
    context: typer.Context,
    action: Annotated[str, typer.Option(help="read, search, ask, export or shred.")],
    doc: Annotated[str, typer.Option(help="An id, or a file name.")],
    subject: Annotated[str | None, typer.Option("--as", help="The user to check; default: you.")] = None,
) -> None:
    """Say whether a user may do an action to a document; a denial ends with exit code 3.

    Example: finslm policy check --action read --doc report.pdf --as carol
    """
    session = session_of(context)
    with session.open_desk() as desk:
        decision = desk.check(action, doc, subject)
    if session.as_json:
        print_json(decision)
    elif decision.allowed:
        typer.echo(f"{decision.user} may {action} {doc}: {', '.join(decision.policies)}")
    if not decision.allowed:
        raise PolicyDenied(
            f"{decision.user} may not {action} {doc}",
            safe="this was a question only",
            next_step="see policies/",
        )
