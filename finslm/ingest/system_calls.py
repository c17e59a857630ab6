"""A seccomp filter for the reading process: the system calls that no reader needs are refused. Linux, x86-64 and ARM64.

Everything not named here stays allowed, because Python and the readers' libraries load files, take memory and start
threads in ways that change with their versions. What is refused answers "operation not permitted", so that a library
which tries gives up in its own way. The filter is a classic BPF program (seccomp(2)), eight bytes an instruction:

    struct sock_filter { u16 code; u8 jump_if_true; u8 jump_if_false; u32 k; }

We write it here because the libraries that would (pyseccomp, python's libseccomp) need libseccomp on the system.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

PR_SET_SECCOMP = 22
PR_GET_SECCOMP = 21
SECCOMP_MODE_FILTER = 2
RET_KILL_PROCESS = 0x80000000
RET_ERRNO = 0x00050000
RET_ALLOW = 0x7FFF0000

# struct seccomp_data { int nr; u32 arch; u64 instruction_pointer; u64 args[6]; }, little-endian on both processors
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16
LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06

AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_CALLS = 0x40000000  # the numbers of a second interface of x86-64, which would walk around the filter
CLONE_THREAD = 0x10000
WRITING = 0o1 | 0o2 | 0o100 | 0o1000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC

# name: (number on x86-64, number on ARM64); None where the processor has no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # The network, and io_uring, which reaches it without these calls.
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # Other programs and other processes.
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kill": (62, 129),
    "tkill": (200, 130),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # Changes to the file system; opening for writing is refused below.
    "creat": (85, None),
    "truncate": (76, 45),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    # The doors by which kernels are broken out of.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "open_by_handle_at": (304, 265),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "personality": (135, 92),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
}
# Their arguments lie in memory, where a filter cannot look. Told that the kernel is too old, libc takes the older call.
UNKNOWN = {"clone3": (435, 435), "openat2": (437, 437)}


class Machine(NamedTuple):
    """One processor's own numbers: of its interface, of two calls, and the column of `REFUSED` that is its own."""

    architecture: int
    column: int
    clone: int
    open_calls: tuple[tuple[int, int], ...]
    """Each call that opens a file, with the place of its flags among its arguments."""


MACHINES = {
    "x86_64": Machine(AUDIT_ARCHITECTURES["x86_64"], 0, 56, ((2, 1), (257, 2))),
    "aarch64": Machine(AUDIT_ARCHITECTURES["aarch64"], 1, 220, ((56, 2),)),
}


class _Program(ctypes.Structure):
    """struct sock_fprog { unsigned short len; struct sock_filter *filter; }"""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def refuse_system_calls() -> None:
    """Installs the filter on this thread and all that it starts, for good. Needs no_new_privs.

    A kernel without seccomp and a processor that is not known here leave it out; `is_filtered` tells.
    """
    if machine := MACHINES.get(os.uname().machine):
        install(b"".join(filter_for(machine)))


def is_filtered() -> bool:
    """Whether a seccomp filter holds in this thread."""
    return bool(ctypes.CDLL(None).prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == SECCOMP_MODE_FILTER)


def install(instructions: bytes) -> None:
    """Hands a BPF program to the kernel."""
    program = _Program(len(instructions) // 8, instructions)
    ctypes.CDLL(None).prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)


def filter_for(machine: Machine) -> Iterator[bytes]:
    """The instructions of the filter, in order."""
    yield instruction(LOAD, ARCHITECTURE_AT)
    yield instruction(JUMP_IF_EQUAL, machine.architecture, if_true=1)
    yield instruction(RETURN, RET_KILL_PROCESS)
    yield instruction(LOAD, NUMBER_AT)
    if machine.column == 0:
        yield instruction(JUMP_IF_AT_LEAST, X32_CALLS, if_false=1)
        yield instruction(RETURN, RET_ERRNO | errno.EPERM)
    for calls, error in ((REFUSED, errno.EPERM), (UNKNOWN, errno.ENOSYS)):
        for number in (numbers[machine.column] for numbers in calls.values()):
            if number is not None:
                yield instruction(JUMP_IF_EQUAL, number, if_false=1)
                yield instruction(RETURN, RET_ERRNO | error)
    for number, flags_at in machine.open_calls:
        yield from _when(number, flags_at, WRITING, if_any=RET_ERRNO | errno.EPERM, if_none=RET_ALLOW)
    yield from _when(machine.clone, 0, CLONE_THREAD, if_any=RET_ALLOW, if_none=RET_ERRNO | errno.EPERM)
    yield instruction(RETURN, RET_ALLOW)


def instruction(code: int, k: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction; the jumps count the instructions that they leave out."""
    return struct.pack("=HBBI", code, if_true, if_false, k)


def _when(number: int, argument: int, bits: int, *, if_any: int, if_none: int) -> Iterator[bytes]:
    """For the call `number`: one answer when its argument has any of `bits`, another when it has none."""
    yield instruction(JUMP_IF_EQUAL, number, if_false=4)
    yield instruction(LOAD, ARGUMENTS_AT + 8 * argument)
    yield instruction(JUMP_IF_ANY_BIT, bits, if_false=1)
    yield instruction(RETURN, if_any)
    yield instruction(RETURN, if_none)
