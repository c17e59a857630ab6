"""The vault: an encrypted store for people, collections and documents.

In come documents as the readers gave them, and keys' purposes; out go documents, pages and keys for other rooms. Every
page is sealed with AES-256-GCM under its document's own key, that key under the collection's, that under the vault's,
which opens with a user's passphrase only; SQLCipher encrypts the records above that once more. The vault never decides
who may see what (policy/) and never writes plaintext to disk. The format is drawn in `docs/vault-format.md`.
"""

from finslm.vault.damage import database_damage
from finslm.vault.document_records import NewDocument
from finslm.vault.envelope import derive_key, seal, unseal
from finslm.vault.files import new_private_file, no_space_is_told, write_atomically
from finslm.vault.members import Member
from finslm.vault.records import database_errors_told, forget_past, open_database
from finslm.vault.recovery import new_code, write_code
from finslm.vault.store import DEFAULT_COLLECTION, Vault

__all__ = [
    "DEFAULT_COLLECTION",
    "Member",
    "NewDocument",
    "Vault",
    "database_damage",
    "database_errors_told",
    "derive_key",
    "forget_past",
    "new_code",
    "new_private_file",
    "no_space_is_told",
    "open_database",
    "seal",
    "unseal",
    "write_atomically",
    "write_code",
]
