"""Collections through the desk: what is stored in one is found in it, and by its members only."""

from __future__ import annotations

from pathlib import Path

import pytest

from finslm.config import Settings
from finslm.desk import Desk
from finslm.documents import Collection
from finslm.errors import CollectionExists, PolicyDenied, UsageError
from finslm.vault import Vault, open_database


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def in_records(vault_path: Path, passphrase: str, statement: str) -> None:
    """Until there is a command for it, the officer's hand."""
    vault = Vault.open(vault_path, "alice", passphrase)
    with open_database(vault_path / "records.db", vault.key_for("records")).begin() as connection:
        connection.exec_driver_sql(statement)
    vault.close()


def test_a_collection_takes_documents_and_is_searched_alone(desk: Desk, tmp_path: Path) -> None:
    assert desk.collections() == (Collection("default", 0),)
    assert desk.add_collection("deals") == Collection("deals", 0)
    desk.ingest([write(tmp_path, "open.txt", "Leverage was 3.1x at year end.")])
    [deal] = desk.ingest([write(tmp_path, "deal.txt", "Leverage shall be 4.5x.")], collection="deals")
    assert desk.collections() == (Collection("deals", 1), Collection("default", 1))
    assert [hit.document for hit in desk.search("leverage", collection="deals")] == [deal.document]
    assert len(desk.search("leverage")) == 2
    assert desk.vault_verify().rebuilt == ()


def test_each_collection_has_a_key_of_its_own(desk: Desk, vault_path: Path, passphrase: str) -> None:
    desk.add_collection("deals")
    vault = Vault.open(vault_path, "alice", passphrase)
    assert len({vault.collection_key(name) for name in ("default", "deals")}) == 2
    vault.close()


def test_a_collection_is_there_when_the_vault_is_opened_again(
    vault_path: Path, passphrase: str, settings: Settings, tmp_path: Path
) -> None:
    with Desk.create(vault_path, passphrase, user="alice", settings=settings) as desk:
        desk.add_collection("Projekt Österreich 2")
    with Desk.open(vault_path, passphrase, user="alice", settings=settings) as desk:
        [result] = desk.ingest([write(tmp_path, "a.txt", "Fees rose.")], collection="Projekt Österreich 2")
        assert result.status == "stored"


def test_a_collection_is_added_once(desk: Desk) -> None:
    with pytest.raises(CollectionExists, match="was not touched"):
        desk.add_collection("default")


@pytest.mark.parametrize("name", ["", " deals", "deals ", "a/b", "..", "a\nb", "x" * 65])
def test_a_name_that_could_mislead_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        desk.add_collection(name)


def test_adding_is_written_down(desk: Desk) -> None:
    desk.add_collection("deals")
    entry = desk.audit_entries()[-2]
    assert (entry.action, entry.resource, entry.outcome) == ("collection_add", "Collection:deals", "allowed")


def test_who_is_no_officer_adds_none_and_sees_their_own(
    vault_path: Path, passphrase: str, settings: Settings, tmp_path: Path
) -> None:
    with Desk.create(vault_path, passphrase, user="alice", settings=settings) as desk:
        desk.add_collection("deals")
        desk.ingest([write(tmp_path, "deal.txt", "Leverage shall be 4.5x.")], collection="deals")
    in_records(vault_path, passphrase, """UPDATE users SET roles = '["analyst"]', collections = '["default"]'""")
    with Desk.open(vault_path, passphrase, user="alice", settings=settings) as desk:
        assert desk.collections() == (Collection("default", 0),)
        assert desk.search("leverage") == ()
        with pytest.raises(PolicyDenied):
            desk.add_collection("more")
