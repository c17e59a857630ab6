"""Programs found by search: which two or three cells of one row or column, under which operation, give the known answer?

Some published questions carry their answer alone. A program is taken only when the question's own words name the operation
and exactly one set of cells gives the answer (weak supervision by execution, as in arXiv 1606.02447).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from finslm.answer import numbers_of
from finslm.distill.lines import agrees
from finslm.distill.spelling import value_of

PERCENT_CHANGE = "({0} - {1}) / {1} * 100"
FORMS: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    ("percent", re.compile(r"percent|%|growth rate|rate of", re.IGNORECASE), (PERCENT_CHANGE, "{0} / {1} * 100")),
    ("average", re.compile(r"average|mean", re.IGNORECASE), ("({0} + {1}) / 2", "({0} + {1} + {2}) / 3")),
    ("ratio", re.compile(r"ratio|proportion|divided", re.IGNORECASE), ("{0} / {1}",)),
    (
        "change",
        re.compile(r"change|differ|increase|decrease|more|less|higher|lower|exceed|grow", re.IGNORECASE),
        ("{0} - {1}",),
    ),
    ("sum", re.compile(r"total|sum|combined|together|altogether", re.IGNORECASE), ("{0} + {1}", "{0} + {1} + {2}")),
)
MOST_CELLS = 14
"""Lines longer than this give too many sets of cells for any to be meant."""


def induced(question: str, answer: Decimal, table: Sequence[Sequence[str]]) -> str | None:
    """The one program over cells of `table` that the question names and that gives `answer`; None when none or several do."""
    forms = next((forms for _, named, forms in FORMS if named.search(question)), ())
    found = {program for form in forms for program in _programs(form, table) if _gives(program, answer)}
    return found.pop() if len(found) == 1 else None


def _programs(form: str, table: Sequence[Sequence[str]]) -> Iterator[str]:
    operands = 3 if "{2}" in form else 2
    for line in _lines(table):
        # Sums do not depend on the order of their terms.
        sets = (
            itertools.permutations(line, 2)
            if operands == 2 and "+" not in form
            else itertools.combinations(line, operands)
        )
        yield from (form.format(*cells) for cells in sets)


def _lines(table: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """The numbers of each row and of each column, signs in brackets kept."""
    width = max((len(row) for row in table), default=0)
    columns = [[row[i] for row in table if i < len(row)] for i in range(1, width)]
    for cells in (*(row[1:] for row in table), *columns):
        numbers = [number for cell in cells if (number := _cell_number(cell))]
        if 2 <= len(numbers) <= MOST_CELLS:
            yield numbers


def _cell_number(cell: str) -> str | None:
    numbers = numbers_of(cell)
    if len(numbers) != 1:
        return None
    is_negative = re.match(r"\s*[$€£]?\s*[(\-–]", cell)
    return f"(-{numbers[0]})" if is_negative else numbers[0]


def _gives(program: str, answer: Decimal) -> bool:
    value = value_of(program)
    return value is not None and agrees(value, answer)
