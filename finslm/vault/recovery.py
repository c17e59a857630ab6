"""The recovery code: a second way into a vault, kept on paper, that gives a user who lost the passphrase a new one.

It opens the slot of the name RECOVERY, which is no user's: the code alone reads nothing. 20 random bytes in base32
(RFC 4648), in groups of four; letter case, blanks and dashes do not matter when it is typed.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from finslm.errors import PathMissing
from finslm.vault.files import new_private_file, no_space_is_told

RECOVERY = "recovery code"
CODE_BYTES = 20
GROUP = 4


def new_code() -> str:
    """A code of eight groups, 160 bits."""
    letters = base64.b32encode(os.urandom(CODE_BYTES)).decode()
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def plain(code: str) -> str:
    """The code as the slot knows it, however it was typed."""
    return "".join(char for char in code.upper() if char.isalnum())


def write_code(path: Path, code: str) -> None:
    """Writes the code to a new file that its owner alone may read. Raises PathMissing, NoSpaceLeft."""
    try:
        with no_space_is_told(path), new_private_file(path) as file:
            file.write(f"{code}\n".encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise PathMissing(
            f"the recovery code cannot be written to {path} ({error.strerror})",
            safe="no vault was made",
            next_step="name a new file in a folder that exists",
        ) from error
