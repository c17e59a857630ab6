"""The installed command on a real terminal: `finslm tui` in tmux, driven by keys, read from the screen."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from finslm.desk import Desk

PASSPHRASE = "correct horse battery staple"
DEADLINE_S = 60.0
PAUSE_S = 0.1


class Terminal:
    """A tmux server of its own with one session of 120 by 40 cells."""

    def __init__(self, folder: Path) -> None:
        tmux = shutil.which("tmux")
        assert tmux, "this test drives a real terminal and needs tmux: apt-get install tmux"
        self._tmux = [tmux, "-S", str(folder / "tmux.sock"), "-f", "/dev/null"]
        self._exit_file = folder / "exit"

    def start(self, command: list[str]) -> None:
        """Runs the command; its exit code is kept when it ends."""
        keep = f"echo $? > {shlex.quote(str(self._exit_file))}"
        tell = shlex.join([*self._tmux, "wait-for", "-S", "ended"])
        size = ["-x", "120", "-y", "40"]
        # The size is that of the terminal, whatever the environment of the tests says about theirs.
        run = shlex.join(["env", "-u", "COLUMNS", "-u", "LINES", *command])
        self._run("new-session", "-d", *size, f"{run}; {keep}; {tell}")

    def press(self, *keys: str) -> None:
        """Sends keys by their tmux names."""
        self._run("send-keys", *keys)

    def type(self, text: str) -> None:
        """Sends text as it is."""
        self._run("send-keys", "-l", text)

    def wait_for(self, text: str) -> str:
        """The screen as soon as it shows the text; fails with the last screen at the deadline."""
        deadline = time.monotonic() + DEADLINE_S
        screen = ""
        while time.monotonic() < deadline:
            screen = self._run("capture-pane", "-p")
            if text in screen:
                return screen
            Event().wait(PAUSE_S)
        raise AssertionError(f"{text!r} did not appear within {DEADLINE_S:.0f} s; the screen was:\n{screen}")

    def wait_for_exit(self) -> int:
        """The exit code of the command."""
        subprocess.run([*self._tmux, "wait-for", "ended"], check=True, timeout=DEADLINE_S)
        return int(self._exit_file.read_text())

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], check=True, capture_output=True, text=True)
        return done.stdout


@pytest.fixture
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path_factory.mktemp("terminal"))
    yield terminal
    terminal.close()


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """The installed command over a vault with one document."""
    decision = tmp_path / "rate_decision.txt"
    decision.write_text("Monetary policy decision\n\nThe Governing Council raised the deposit rate to 4.00 per cent.\n")
    passphrase_file = tmp_path / "passphrase"
    passphrase_file.write_text(PASSPHRASE + "\n")
    with Desk.create(tmp_path / "vault", PASSPHRASE) as desk:
        desk.ingest([decision])
    finslm = Path(sys.executable).with_name("finslm")
    return [str(finslm), "--vault", str(tmp_path / "vault"), "--passphrase-file", str(passphrase_file), "tui"]


def test_an_analyst_searches_reads_and_quits(terminal: Terminal, command: list[str]) -> None:
    terminal.start(command)
    terminal.wait_for("rate_decision.txt")
    terminal.wait_for("/ Search")
    terminal.type("/")
    terminal.wait_for("Search the text")
    terminal.type("deposit rate")
    terminal.press("Enter")
    terminal.wait_for("Passages 1")
    terminal.press("Enter")
    terminal.wait_for("page 1 of 1")
    terminal.wait_for("Monetary policy decision")
    terminal.wait_for("The Governing Council raised the deposit rate")
    terminal.press("F5")
    terminal.wait_for("Audit log")
    terminal.press("v")
    terminal.wait_for("The log verifies")
    terminal.press("C-q")
    assert terminal.wait_for_exit() == 0


def test_the_lock_key_hides_the_documents_and_asks_for_the_passphrase(terminal: Terminal, command: list[str]) -> None:
    terminal.start(command)
    terminal.wait_for("rate_decision.txt")
    terminal.wait_for("^l Lock")
    terminal.press("C-l")
    assert "rate_decision.txt" not in terminal.wait_for("Passphrase")
    terminal.type(PASSPHRASE)
    terminal.press("Enter")
    terminal.wait_for("rate_decision.txt")
    terminal.press("C-q")
    assert terminal.wait_for_exit() == 0
