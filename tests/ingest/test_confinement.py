"""What a confined process can still do, tried in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from finslm.ingest import reader_protections

CONFINED = """
import json, os, signal, subprocess, sys, threading
from finslm.ingest.confinement import confine, missing_essentials
import socket
folder = sys.argv[1]
confine(cpu_s=20, memory_bytes=2**30)

def refused(action):
    try:
        action()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "allowed"

def start_thread():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()

print(json.dumps({
    "read the user's file": refused(lambda: open(folder + "/secret.txt").read()),
    "list the user's folder": refused(lambda: os.listdir(folder)),
    "overwrite the user's file": refused(lambda: open(folder + "/secret.txt", "w")),
    "make a file": refused(lambda: os.open(folder + "/new", os.O_CREAT | os.O_WRONLY)),
    "make a folder": refused(lambda: os.mkdir(folder + "/new")),
    "remove a file": refused(lambda: os.unlink(folder + "/secret.txt")),
    "open a socket": refused(socket.socket),
    "start a program": refused(lambda: subprocess.run(["/bin/true"])),
    "fork": refused(os.fork),
    "stop another process": refused(lambda: os.kill(os.getppid(), 0)),
    "take all memory": refused(lambda: bytearray(2**31)),
    "start a thread": refused(start_thread),
    "import a library": refused(lambda: __import__("lxml.html")),
    "missing": missing_essentials(cpu_s=20, memory_bytes=2**30),
}))
"""

# A kernel without seccomp and user namespaces, as the processes under this filter find it.
ON_A_POOR_KERNEL = """
import ctypes, errno, sys
from pathlib import Path
from finslm.errors import FinslmError
from finslm.ingest import read_document
from finslm.ingest import system_calls as calls

machine = calls.MACHINES[__import__("platform").machine()]
refuse = calls.instruction(calls.RETURN, calls.RET_ERRNO | errno.EPERM)
prctl = {"x86_64": 157, "aarch64": 167}[__import__("platform").machine()]
ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
calls.install(b"".join((
    calls.instruction(calls.LOAD, calls.NUMBER_AT),
    calls.instruction(calls.JUMP_IF_EQUAL, calls.REFUSED["unshare"][machine.column], if_false=1), refuse,
    calls.instruction(calls.JUMP_IF_EQUAL, prctl, if_false=3),
    calls.instruction(calls.LOAD, calls.ARGUMENTS_AT),
    calls.instruction(calls.JUMP_IF_EQUAL, calls.PR_SET_SECCOMP, if_false=1), refuse,
    calls.instruction(calls.RETURN, calls.RET_ALLOW),
)))
try:
    read_document(Path(sys.argv[1]), timeout_s=30, memory_bytes=2**30)
except FinslmError as error:
    print(type(error).__name__, error)
from finslm.airgap.software_checks import reading_process
print(*(f"{check.level} {check.name}" for check in reading_process() if check.level != "ok"), sep="\\n")
"""

held = dict(reader_protections())
needs_seccomp = pytest.mark.skipif(
    not held["seccomp: sockets and programs are refused"], reason="this kernel gives no seccomp filter"
)
needs_landlock = pytest.mark.skipif(
    not held["Landlock: no file but Python's own is opened"], reason="this kernel gives no Landlock"
)


def run(program: str, *arguments: str) -> str:
    room = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": room},
    )
    return done.stdout


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | list[str]]:
    folder = tmp_path_factory.mktemp("user")
    (folder / "secret.txt").write_text("the bid is 14.20 a share")
    outcome: dict[str, str | list[str]] = json.loads(run(CONFINED, str(folder)))
    assert (folder / "secret.txt").read_text() == "the bid is 14.20 a share"
    assert [path.name for path in folder.iterdir()] == ["secret.txt"]
    return outcome


@needs_landlock
@pytest.mark.parametrize("action", ["read the user's file", "list the user's folder"])
def test_no_file_of_the_user_can_be_seen(tried: dict[str, str], action: str) -> None:
    assert tried[action] == "PermissionError"


@needs_seccomp
@pytest.mark.parametrize(
    "action",
    [
        "overwrite the user's file",
        "make a file",
        "make a folder",
        "remove a file",
        "open a socket",
        "start a program",
        "fork",
        "stop another process",
    ],
)
def test_what_no_reader_needs_is_refused(tried: dict[str, str], action: str) -> None:
    assert tried[action] == "PermissionError"


@pytest.mark.parametrize("action", ["start a thread", "import a library"])
def test_what_readers_need_is_allowed(tried: dict[str, str], action: str) -> None:
    assert tried[action] == "allowed"


def test_memory_is_limited_and_nothing_essential_is_missing(tried: dict[str, str | list[str]]) -> None:
    assert (tried["take all memory"], tried["missing"]) == ("MemoryError", [])


@needs_seccomp
def test_nothing_is_read_where_the_network_cannot_be_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Revenue rose.")
    told = run(ON_A_POOR_KERNEL, str(path))
    assert told.startswith("ReaderUnprotected")
    assert "no network is reachable" in told
    assert "no document was read" in told
    assert "failure reading: no network is reachable" in told
    assert "warning reading: network namespace: no interface of this machine is seen" in told
