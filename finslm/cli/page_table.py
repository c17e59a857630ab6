"""A table of a page, printed for people as it stands in the document."""

from __future__ import annotations

from finslm.cli.output import print_rich
from finslm.documents import Cell, Row, Table


def print_page_table(name: str, table: Table) -> None:
    """The table under its name and units; a heading inside it is a row of its own. Nothing is read as markup."""
    from rich.table import Table as Printed
    from rich.text import Text

    title = Text(f"{name}, {table.units}" if table.units else name)
    printed = Printed(title=title, title_justify="left")
    printed.add_column(Text(table.stub), overflow="fold")
    for heading in table.columns:
        printed.add_column(Text(heading), justify="right", overflow="fold")
    section = ""
    for row in table.rows:
        if row.section != section:
            section = row.section
            printed.add_row(Text(section, style="italic"))
        printed.add_row(Text(_label(row)), *(Text(_printed(cell)) for cell in row.cells))
    print_rich(printed)


def _printed(cell: Cell | None) -> str:
    """The cell in one line; PDFium breaks the line before a bracket that is drawn by itself."""
    return " ".join(cell.text.split()).replace(" )", ")") if cell else ""


def _label(row: Row) -> str:
    return f"  {row.label}" if row.section else row.label
