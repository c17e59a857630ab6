"""The tables of a stored document, through the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from finslm.config import Settings
from finslm.desk import Desk
from finslm.documents import Sensitivity
from finslm.errors import DocumentMissing, PolicyDenied
from finslm.vault import Vault, open_database


def lower_clearance(vault_path: Path, passphrase: str, clearance: Sensitivity) -> None:
    """Until there is a command for it, the officer's hand."""
    vault = Vault.open(vault_path, "alice", passphrase)
    with open_database(vault_path / "records.db", vault.key_for("records")).begin() as connection:
        connection.exec_driver_sql("UPDATE users SET clearance = ?", (clearance,))
    vault.close()


def test_the_figures_of_a_release_are_kept_with_their_places(desk: Desk, samples: Path) -> None:
    [stored] = desk.ingest([samples / "results-release-northmere-q3-2025.pdf"])
    assert stored.document
    text = desk.page(stored.document.id, 0).text
    [table] = desk.tables(stored.document.id, 0)
    assert desk.tables(stored.filename) == (table,)
    assert table.columns == ("2025", "2024")
    tax = next(row for row in table.rows if row.label == "Tax")
    assert [cell.text for cell in tax.cells if cell] == ["(6.9)", "(4.9)"]
    for cell in (cell for row in table.rows for cell in row.cells if cell):
        assert text[cell.start : cell.end] == cell.text


def test_a_file_without_tables_has_none(desk: Desk, samples: Path) -> None:
    desk.ingest([samples / "kyc-form-weatherly.txt"])
    assert desk.tables("kyc-form-weatherly.txt") == ()


def test_reading_tables_is_written_down(desk: Desk, samples: Path) -> None:
    [stored] = desk.ingest([samples / "fund-report-ashgrove-q2-2025.pdf"])
    desk.tables(stored.filename, 0)
    assert stored.document
    entry = desk.audit_entries()[-2]
    assert (entry.action, entry.resource) == ("read", f"Document:{stored.document.id}")
    assert entry.details == {"page": 0, "tables": 1}


def test_a_page_that_is_not_there_is_named(desk: Desk, samples: Path) -> None:
    desk.ingest([samples / "fund-report-ashgrove-q2-2025.pdf"])
    with pytest.raises(DocumentMissing, match="no page 7"):
        desk.tables("fund-report-ashgrove-q2-2025.pdf", 7)


def test_who_may_not_read_a_document_sees_none_of_its_tables(
    vault_path: Path, passphrase: str, settings: Settings, samples: Path
) -> None:
    with Desk.create(vault_path, passphrase, user="alice", settings=settings) as desk:
        desk.ingest([samples / "fund-report-ashgrove-q2-2025.pdf"], sensitivity="mnpi")
    lower_clearance(vault_path, passphrase, "internal")
    with Desk.open(vault_path, passphrase, user="alice", settings=settings) as desk, pytest.raises(PolicyDenied):
        desk.tables("fund-report-ashgrove-q2-2025.pdf", 0)
