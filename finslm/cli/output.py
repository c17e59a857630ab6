"""Printing: JSON on stdout for programs, tables for people, everything else on stderr."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table


def to_json(value: Any) -> Any:
    """Values of ours as JSON values: dataclasses as objects, tuples as lists, decimals as numbers."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [to_json(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | Path):
        return str(value)
    return value


def json_line(value: Any) -> str:
    """One value as one line of JSON."""
    return json.dumps(to_json(value), ensure_ascii=False)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    typer.echo(json_line(value))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for people on stdout; nothing in a cell is read as markup."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    print_rich(table)


def print_rich(table: Table) -> None:
    """A table of rich's on stdout."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        # A pipe has no width; rows must not be folded to a guess of one.
        console = Console(width=160)
    console.print(table)


def say(text: str) -> None:
    """A remark on stderr."""
    typer.echo(text, err=True)


@contextmanager
def progress(*, quiet: bool, in_bytes: bool = False) -> Iterator[Progress]:
    """A progress bar on stderr, drawn only on a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    console = Console(stderr=True)
    amount = (DownloadColumn(), TransferSpeedColumn()) if in_bytes else (MofNCompleteColumn(),)
    columns = (TextColumn("{task.description}"), BarColumn(), *amount, TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        yield bar
