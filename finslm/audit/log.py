"""The log file: one line an entry, sealed, so that the folder tells nothing about questions or documents.

    offset  length  field
    0       64      leaf hash (RFC 6962) of the entry's canonical JSON, in hexadecimal
    64      1       space
    65      n       base64 of the canonical JSON sealed under the audit key, context "audit:INDEX"
    65+n    1       line feed

The signed checkpoint stands beside it. Entry, then checkpoint, are on disk before the action they record is told done:
if either cannot be written the action fails. A last line without its line feed is an append that a crash cut short: its
action never finished, and the next append writes over it.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from finslm.audit.checkpoint import Checkpoint, parse, sign
from finslm.audit.merkle import Frontier, leaf_hash
from finslm.documents import AuditEntry, AuditReport
from finslm.errors import AuditTampered, NoSpaceLeft, VaultTampered
from finslm.vault import derive_key, no_space_is_told, seal, unseal, write_atomically

HASH_DIGITS = 64
Details = Mapping[str, str | int | bool | list[str]]


class AuditLog:
    """The audit log in `folder`, sealed and signed with keys derived from the 32-byte `key`. Safe between processes."""

    def __init__(self, folder: Path, vault_id: str, key: bytes) -> None:
        self._origin = f"finslm/{vault_id}"
        self._entries_path = folder / "entries.log"
        self._checkpoint_path = folder / "checkpoint"
        self._seal_key = derive_key(key, "entries")
        self._signing_key = Ed25519PrivateKey.from_private_bytes(derive_key(key, "signature"))
        self._frontier = Frontier()
        self._read_bytes = self._start_of_last_line = 0

    @classmethod
    def create(cls, folder: Path, vault_id: str, key: bytes) -> AuditLog:
        """A new, empty log with its first checkpoint."""
        folder.mkdir(mode=0o700, exist_ok=True)
        log = cls(folder, vault_id, key)
        write_atomically(log._entries_path, b"")
        log._write_checkpoint()
        return log

    def append(
        self,
        *,
        user: str,
        action: str,
        resource: str,
        outcome: Literal["allowed", "denied", "failed"],
        details: Details,
        policy: str,
    ) -> None:
        """Adds one entry, on disk and under a new checkpoint when this returns. Raises AuditTampered, NoSpaceLeft."""
        with self._locked() as file:
            self._catch_up(file)
            index = self._frontier.size
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            entry = canonical(AuditEntry(index, now, user, action, resource, outcome, dict(details), policy))
            leaf = leaf_hash(entry)
            sealed = base64.b64encode(seal(self._seal_key, entry, f"audit:{index}"))
            self._write_line(file, leaf.hex().encode() + b" " + sealed + b"\n")
            self._frontier.add(leaf)
            self._write_checkpoint_or_take_back(file)

    def entries(self) -> tuple[AuditEntry, ...]:
        """All entries, oldest first. Raises AuditTampered at the first that does not open or match its hash."""
        with self._locked() as file:
            return tuple(self._open_line(index, line) for index, line in enumerate(_whole_lines(file)))

    def checkpoint(self) -> str:
        """The signed note of the log as it stands, to be kept by a witness. Raises AuditTampered."""
        self.verify()
        return self._read_checkpoint_file()

    def verify(self, witness: Path | None = None) -> AuditReport:
        """Checks every entry, the checkpoint and, where given, a witness's older checkpoint. Raises AuditTampered."""
        with self._locked() as file:
            lines = list(_whole_lines(file))
            for index, line in enumerate(lines):
                self._open_line(index, line)
            leaves = [_leaf_of(line) for line in lines]
            current = self._parse(self._read_checkpoint_file())
            self._hold_against(current, leaves, "its checkpoint")
            seen = self._parse(witness.read_text()) if witness else None
            if seen:
                self._hold_against(seen, leaves, "the witness")
        return AuditReport(len(leaves), Frontier(leaves).root().hex(), current.size, seen.size if seen else None)

    def _hold_against(self, checkpoint: Checkpoint, leaves: list[bytes], name: str) -> None:
        if checkpoint.size > len(leaves):
            missing = checkpoint.size - len(leaves)
            raise _tampered(f"the audit log lacks {missing} entries that {name} has seen")
        if Frontier(leaves[: checkpoint.size]).root() != checkpoint.root:
            raise _tampered(f"the audit log differs from what {name} has seen")

    def _open_line(self, index: int, line: bytes) -> AuditEntry:
        try:
            sealed = base64.b64decode(line[HASH_DIGITS + 1 :], validate=True)
            plain = unseal(self._seal_key, sealed, f"audit:{index}")
            if leaf_hash(plain) != _leaf_of(line):
                raise ValueError("the hash is another")
            return AuditEntry(**json.loads(plain))
        except (ValueError, VaultTampered) as error:
            raise _tampered(f"entry {index} of the audit log was changed, moved or removed") from error

    def _catch_up(self, file: BinaryIO) -> None:
        """Reads what other processes appended, and proves that the log still holds all that was checkpointed."""
        if os.fstat(file.fileno()).st_size < self._read_bytes:
            raise _tampered("the audit log has become shorter")
        checkpoint = self._parse(self._read_checkpoint_file())
        file.seek(self._read_bytes)
        for line in _whole_lines(file):
            self._frontier.add(_leaf_of(line))
            self._read_bytes += len(line) + 1
            if self._frontier.size == checkpoint.size and self._frontier.root() != checkpoint.root:
                raise _tampered("the audit log differs from what its checkpoint has seen")
        if checkpoint.size > self._frontier.size:
            raise _tampered("the audit log lacks entries that its checkpoint has seen")

    def _write_line(self, file: BinaryIO, line: bytes) -> None:
        with no_space_is_told(self._entries_path):
            file.seek(self._read_bytes)
            file.truncate()
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._start_of_last_line = self._read_bytes
        self._read_bytes += len(line)

    def _write_checkpoint_or_take_back(self, file: BinaryIO) -> None:
        """Without its checkpoint the last entry must not stand: the action it records is about to fail."""
        try:
            self._write_checkpoint()
        except NoSpaceLeft:
            file.truncate(self._start_of_last_line)
            self._frontier, self._read_bytes = Frontier(), 0
            raise

    def _write_checkpoint(self) -> None:
        checkpoint = Checkpoint(self._origin, self._frontier.size, self._frontier.root())
        write_atomically(self._checkpoint_path, sign(checkpoint, self._signing_key).encode())

    def _parse(self, note: str) -> Checkpoint:
        return parse(note, self._origin, self._signing_key.public_key())

    def _read_checkpoint_file(self) -> str:
        try:
            return self._checkpoint_path.read_text()
        except (FileNotFoundError, UnicodeDecodeError) as error:
            raise _tampered("the audit log's checkpoint is missing or unreadable") from error

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        try:
            file = self._entries_path.open("r+b")
        except FileNotFoundError as error:
            raise _tampered("the audit log is missing") from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def canonical(entry: AuditEntry) -> bytes:
    """The entry as canonical JSON (RFC 8785: our keys are ASCII, our numbers integers, so sorting keys is enough)."""
    return json.dumps(asdict(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    for line in file:
        if line.endswith(b"\n"):
            yield line[:-1]


def _leaf_of(line: bytes) -> bytes:
    try:
        return bytes.fromhex(line[:HASH_DIGITS].decode())
    except ValueError as error:
        raise _tampered("a line of the audit log is not an entry") from error


def _tampered(happened: str) -> AuditTampered:
    return AuditTampered(
        happened,
        safe="nothing was changed, and nothing more is done with this vault until it verifies",
        next_step="compare it with a witness (`finslm audit verify --witness F`) and with the backup",
    )
