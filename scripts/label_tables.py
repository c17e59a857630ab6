"""Turns tables labelled by hand into digests that may be published: the filings' own text stays out of the repository.

    python scripts/label_tables.py tables.txt tests/ingest/table_labels.jsonl

`tables.txt` holds tables one after the other, with a blank line between them:

    # NAME_OF_THE_PDF PAGE dev          page from 0; `dev` or `test`
     | Heading of column 1 | Heading of column 2
    Label of the row | 1,234 | (56)

A spanning heading is written before each heading under it. A blank cell stays blank and is no cell.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

NOTE = re.compile(r"\((?:\d|[a-z])\)|\(?unaudited\)?")  # (1), (a): a note's mark, wherever it hangs; and its commonest
NO_LETTER = re.compile(r"[^\w]|_")
IN_VALUE = re.compile(r"[\s$]")


@dataclass(frozen=True)
class LabelledTable:
    """A table of a page, its cells as digests of row label, column heading and value."""

    pdf: str
    page: int
    half: str
    cells: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plain", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    tables = tuple(parsed(given.plain.read_text("utf-8")))
    given.out.write_text("".join(json.dumps(asdict(table)) + "\n" for table in tables))
    print(f"{len(tables)} tables, {sum(len(table.cells) for table in tables)} cells")


def parsed(plain: str) -> Iterator[LabelledTable]:
    """The tables of a file of labels."""
    for block in re.split(r"\n\s*\n(?=#)", plain.strip()):
        head, headings, *rows = block.split("\n")
        pdf, page, half = head.removeprefix("#").split()
        columns = [heading.strip() for heading in headings.split("|")[1:]]
        yield LabelledTable(pdf, int(page), half, tuple(_digests(columns, rows)))


def _digests(columns: list[str], rows: list[str]) -> Iterator[str]:
    for row in rows:
        label, *values = (part.strip() for part in row.split("|"))
        for column, value in zip(columns, values, strict=True):
            if value:
                yield digest(label, column, value)


def digest(label: str, column: str, value: str) -> str:
    """Twelve hexadecimal digits for a cell: letters and digits of label and heading; the value without $ and space."""
    plain = f"{_letters(label)}|{_letters(column)}|{IN_VALUE.sub('', value)}"
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return NO_LETTER.sub("", NOTE.sub("", folded))


if __name__ == "__main__":
    main()
