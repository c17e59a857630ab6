"""Starts an interpreter of our own that reads a document: with nothing of the user's but the open document."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from finslm.errors import ReaderUnprotected

PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "PYTHONHOME",
)  # no FINSLM_*, no proxies, no credentials
# A thread of a library for numbers would need the right to start one, which an ordinary user's reader has not; and each
# thread's own heap reserves 64 MiB of the memory that is allowed.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


def start(module: str, *arguments: str, source: int) -> subprocess.Popen[bytes]:
    """The running process of `module`, which confines itself; `source`, an open file, is its standard input."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter with our own module
        [sys.executable, "-P", "-B", "-S", "-m", module, *arguments],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd="/",
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """The child's environment: where Python finds its modules, and nothing of the user's."""
    room = Path(__file__).resolve().parents[2]
    places = [place for place in sys.path if Path(place).is_absolute()]
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**kept, **ONE_THREAD, "PYTHONPATH": os.pathsep.join([*places, str(room)])}


def unprotected(missing: Sequence[str]) -> ReaderUnprotected:
    """The error for a process that found these protections missing, and therefore read nothing."""
    return ReaderUnprotected(
        f"this machine does not give the reading process what it must have ({', '.join(missing)})",
        safe="no document was read",
        next_step="`finslm doctor` shows every protection; use a kernel with seccomp or user namespaces",
    )
