"""Tables come back from the vault as the reader gave them, and open in their own place only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from finslm.documents import Cell, Page, Reading, Row, Table
from finslm.errors import VaultTampered
from finslm.vault import Member, NewDocument, Vault, open_database
from finslm.vault.records import TablesRecord

TEXT = "Net sales 21,400 20,050\nCost of sales (13,910) —"
SALES = Table(
    1,
    ("2024", "2023"),
    (
        Row("Net sales", (Cell("21,400", 10, 16), Cell("20,050", 17, 23))),
        Row("Cost of sales", (Cell("(13,910)", 38, 46), None), "Expenses:"),
    ),
    "in millions",
    "Fiscal year",
)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder = tmp_path_factory.mktemp("tables") / "v"
    return Vault.create(folder, "open sesame", Member("alice", ("analyst",), "mnpi", ("default",)))


def store(vault: Vault, pages: Sequence[str], tables: Sequence[Table]) -> str:
    reading = Reading("application/pdf", "", tuple(Page(i, text) for i, text in enumerate(pages)), (), tuple(tables))
    sha256 = str(len(vault.documents()))
    with vault.adding(NewDocument(reading, Path("a.pdf"), sha256, 1, "default", "internal", "a.pdf")) as document:
        return document.id


def test_the_tables_of_a_page_come_back_whole_and_in_order(vault: Vault) -> None:
    other = Table(1, ("",), (Row("Net sales", (Cell("20,050", 17, 23),)),))
    later = Table(2, ("Ratio",), (Row("Cover", (Cell("3.5", 0, 3),)),))
    document = store(vault, ["", TEXT, "3.5"], [later, SALES, other])
    assert vault.tables(document, 1) == (SALES, other)
    assert vault.tables(document) == (SALES, other, later)
    assert vault.tables(document, 0) == ()


@st.composite
def pages_with_tables(draw: st.DrawFn) -> tuple[list[str], list[Table]]:
    words = st.text(max_size=12)
    pages = draw(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=3))
    tables = []
    for index in sorted(draw(st.lists(st.sampled_from(range(len(pages))), max_size=4))):
        columns = draw(st.lists(words, max_size=3))
        places = st.tuples(st.integers(0, len(pages[index])), st.integers(0, len(pages[index]))).map(sorted)
        cells = st.none() | places.map(lambda place, text=pages[index]: Cell(text[place[0] : place[1]], *place))
        row = st.builds(Row, words, st.tuples(*[cells] * len(columns)), words)
        rows = draw(st.lists(row, max_size=3))
        tables.append(Table(index, tuple(columns), tuple(rows), draw(words), draw(words)))
    return pages, tables


@given(pages_with_tables())
@settings(max_examples=40, deadline=None)
def test_whatever_tables_a_reader_found_come_back_equal(vault: Vault, content: tuple[list[str], list[Table]]) -> None:
    pages, tables = content
    document = store(vault, pages, tables)
    assert vault.tables(document) == tuple(tables)


def test_tables_do_not_open_on_another_page(vault: Vault) -> None:
    document = store(vault, ["", TEXT, TEXT], [SALES])
    with Session(open_database(vault.folder / "records.db", vault.key_for("records"))) as session:
        record = session.scalars(select(TablesRecord).where(TablesRecord.document_id == document)).one()
        assert json.dumps("Expenses:").encode() not in record.sealed_tables
        record.page_index = 2
        session.commit()
    with pytest.raises(VaultTampered, match="tables"):
        vault.tables(document)


def test_a_vault_from_before_tables_opens_and_keeps_those_that_come(tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "v", "open sesame", Member("alice", ("analyst",), "mnpi", ("default",)))
    old = store(vault, ["Revenue 12"], [])
    with open_database(vault.folder / "records.db", vault.key_for("records")).begin() as connection:
        connection.exec_driver_sql("DROP TABLE tables")
    vault.close()
    again = Vault.open(vault.folder, "alice", "open sesame")
    new = store(again, ["", TEXT], [SALES])
    assert (again.tables(old), again.tables(new)) == ((), (SALES,))
    again.close()
