from pathlib import Path

import pytest

from finslm.audit import AuditLog
from finslm.errors import AuditTampered
from finslm.vault.envelope import new_key


def note(log: AuditLog, action: str) -> None:
    log.append(user="alice", action=action, resource="Vault:1", outcome="allowed", details={"n": 1}, policy="p")


@pytest.fixture
def key() -> bytes:
    return new_key()


@pytest.fixture
def log(tmp_path: Path, key: bytes) -> AuditLog:
    log = AuditLog.create(tmp_path / "audit", "v1", key)
    for action in ("init", "ingest", "ask"):
        note(log, action)
    return log


def lines_of(tmp_path: Path) -> list[bytes]:
    return (tmp_path / "audit" / "entries.log").read_bytes().splitlines(keepends=True)


def write_lines(tmp_path: Path, lines: list[bytes]) -> None:
    (tmp_path / "audit" / "entries.log").write_bytes(b"".join(lines))


def test_entries_come_back_in_order_and_verify(log: AuditLog) -> None:
    assert [entry.action for entry in log.entries()] == ["init", "ingest", "ask"]
    assert log.verify().entries == log.verify().checkpoint_size == 3


def test_two_writers_take_turns(log: AuditLog, tmp_path: Path, key: bytes) -> None:
    other = AuditLog(tmp_path / "audit", "v1", key)
    note(other, "search")
    note(log, "read")
    note(other, "list")
    assert [entry.action for entry in log.entries()][3:] == ["search", "read", "list"]
    assert log.verify().entries == 6


@pytest.mark.parametrize("which", range(3))
def test_a_changed_entry_is_detected(log: AuditLog, tmp_path: Path, which: int) -> None:
    lines = lines_of(tmp_path)
    changed = bytearray(lines[which])
    changed[80] = ord("A") if changed[80] != ord("A") else ord("B")
    write_lines(tmp_path, [*lines[:which], bytes(changed), *lines[which + 1 :]])
    with pytest.raises(AuditTampered):
        log.verify()


def test_a_removed_or_moved_entry_is_detected_and_nothing_more_is_written(
    log: AuditLog, tmp_path: Path, key: bytes
) -> None:
    lines = lines_of(tmp_path)
    for tampered in (lines[:2], lines[1:], [lines[1], lines[0], lines[2]]):
        write_lines(tmp_path, tampered)
        with pytest.raises(AuditTampered):
            log.verify()
        with pytest.raises(AuditTampered):
            note(AuditLog(tmp_path / "audit", "v1", key), "ask")


def test_a_rollback_of_the_whole_folder_is_detected_by_a_witness(log: AuditLog, tmp_path: Path) -> None:
    old = (lines_of(tmp_path), (tmp_path / "audit" / "checkpoint").read_bytes())
    note(log, "read")
    witness = tmp_path / "witness"
    witness.write_text(log.checkpoint())
    assert log.verify(witness).witness_size == 4
    write_lines(tmp_path, old[0])
    (tmp_path / "audit" / "checkpoint").write_bytes(old[1])
    assert log.verify().entries == 3
    with pytest.raises(AuditTampered, match="witness"):
        log.verify(witness)


def test_a_checkpoint_of_another_vault_is_refused(log: AuditLog, tmp_path: Path) -> None:
    other = AuditLog.create(tmp_path / "other", "v2", new_key())
    witness = tmp_path / "witness"
    witness.write_text(other.checkpoint())
    with pytest.raises(AuditTampered, match="not signed"):
        log.verify(witness)


def test_an_append_cut_short_by_a_crash_is_written_over(log: AuditLog, tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "audit" / "entries.log"
    path.write_bytes(path.read_bytes() + b"0123abcd")
    again = AuditLog(tmp_path / "audit", "v1", key)
    note(again, "read")
    assert again.verify().entries == 4


def test_the_folder_tells_nothing_in_clear(log: AuditLog, tmp_path: Path) -> None:
    data = b"".join(path.read_bytes() for path in (tmp_path / "audit").iterdir())
    for word in (b"alice", b"ingest", b"Vault:1"):
        assert word not in data
