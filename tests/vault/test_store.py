from pathlib import Path

import pytest

from finslm.documents import Page, Reading
from finslm.errors import DocumentMissing, UsageError, VaultExists, VaultMissing, VaultTampered, WrongPassphrase
from finslm.vault import Member, NewDocument, Vault, new_code

ALICE = Member("alice", ("analyst",), "mnpi", ("default",))
READING = Reading("text/plain", "Letter", (Page(0, "quarterly dividend"), Page(1, "")))


def new_document(name: str = "letter.txt", sha256: str = "00") -> NewDocument:
    return NewDocument(READING, Path(name), sha256, 18, "default", "internal", name)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create(tmp_path / "v", "open sesame", ALICE)


def test_a_document_comes_back_after_the_vault_was_closed(vault: Vault) -> None:
    with vault.adding(new_document()) as stored:
        pass
    vault.close()
    again = Vault.open(vault.folder, "alice", "open sesame")
    assert again.document("letter.txt") == stored
    assert list(again.pages(stored.id)) == list(READING.pages)
    assert again.member("alice") == ALICE


def test_a_failure_inside_the_block_stores_nothing(vault: Vault) -> None:
    with pytest.raises(ZeroDivisionError), vault.adding(new_document()):
        raise ZeroDivisionError
    assert vault.documents() == ()


def test_a_wrong_passphrase_and_an_unknown_user_get_the_same_answer(vault: Vault) -> None:
    for user, passphrase in (("alice", "sesame open"), ("bob", "open sesame")):
        with pytest.raises(WrongPassphrase, match="does not open"):
            Vault.open(vault.folder, user, passphrase)


def test_a_vault_is_not_made_over_another(vault: Vault) -> None:
    header = (vault.folder / "vault.json").read_bytes()
    with pytest.raises(VaultExists):
        Vault.create(vault.folder, "other", ALICE)
    assert (vault.folder / "vault.json").read_bytes() == header


def test_missing_and_damaged_vaults_are_told_apart(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(VaultMissing):
        Vault.open(tmp_path / "nowhere", "alice", "x")
    vault.close()
    records = vault.folder / "records.db"
    records.write_bytes(bytes(len(records.read_bytes())))
    for log in vault.folder.glob("records.db-*"):
        log.unlink()
    with pytest.raises(VaultTampered):
        Vault.open(vault.folder, "alice", "open sesame")


def test_an_ambiguous_or_unknown_name_is_refused(vault: Vault) -> None:
    for sha256 in ("00", "01"):
        with vault.adding(new_document(sha256=sha256)):
            pass
    with pytest.raises(DocumentMissing, match="names 2 documents"):
        vault.document("letter.txt")
    with pytest.raises(DocumentMissing):
        vault.document("other.txt")
    with pytest.raises(UsageError):
        vault.collection_key("secret")


def test_the_recovery_code_gives_a_new_passphrase_and_the_old_one_is_gone(tmp_path: Path) -> None:
    code = new_code()
    first = Member("alice", ("analyst",), "mnpi", ("default",))
    Vault.create(tmp_path / "vault", "the first passphrase", first, recovery_code=code).close()
    typed = code.lower().replace("-", " ")
    Vault.recover(tmp_path / "vault", "alice", typed, "the second passphrase").close()
    Vault.open(tmp_path / "vault", "alice", "the second passphrase").close()
    with pytest.raises(WrongPassphrase):
        Vault.open(tmp_path / "vault", "alice", "the first passphrase")


def test_a_wrong_recovery_code_changes_nothing(tmp_path: Path) -> None:
    first = Member("alice", ("analyst",), "mnpi", ("default",))
    Vault.create(tmp_path / "vault", "the first passphrase", first, recovery_code=new_code()).close()
    header = (tmp_path / "vault" / "vault.json").read_bytes()
    with pytest.raises(WrongPassphrase):
        Vault.recover(tmp_path / "vault", "alice", new_code(), "the second passphrase")
    assert (tmp_path / "vault" / "vault.json").read_bytes() == header


def test_the_recovery_code_opens_no_vault_by_itself(tmp_path: Path) -> None:
    code = new_code()
    first = Member("alice", ("analyst",), "mnpi", ("default",))
    Vault.create(tmp_path / "vault", "the first passphrase", first, recovery_code=code).close()
    with pytest.raises(WrongPassphrase):
        Vault.open(tmp_path / "vault", "alice", code)
