"""Questions of our templates about the tables of published sets, whose contexts carry few questions of their own.

A context is computed once for all its questions, so that more of them cost little; and rows, years and signs are what
the published questions get wrong most often.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from finslm.answer import BETWEEN_CELLS, parse_line
from finslm.distill.examples import Example
from finslm.distill.lines import scale_of_units
from finslm.distill.synth import Family, asked_of, load_families
from finslm.distill.tables import Row, Statement
from finslm.documents import Scale

MOST_ASKED = 6
HEADER_LINES = 3
FEWEST_ROWS = 2
DASHES = ("", "-", "–", "—", "$-", "$—", "$ —", "N/A", "n/a")
AMOUNT = re.compile(r"[$€£¥ ]*[(−–-]? ?[$€£¥]? ?\d[\d,]*(?:\.\d+)? ?%? ?\)? ?%?")
WORDS = re.compile("[A-Za-z]{2}")
UNLIKE = re.compile(
    r"share|price|per\b|number|[%$]|percent|rate\b|change|increase|exercis|\bterm\b|li[fv]es?\b|average|\bnote|.{60}",
    re.IGNORECASE,
)
"""Headings of columns that are not in the scale of the table, or too long for a question."""
YEAR = re.compile(r"\b20[012]\d\b")


@dataclass(frozen=True)
class Drills:
    """The families for tables whose columns are years, and for others."""

    years: Sequence[Family]
    grids: Sequence[Family]

    @classmethod
    def load(cls, data_dir: Path) -> Drills:
        """Those of the project's templates."""
        return cls(load_families(data_dir, "drills.toml"), load_families(data_dir, "grids.toml"))


def drilled(examples: Iterable[Example], drills: Drills, seed: int) -> Iterator[Example]:
    """The examples, with questions about the first of their tables that has columns which a question can name."""
    for example in examples:
        statement = statement_of(example)
        if statement is None:
            yield example
            continue
        families = drills.years if statement.has_years else drills.grids
        chance = random.Random(f"{seed}|{example.context_id}")  # noqa: S311 - examples, not secrets
        more = asked_of(statement, example.passages, families, chance, most=MOST_ASKED)
        yield replace(example, asked=(*example.asked, *more))


def statement_of(example: Example) -> Statement | None:
    """The first table of a context, rows between bars, with the years or else the headings of its columns.

    Its scale is that of the context's known answers.
    """
    for passage in example.passages:
        if BETWEEN_CELLS in passage:
            lines = [tuple(cell.strip() for cell in line.split(BETWEEN_CELLS)) for line in passage.splitlines()]
            columns = _years(lines[:HEADER_LINES]) or _headings(lines)
            rows = tuple(_rows(lines, columns))
            if len(columns) > 1 and len(rows) >= FEWEST_ROWS:
                place = (example.context_id, 0, 0)
                return Statement(
                    *place, _scale(example), tuple(columns.values()), rows, (), tuple(passage.splitlines())
                )
    return None


def _years(header: Sequence[Sequence[str]]) -> dict[int, str]:
    """The year of each column that has one: of the first line whose years differ; none where a year stands twice."""
    for cells in header:
        years = {i: found[0] for i, cell in enumerate(cells) if i and len(found := YEAR.findall(cell)) == 1}
        if len(years) > 1:
            return years if len(set(years.values())) == len(years) else {}
    return {}


def _headings(lines: Sequence[Sequence[str]]) -> dict[int, str]:
    """The headings of the columns, of all lines above the first row of amounts; none where two columns have the same.

    Columns that are not in the scale of the table are left out.
    """
    first = next(
        (n for n, cells in enumerate(lines) if any(map(AMOUNT.fullmatch, cells[1:])) and not _are_years(cells[1:])), 0
    )
    header = [cells for cells in lines[:first] if any(cells[1:]) and scale_of_units(cells) == "none"]
    if not 1 <= len(header) <= HEADER_LINES:
        return {}
    spread = [*map(_spread, header[:-1]), header[-1]]
    headings = {i: " ".join(filter(None, cells)) for i, cells in enumerate(zip(*spread, strict=False)) if i}
    if len(set(headings.values())) < len(headings):
        return {}
    return {i: heading for i, heading in headings.items() if WORDS.search(heading) and not UNLIKE.search(heading)}


def _are_years(cells: Sequence[str]) -> bool:
    return all(YEAR.fullmatch(cell) for cell in cells if cell)


def _spread(cells: Sequence[str]) -> Sequence[str]:
    """Headings that stand over several columns, over each of them: those of a line that leaves half of its cells empty."""
    if sum(map(bool, cells)) * 2 > len(cells):
        return cells
    spread = [cells[0]]
    for cell in cells[1:]:
        spread.append(cell or spread[-1])
    return spread


def _rows(lines: Iterable[Sequence[str]], columns: dict[int, str]) -> Iterator[Row]:
    """The rows down to where other headings begin."""
    has_begun = False
    for cells in lines:
        if row := _row(cells, columns):
            has_begun = True
            yield row
        elif has_begun and sum(bool(WORDS.search(cell) or YEAR.search(cell)) for cell in cells[1:]) > 1:
            return


def _row(cells: Sequence[str], columns: dict[int, str]) -> Row | None:
    """A row with a number in one of the columns at least; a cell with a dash is empty."""
    if not columns or len(cells) <= max(columns) or not (WORDS.search(cells[0]) or YEAR.fullmatch(cells[0])):
        return None
    numbers = tuple("" if cells[i] in DASHES else cells[i] for i in columns)
    if _are_years(numbers) or not all(AMOUNT.fullmatch(number) for number in numbers if number):
        return None
    return Row(cells[0].strip(" :"), numbers)


def _scale(example: Example) -> Scale:
    """What most of the known answers are in; where they do not say, what the units line states."""
    lines = [parse_line(asked.line) for asked in example.asked]
    stated = Counter(line.scale for line in lines if line and line.scale not in ("none", "percent"))
    return stated.most_common(1)[0][0] if stated else scale_of_units(example.passages)
