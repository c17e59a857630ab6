"""PDF page -> the tables on it, by where its words stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pypdfium2

from finslm.documents import Page, Table
from finslm.ingest.page_columns import columns_of_text
from finslm.ingest.pdf_words import Rule, Word, quarter_turns, rules_of, words_of
from finslm.ingest.table_blocks import Block, blocks_of
from finslm.ingest.table_columns import Grid, grid_of, merged
from finslm.ingest.table_headings import Rules, headings_of
from finslm.ingest.table_lines import lines_of
from finslm.ingest.table_rows import rows_of

FIGURE_ENDS_LINE = re.compile(r"(?:\d|—|-|N/A|\*)[)%]{0,2}[ )%]{0,3}$", re.MULTILINE)
FEWEST_LINES = 2
MOST_WORDS = 6000  # four times a page of small print: with more, the page is not to be read, it is to be survived
PAGE_NUMBER = re.compile(r"\d{1,3}\.?|[A-Z]-\d+")


def find_tables(pdf_page: pypdfium2.PdfPage, textpage: pypdfium2.PdfTextPage, raw: str, page: Page) -> list[Table]:
    """The tables of a page. `raw` is PDFium's text of it, `page` the page as the document will have it."""
    if len(FIGURE_ENDS_LINE.findall(page.text)) < FEWEST_LINES:
        return []
    turns = quarter_turns(textpage, raw)

    @cache
    def rules() -> Sequence[Rule]:
        return rules_of(pdf_page, turns)

    return tables_of(words_of(textpage, raw, page.text, turns), page, rules)


def tables_of(words: Sequence[Word], page: Page, rules: Rules) -> list[Table]:
    """The tables that the words of `page` stand in; `rules` gives the lines drawn on it."""
    if len(words) > MOST_WORDS:
        return []
    return [table for column in columns_of_text(words) for table in _tables(column, page, rules)]


def _tables(words: Sequence[Word], page: Page, rules: Rules) -> list[Table]:
    found: list[tuple[Grid, Table]] = []
    for block in blocks_of(lines_of(words)):
        grid = grid_of([line for line in block.body if line.figures])
        if grid.columns:
            grid, table = _table(block, grid, page, rules)
            found.append((grid, _continued(found[-1], grid, table) if found else table))
    return [table for _, table in found if _is_table(table)]


def _table(block: Block, grid: Grid, page: Page, rules: Rules) -> tuple[Grid, Table]:
    headings = headings_of(grid, block.above, rules)
    grid, columns = merged(grid, headings.columns)
    rows = rows_of(grid, (*headings.sections, *block.body), page.text)
    return grid, Table(page.index, columns, rows, headings.units, headings.stub)


def _continued(before: tuple[Grid, Table], grid: Grid, table: Table) -> Table:
    """The table with the headings of the one before it, if most of its columns have none and stand under those.

    A heading over few columns may be the text of a cell.
    """
    columns = before[0].columns
    if 2 * sum(map(bool, table.columns)) >= len(columns) or len(grid.columns) != len(columns):
        return table
    apart = max(abs(one.outer_right - other.outer_right) for one, other in zip(columns, grid.columns, strict=True))
    if apart > grid.rows[0].height:
        return table
    return replace(table, columns=before[1].columns, units=table.units or before[1].units)


def _is_table(table: Table) -> bool:
    """Whether it is one: a row alone needs headings, and a list of contents is no table."""
    cells = [cell for row in table.rows for cell in row.cells if cell]
    if len(table.rows) == 1 or len(cells) < 3:
        return len(cells) > 1 and all(table.columns)
    figures = sum(any(character.isdigit() for character in cell.text) for cell in cells)
    return figures > 1 and not _is_contents(table)


def _is_contents(table: Table) -> bool:
    """Whether the last column holds the numbers of pages: small, never falling, under no heading but that they are."""
    last = [row.cells[-1] for row in table.rows]
    numbers = [cell.text for cell in last if cell]
    if (table.columns[-1] and "page" not in table.columns[-1].lower()) or not all(map(PAGE_NUMBER.fullmatch, numbers)):
        return False
    values = [int(re.sub(r"\D", "", number)) for number in numbers]
    return len(values) > 2 and values == sorted(values)
