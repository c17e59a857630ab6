"""A row of a table -> one line: its cells joined by ` | `."""

from __future__ import annotations

import re
from collections.abc import Iterable

MANY_BLANKS = re.compile(r"(?:\| +){17,}")


def row_text(cells: Iterable[str]) -> str:
    """The cells of a row on one line, those in the middle that are empty kept, those at its end left out."""
    line = " | ".join(" ".join(cell.split()) for cell in cells)
    # A note far to the right of a sheet would trail thousands of bars behind it.
    return MANY_BLANKS.sub("| … | ", line).rstrip(" |")
