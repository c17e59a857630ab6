"""Tables as JSON: out of the reading process, and in the vault. Cells are places in the text of their page, so that none
can differ.

{"page": 3, "columns": [...], "units": "in millions", "stub": "", "rows": [[label, section, [[start, end], null]]]}
"""

from __future__ import annotations

from typing import Any

from finslm.documents import Cell, Page, Row, Table


def plain(table: Table) -> dict[str, Any]:
    """The table as JSON holds it."""
    rows = [
        [row.label, row.section, [[cell.start, cell.end] if cell else None for cell in row.cells]] for row in table.rows
    ]
    return {
        "page": table.page,
        "columns": table.columns,
        "units": table.units,
        "stub": table.stub,
        "rows": rows,
    }


def parsed(answer: dict[str, Any], page: Page) -> Table:
    """The table of an answer, its cells taken from the text of `page`, on which it stands."""
    rows = tuple(
        Row(label, tuple(_cell(place, page.text) for place in cells), section)
        for label, section, cells in answer["rows"]
    )
    return Table(page.index, tuple(answer["columns"]), rows, answer["units"], answer["stub"])


def _cell(place: tuple[int, int] | None, text: str) -> Cell | None:
    if place is None:
        return None
    start, end = place
    return Cell(text[start:end], start, end)
