"""Measures how well tables are recovered from PDF pages, against tables labelled by hand, and what it costs a page.

A labelled cell is found when the table has its value under its row label and its column heading (recall); a cell that
the table gives and nobody labelled counts against it (precision). Of several tables on a page, the best one is taken.

    python scripts/bench_tables.py --data ../shared/data [--half dev] [--labels tables.txt] [--timing 40] [--json]
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from label_tables import LabelledTable, digest, parsed

from finslm.documents import Page, Table
from finslm.ingest.pdf_tables import find_tables
from finslm.ingest.pdf_words import page_text

LABELS = Path(__file__).parents[1] / "tests" / "ingest" / "table_labels.jsonl"


@dataclass(frozen=True)
class Score:
    """Cells of one labelled table: labelled, given by the reader, and both."""

    half: str
    name: str
    labelled: int
    given: int
    right: int
    missed: tuple[str, ...]


def main() -> None:
    given = arguments()
    labels = labelled(given.labels)
    scores = [scored(given.data, table) for table in labels if given.half in {table.half, "all"}]
    if given.json:
        print(json.dumps({half: figures([score for score in scores if score.half == half]) for half in halves(scores)}))
        return
    for score in scores:
        print(f"{score.half:4} {score.name:48} {score.right:4} of {score.labelled:4} labelled, {score.given:4} given")
        if given.misses:
            print(*score.missed, sep="\n")
    for half in halves(scores):
        total = figures([score for score in scores if score.half == half])
        print(f"{half}: {total}")
    if given.timing:
        print(costs(given.data, given.timing))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with pdfs/")
    parser.add_argument("--labels", type=Path, default=LABELS, help="labels as digests, or in plain text")
    parser.add_argument("--half", choices=("dev", "test", "all"), default="all")
    parser.add_argument("--misses", action="store_true", help="the cells given and not labelled, in plain text")
    parser.add_argument("--timing", type=int, default=0, metavar="N", help="time every Nth page of all PDFs")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def labelled(path: Path) -> Sequence[LabelledTable]:
    if path.suffix == ".jsonl":
        lines = (json.loads(line) for line in path.read_text().splitlines())
        return [LabelledTable(line["pdf"], line["page"], line["half"], tuple(line["cells"])) for line in lines]
    return list(parsed(path.read_text("utf-8")))


def halves(scores: Sequence[Score]) -> list[str]:
    return sorted({score.half for score in scores})


def scored(data: Path, label: LabelledTable) -> Score:
    """The score of the table of the page that holds most of the labelled cells."""
    wanted = Counter(label.cells)
    best = max(
        tables_of(data / "pdfs" / f"{label.pdf}.pdf", label.page), key=lambda table: right(table, wanted), default=None
    )
    cells = cells_of(best) if best else []
    missed = tuple(f"      {plain}" for plain, cell in cells if cell not in wanted)
    name = f"{label.pdf} {label.page}"
    return Score(label.half, name, len(label.cells), len(cells), right(best, wanted) if best else 0, missed)


def right(table: Table, wanted: Counter[str]) -> int:
    return (Counter(cell for _, cell in cells_of(table)) & wanted).total()


def cells_of(table: Table) -> list[tuple[str, str]]:
    """Each cell of a table in plain text, and its digest."""
    return [
        (f"{row.label} | {column} | {cell.text}", digest(row.label, column, cell.text))
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=True)
        if cell
    ]


def tables_of(path: Path, index: int) -> list[Table]:
    pdf = pypdfium2.PdfDocument(path)
    page = pdf[index]
    textpage = page.get_textpage()
    raw = textpage.get_text_range()
    return find_tables(page, textpage, raw, Page(index, page_text(raw)))


def figures(scores: Sequence[Score]) -> dict[str, float]:
    labelled_cells, cells, found = (
        sum(getattr(score, name) for score in scores) for name in ("labelled", "given", "right")
    )
    return {
        "tables": len(scores),
        "cells": labelled_cells,
        "recall": round(found / labelled_cells, 4),
        "precision": round(found / max(1, cells), 4),
        "whole tables": sum(score.right == score.labelled == score.given for score in scores),
    }


def costs(data: Path, every: int) -> str:
    """Milliseconds a page of text and of tables, over every `every`th page of all PDFs."""
    reading = finding = 0.0
    pages = tables = 0
    for page, textpage, raw, seconds in texts_of(data, every):
        start = time.process_time()
        tables += len(find_tables(page, textpage, raw, Page(0, page_text(raw))))
        finding += time.process_time() - start
        reading += seconds
        pages += 1
    return (
        f"{pages} pages, {tables} tables: {1000 * reading / pages:.2f} ms a page to read its text, "
        f"{1000 * finding / pages:.2f} ms a page to find its tables"
    )


def texts_of(data: Path, every: int) -> Iterator[tuple[pypdfium2.PdfPage, pypdfium2.PdfTextPage, str, float]]:
    for path in sorted((data / "pdfs").glob("*.pdf")):
        pdf = pypdfium2.PdfDocument(path)
        for index in range(0, len(pdf), every):
            start = time.process_time()
            page = pdf[index]
            textpage = page.get_textpage()
            raw = textpage.get_text_range()
            yield page, textpage, raw, time.process_time() - start
            page.close()


if __name__ == "__main__":
    main()
