"""The command `finslm`: global options, command groups, errors as one sentence with their exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from finslm import __version__
from finslm.cli.ask import ask
from finslm.cli.audit import audit
from finslm.cli.collection import collection
from finslm.cli.distill import distill
from finslm.cli.doctor import doctor
from finslm.cli.documents import docs, ingest, search
from finslm.cli.evaluate import evaluate
from finslm.cli.model import model
from finslm.cli.output import say
from finslm.cli.policy import policy
from finslm.cli.screen import tui
from finslm.cli.session import Session
from finslm.cli.triage import triage
from finslm.cli.vault import init, vault_group
from finslm.errors import FinslmError

app = typer.Typer(
    name="finslm",
    help="An on-premises assistant for finance analysts. Global options may stand before or after the command.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 denied by policy, 4 does not verify, 5 done in part.",
    pretty_exceptions_enable=False,
)
for command in (init, ingest, search, ask, triage, doctor, tui):
    app.command()(command)
app.command("eval")(evaluate)
app.add_typer(docs, name="docs")
app.add_typer(collection, name="collection")
app.add_typer(vault_group, name="vault")
app.add_typer(audit, name="audit")
app.add_typer(policy, name="policy")
app.add_typer(model, name="model")
app.add_typer(distill, name="distill")

WITH_VALUE = ("--vault", "--passphrase-file", "--as")
FLAGS = ("--json", "--quiet")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"finslm {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    vault: Annotated[Path | None, typer.Option(help="The vault's folder.", envvar="FINSLM_VAULT")] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(help="A file with the passphrase; otherwise it is asked for.", envvar="FINSLM_PASSPHRASE_FILE"),
    ] = None,
    user: Annotated[str | None, typer.Option("--as", help="The user; default: the system's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine output on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, no remarks.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Set up the session; without a command, open the analyst's screen on a terminal."""
    context.obj = Session(vault, passphrase_file, user, as_json, quiet)
    if context.invoked_subcommand is None:
        if sys.stdout.isatty():
            tui(context)
        else:
            typer.echo(context.get_help())


def hoisted(arguments: Sequence[str]) -> list[str]:
    """The arguments with the global options in front, wherever they stood; after `--` nothing is moved."""
    ahead: list[str] = []
    rest: list[str] = []
    waiting = list(reversed(arguments))
    while waiting:
        argument = waiting.pop()
        name, _, value = argument.partition("=")
        following = waiting[-1:]
        if argument == "--":
            rest += [argument, *reversed(waiting)]
            break
        if name not in (*WITH_VALUE, *FLAGS) or _is_own(name, value or "".join(following), rest):
            rest.append(argument)
            continue
        ahead.append(argument)
        if name in WITH_VALUE and not value:
            ahead += following
            del waiting[-1:]
    return ahead + rest


def _is_own(name: str, value: str, before: Sequence[str]) -> bool:
    """`policy check --as` names the user to check, and `model bench --json F.json` a file to write."""
    if name == "--as":
        return "policy" in before
    return name == "--json" and "bench" in before and value.endswith(".json")


def run() -> None:
    """The entry point: an expected failure is one sentence on stderr and its exit code."""
    try:
        app(args=hoisted(sys.argv[1:]), prog_name="finslm")
    except FinslmError as error:
        say(f"finslm: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        say("finslm: stopped; what was done before is kept; run the command again to go on")
        sys.exit(1)
