"""What the reading process gives up before it looks at a document, and the proof that it has. Linux.

Order matters: the network goes first, because a new user namespace needs a process that may still do things, and the
filter of system calls last, because it refuses what the others are made with.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from finslm.ingest.landlock import allow_reading_only
from finslm.ingest.system_calls import is_filtered, refuse_system_calls

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
AF_INET, SOCK_STREAM = 2, 1
INTERFACES = Path("/proc/self/net/dev")
OUR_PACKAGE = Path(__file__).resolve().parents[1]
# What libraries look at on every Linux: shared libraries, fonts and time zones, this process's own account.
SYSTEM_PLACES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share", "/etc/ld.so.cache")
KERNEL_PLACES = ("/proc/self", "/dev/null", "/dev/urandom", "/sys/devices/system/cpu")

PROCESSOR_TIME = "processor time is limited"
MEMORY = "memory is limited"
NO_NETWORK = "no network is reachable"
ESSENTIAL = frozenset({PROCESSOR_TIME, MEMORY, NO_NETWORK})
"""Without one of these no document is read."""


def confine(*, cpu_s: int, memory_bytes: int) -> None:
    """Takes from this process, for good: network, files, memory over `memory_bytes`, time over `cpu_s`, other programs.

    What this kernel does not give is left out; `protections` looks at what holds.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    # In a namespace of its own the process has no interface but a loopback that is down (os.unshare: Python 3.12).
    libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # After unshare, which forgets it: a killed parent takes the reader with it.
    libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    for limit, most in _limits(cpu_s, memory_bytes).items():
        with contextlib.suppress(ValueError):  # the caller's own limit is lower already, and holds
            resource.setrlimit(limit, (most, most))
    allow_reading_only(_readable_places())
    refuse_system_calls()


def protections(*, cpu_s: int, memory_bytes: int) -> tuple[tuple[str, bool], ...]:
    """Each protection, and whether it holds in this process: looked at, not remembered."""
    return (
        *_rlimits(cpu_s, memory_bytes),
        ("no other process is started", not _can_fork()),
        (NO_NETWORK, _is_without_network()),
        ("network namespace: no interface of this machine is seen", _has_own_network()),
        ("seccomp: sockets and programs are refused", is_filtered() and not _can_make_socket()),
        ("Landlock: no file but Python's own is opened", not _can_list_root()),
    )


def missing_essentials(*, cpu_s: int, memory_bytes: int) -> tuple[str, ...]:
    """The protections that do not hold here and without which no document may be read."""
    essentials = (*_rlimits(cpu_s, memory_bytes), (NO_NETWORK, _is_without_network()))
    return tuple(name for name, holds in essentials if name in ESSENTIAL and not holds)


def _rlimits(cpu_s: int, memory_bytes: int) -> tuple[tuple[str, bool], ...]:
    names = (PROCESSOR_TIME, MEMORY, "no file is written", "no core dump is left")
    limits = zip(names, _limits(cpu_s, memory_bytes).items(), strict=False)
    return tuple((name, 0 <= resource.getrlimit(limit)[1] <= most) for name, (limit, most) in limits)


def _limits(cpu_s: int, memory_bytes: int) -> dict[int, int]:
    return {
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }


def _readable_places() -> Iterator[Path]:
    """Where Python, its packages and their libraries lie; not the folder that FinSLM happens to be run from."""
    yield from map(Path, (*SYSTEM_PLACES, *KERNEL_PLACES))
    yield from (Path(folder) for folder in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if folder)
    own = [Path(prefix, folder) for prefix in {sys.prefix, sys.base_prefix} for folder in ("lib", "lib64")]
    yield from own
    yield OUR_PACKAGE
    others = (place for place in sys.path if not place.startswith(tuple(f"{folder}{os.sep}" for folder in own)))
    yield from (Path(place) for place in others if any(Path(place).glob("*.dist-info")))


def _can_fork() -> bool:
    try:
        child = os.fork()
    except OSError:
        return False
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True


def _is_without_network() -> bool:
    return not _can_make_socket() or _has_own_network()


def _can_make_socket() -> bool:
    # By libc: importing Python's socket module takes longer than everything else here.
    descriptor = ctypes.CDLL(None).socket(AF_INET, SOCK_STREAM, 0)
    if descriptor >= 0:
        os.close(descriptor)
    return bool(descriptor >= 0)


def _has_own_network() -> bool:
    try:
        rows = INTERFACES.read_text().splitlines()[2:]
    except OSError:
        return False
    return all(row.partition(":")[0].strip() == "lo" for row in rows)


def _can_list_root() -> bool:
    try:
        next(Path("/").iterdir())
    except OSError:
        return False
    return True
