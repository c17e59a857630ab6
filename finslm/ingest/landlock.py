"""Landlock: the kernel lets the reading process read the places it is given, and no other file. Linux 5.13 and newer.

Called as landlock(7) describes it, through libc's `syscall`, which has no names for these calls:

    struct landlock_ruleset_attr { u64 handled_access_fs; u64 handled_access_net; u64 scoped; }
    struct landlock_path_beneath_attr { u64 allowed_access; s32 parent_fd; }  (packed)
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every processor
ASK_VERSION = 1
RULE_PATH_BENEATH = 1

READ_FILE, READ_DIR = 1 << 2, 1 << 3
# Every right that version N of Landlock knows; what is known and not granted is refused.
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
TCP_SINCE, TCP_RIGHTS = 4, 0b11  # bind and connect
SCOPES_SINCE, SCOPES = 6, 0b11  # abstract Unix sockets and signals to processes outside


def allow_reading_only(places: Iterable[Path]) -> None:
    """Takes from this thread, and all that it starts, every file but those under `places`, and those to read only.

    Needs no_new_privs. A kernel without Landlock leaves everything as it is; a place that does not exist is left out.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE_RULESET, None, 0, ASK_VERSION)
    if version < 1:
        return
    rights = struct.pack(
        "=QQQ",
        FILE_RIGHTS[min(version, max(FILE_RIGHTS))],
        TCP_RIGHTS if version >= TCP_SINCE else 0,
        SCOPES if version >= SCOPES_SINCE else 0,
    )
    ruleset = libc.syscall(CREATE_RULESET, rights, len(rights), 0)
    if ruleset < 0:
        return
    for place in places:
        _grant(libc, ruleset, place)
    libc.syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _grant(libc: ctypes.CDLL, ruleset: int, place: Path) -> None:
    try:
        descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rights = READ_FILE | READ_DIR if place.is_dir() else READ_FILE
    libc.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    os.close(descriptor)
