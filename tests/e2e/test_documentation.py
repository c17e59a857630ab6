"""What the documentation shows is what the command does."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from finslm.config import shipped

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def commands_of_readme() -> list[list[str]]:
    """The lines of the README's code blocks that run finslm."""
    blocks = re.findall(r"```\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("finslm ")]
    return [shlex.split(line, comments=True) for line in lines]


def test_the_command_page_is_what_the_command_says(tmp_path: Path) -> None:
    page = tmp_path / "cli.md"
    command = [sys.executable, "-m", "typer", "finslm.cli.main", "utils", "docs", "--name", "finslm", "--output", page]
    subprocess.run(command, capture_output=True, check=True)
    assert (ROOT / "docs" / "cli.md").read_text() == page.read_text(), "run `make docs`"


@pytest.mark.model
def test_the_readme_commands_run(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("ledger orchard seventeen\n")
    samples = shipped("data") / "samples"
    for folder in ("filings", "inbox"):
        (tmp_path / folder).mkdir()
    report = samples / "results-release-northmere-q3-2025.pdf"
    (tmp_path / "filings" / "report.pdf").write_bytes(report.read_bytes())
    (tmp_path / "inbox" / "notice.pdf").write_bytes((samples / "covenant-notice-tarnbrook.pdf").read_bytes())
    commands = commands_of_readme()
    assert len(commands) >= 5
    for command in commands:
        run = [BIN / command[0], *command[1:]]
        environment = {"FINSLM_MODEL": "finslm-135m", "HOME": str(Path.home()), "PATH": str(BIN), "USER": "alice"}
        result = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, (command, result.stderr)
    assert (tmp_path / "results.csv").read_text().count("notice.pdf") == 1
