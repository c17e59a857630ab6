"""What the global options say, and the desk that they open."""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from finslm.errors import PathMissing, UsageError

if TYPE_CHECKING:
    from finslm.config import Settings
    from finslm.desk import Desk


@dataclass(frozen=True)
class Session:
    """The global options of one run; `settings` are read when first needed, for `--help` must be quick."""

    vault: Path | None
    passphrase_file: Path | None
    user: str | None
    as_json: bool
    quiet: bool

    @property
    def settings(self) -> Settings:
        """The configuration file, the environment and the options, the later winning."""
        from finslm.config import Settings

        given = {"vault": self.vault, "passphrase_file": self.passphrase_file}
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]

    def open_desk(self) -> Desk:
        """The desk of the vault that the options name."""
        from finslm.desk import Desk

        settings = self.settings
        return Desk.open(settings.vault, passphrase(settings.passphrase_file), user=self.user, settings=settings)


def session_of(context: typer.Context) -> Session:
    """The session of this run."""
    session = context.find_root().obj
    assert isinstance(session, Session)  # noqa: S101  set by the root callback before any command runs
    return session


def passphrase(file: Path | None, *, is_new: bool = False) -> str:
    """The passphrase from its file, or asked for on the terminal. Raises PathMissing, UsageError."""
    secret = secret_from(file, "Passphrase")
    if file is None and is_new and getpass.getpass("Once more: ") != secret:
        raise UsageError("the two passphrases differ", next_step="run the command again")
    return secret


def secret_from(file: Path | None, name: str) -> str:
    """The content of `file`, or what is typed unseen on the terminal. Raises PathMissing, UsageError."""
    option = f"--{name.lower().replace('recovery ', '').replace(' ', '-')}-file"
    if file is not None:
        if not file.is_file():
            raise PathMissing(f"there is no {name.lower()} file {file}", next_step=f"name one with {option}")
        return file.read_text().rstrip("\n")
    if not sys.stdin.isatty():
        raise UsageError(f"no {name.lower()} was given", next_step=f"name a file with {option} F")
    return getpass.getpass(f"{name}: ")
