"""Checkpoints: the size and root of the log, signed, as a C2SP signed note (c2sp.org/tlog-checkpoint, /signed-note).

ORIGIN                      finslm/<vault id>
SIZE                        decimal number of entries
ROOT                        base64 of the 32-byte RFC 6962 root
                            (empty line)
— ORIGIN SIGNATURE          base64 of key hash (4 bytes) || Ed25519 signature (64 bytes) over the text above the empty line
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from finslm.errors import AuditTampered


@dataclass(frozen=True)
class Checkpoint:
    """The log as it stood once: `size` entries with the 32-byte RFC 6962 `root`."""

    origin: str
    size: int
    root: bytes


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The signed note for `checkpoint`."""
    text = _text(checkpoint)
    stamp = _key_hash(checkpoint.origin, key.public_key()) + key.sign(text.encode())
    return f"{text}\n— {checkpoint.origin} {base64.b64encode(stamp).decode()}\n"


def parse(note: str, origin: str, key: Ed25519PublicKey) -> Checkpoint:
    """The checkpoint in a signed note. Raises AuditTampered unless it is signed by `key` for `origin`."""
    try:
        text, _, signature = note.partition("\n\n")
        note_origin, size, root = text.split("\n")
        stamp = base64.b64decode(signature.removeprefix(f"— {origin} ").strip(), validate=True)
        checkpoint = Checkpoint(note_origin, int(size), base64.b64decode(root, validate=True))
        key.verify(stamp[4:], _text(checkpoint).encode())
        if note_origin != origin or stamp[:4] != _key_hash(origin, key):
            raise ValueError("another log")
    except (ValueError, InvalidSignature) as error:
        raise AuditTampered(
            "a checkpoint is not signed by this vault's audit key",
            safe="nothing was changed",
            next_step="compare the vault with its witness and its backup, and find out who wrote to the audit folder",
        ) from error
    return checkpoint


def _text(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"


def _key_hash(origin: str, key: Ed25519PublicKey) -> bytes:
    """The first four bytes of SHA-256(name || 0x0A || 0x01 || public key), as signed-note says for Ed25519."""
    return hashlib.sha256(origin.encode() + b"\n\x01" + key.public_bytes_raw()).digest()[:4]
