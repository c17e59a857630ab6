"""How much a page looks like one of the financial statements: by its title, and by the rows that mark such a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from finslm.search.thesaurus import Statement, plain

HEAD_CHARACTERS = 500
FEWEST_NUMBERS = 15
ROWS_OF_A_STATEMENT = 12
TITLE_WEIGHT, ROWS_WEIGHT, NOTE_WEIGHT = 0.55, 0.6, 0.3
NUMBER = re.compile(r"\d[\d,]*")
NOTES = "notes to"
LEADERS = re.compile(r"\.{4,}|(?:\. ){4,}")
ITEM = re.compile(r"item \d+[a-c]?\.")


class StatementLikeness:
    """Judges pages by the titles and rows of the thesaurus' statements."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.names = tuple(each.name for each in statements)
        self._rows = [each.rows for each in statements]
        self._titles = [re.compile(rf"^[^\n]{{0,40}}?(?:{'|'.join(each.titles)})", re.MULTILINE) for each in statements]

    def of(self, page: str) -> tuple[float, ...]:
        """A likeness (0 to 1.15) for each statement, in the order of `names`; 0 for a page of hardly any numbers."""
        text = plain(page)
        if sum(1 for _ in NUMBER.finditer(text)) < FEWEST_NUMBERS:
            return (0.0,) * len(self.names)
        head = text[:HEAD_CHARACTERS]
        # A note may open with a statement's name ("notes to consolidated statements ...") and is none.
        note = NOTE_WEIGHT if NOTES in head else 0.0
        return tuple(
            max(0.0, TITLE_WEIGHT * bool(title.search(head)) + ROWS_WEIGHT * _share(rows, text) - note)
            for title, rows in zip(self._titles, self._rows, strict=True)
        )


def is_contents(page: str) -> bool:
    """Is this a table of contents: leaders, or one item heading after another?"""
    return len(LEADERS.findall(page)) > 6 or len(ITEM.findall(page.lower())) > 8


def _share(rows: Sequence[str], text: str) -> float:
    return min(1.0, sum(row in text for row in rows) / min(ROWS_OF_A_STATEMENT, len(rows)))
