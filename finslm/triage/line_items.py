"""Line items: the names of figures worth reporting, with the words they go by, read from a data file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from finslm.errors import IntegrityError
from finslm.triage.cues import compile_phrase


@dataclass(frozen=True)
class LineItem:
    """One figure by name: how it is written, of what kinds its number is, and how much it matters (1 is ordinary)."""

    name: str
    pattern: re.Pattern[str]
    kinds: frozenset[str]
    importance: float


def load_line_items(path: Path) -> tuple[LineItem, ...]:
    """The line items of a TOML file, each with `phrases`, `kinds` and `importance`. Raises IntegrityError."""
    try:
        items = tomllib.loads(path.read_text("utf-8"))
        return tuple(
            LineItem(
                name.replace("_", " "),
                compile_phrase("|".join(item["phrases"])),
                frozenset(item.get("kinds", ["money"])),
                float(item.get("importance", 1.0)),
            )
            for name, item in items.items()
        )
    except (OSError, ValueError, KeyError, AttributeError, TypeError, re.error) as error:
        raise IntegrityError(
            f"the line items in {path.name} cannot be read ({error})",
            safe="nothing was triaged",
            next_step="restore the data folder from the installation, or mend the file",
        ) from error
