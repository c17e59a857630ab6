"""AES-256-GCM envelopes: a sealed object opens only with its key and in its own place.

    offset  length  field
    0       12      nonce, random for each sealing (NIST SP 800-38D section 8.2.2)
    12      n       ciphertext of the n plaintext bytes
    12+n    16      authentication tag over ciphertext and context

The context (additional authenticated data) names the place: a page sealed for one document does not open in another.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from finslm.errors import VaultTampered

KEY_BYTES = 32
NONCE_BYTES = 12


def new_key() -> bytes:
    """A random 256-bit key."""
    return os.urandom(KEY_BYTES)


def derive_key(key: bytes, purpose: str) -> bytes:
    """The 256-bit key for one purpose, derived from `key` by HKDF-SHA256 (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def seal(key: bytes, plaintext: bytes, context: str) -> bytes:
    """`plaintext` sealed under the 32-byte `key` for the place `context`; 28 bytes longer."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> bytes:
    """The plaintext of `sealed`. Raises VaultTampered when key, place or a single bit is another."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise VaultTampered(
            f"the sealed object for {context.split(':', maxsplit=1)[0]} does not open with its key",
            safe="nothing of it was shown or changed",
            next_step="restore the vault folder from a backup, and find out who wrote to it",
        ) from error
