"""What the reading process gives up before it looks at a document, and the proof that it has. Linux.

Order matters: the network goes first, because a new user namespace needs a process that may still do things.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def confine(*, cpu_s: int, memory_bytes: int) -> None:
    """Takes from this process, for good: network, memory over `memory_bytes`, time over `cpu_s`, writing, forking.

    A kernel may refuse the namespace without network; the reading goes on and `protections` reports it.
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


def protections(*, cpu_s: int, memory_bytes: int) -> tuple[tuple[str, bool], ...]:
    """Each protection, and whether it holds in this process: looked at, not remembered."""
    names = ("processor time is limited", "memory is limited", "no file is written", "no core dump is left")
    limits = zip(names, _limits(cpu_s, memory_bytes).items(), strict=False)
    held = tuple((name, 0 <= resource.getrlimit(limit)[1] <= most) for name, (limit, most) in limits)
    return (
        *held,
        ("no other process is started", not _can_fork()),
        ("no network is reachable", not _has_network()),
    )


def _limits(cpu_s: int, memory_bytes: int) -> dict[int, int]:
    return {
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }


def _can_fork() -> bool:
    try:
        child = os.fork()
    except OSError:
        return False
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True


def _has_network() -> bool:
    return any(name != "lo" for _, name in socket.if_nameindex())
