"""The vault's header: one slot a user, each holding the vault key under that user's passphrase.

The header is `vault.json`, short names, bytes in base64:

    {"v": 1, "id": vault id, "slots": [{"u": user, "m": KiB, "t": passes, "p": lanes, "salt": 16 bytes, "box": 60 bytes}]}

`box` is the 32-byte vault key sealed (envelope.py) under Argon2id(passphrase, salt; m, t, p), context "slot:ID:USER".
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from finslm.errors import VaultTampered, WrongPassphrase
from finslm.vault.envelope import KEY_BYTES, seal, unseal
from finslm.vault.files import write_atomically

# RFC 9106 section 4, second recommended option: 64 MiB, three passes, four lanes.
MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 4


@dataclass(frozen=True)
class Slot:
    """One way to open the vault."""

    u: str
    m: int
    t: int
    p: int
    salt: str
    box: str


@dataclass(frozen=True)
class Header:
    """The vault's id and its slots."""

    id: str
    slots: tuple[Slot, ...]


def make_slot(vault_id: str, user: str, passphrase: str, vault_key: bytes) -> Slot:
    """A slot that opens to `vault_key` (32 bytes) with `passphrase`."""
    salt = os.urandom(16)
    key = _stretch(passphrase, salt, MEMORY_KIB, PASSES, LANES)
    box = seal(key, vault_key, f"slot:{vault_id}:{user}")
    return Slot(user, MEMORY_KIB, PASSES, LANES, _encode(salt), _encode(box))


def open_slot(header: Header, user: str, passphrase: str) -> bytes:
    """The vault key. Raises WrongPassphrase, also when `user` has no slot: which of the two is not told."""
    for slot in header.slots:
        if slot.u == user:
            key = _stretch(passphrase, base64.b64decode(slot.salt), slot.m, slot.t, slot.p)
            try:
                return unseal(key, base64.b64decode(slot.box), f"slot:{header.id}:{user}")
            except VaultTampered:
                break
    raise WrongPassphrase(
        f"the passphrase does not open this vault for user {user}",
        safe="nothing was read or changed",
        next_step="check --passphrase-file and --as, and try again",
    )


def write_header(path: Path, header: Header) -> None:
    """Writes the header in place of the one before, whole or not at all."""
    record = {"v": 1, "id": header.id, "slots": [asdict(slot) for slot in header.slots]}
    write_atomically(path, json.dumps(record).encode())


def load_header(path: Path) -> Header:
    """The header at `path`. Raises VaultTampered when it is not one of ours."""
    try:
        record = json.loads(path.read_bytes())
        if record["v"] != 1:
            raise ValueError(f"version {record['v']}")
        return Header(record["id"], tuple(Slot(**slot) for slot in record["slots"]))
    except (ValueError, KeyError, TypeError) as error:
        raise VaultTampered(
            f"{path} is not a vault header of this version",
            safe="nothing was read or changed",
            next_step="restore vault.json from a backup",
        ) from error


def _stretch(passphrase: str, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=passes, lanes=lanes, memory_cost=memory_kib)
    return kdf.derive(passphrase.encode())


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()
