"""Whether llama.cpp survives a file: it refuses most damaged ones in words, and ends the process over the others.

Of 2,000 small models with up to eight bytes changed in their header nine ended it, by a vocabulary with the same token
twice or a number of layers beyond reason. More such assertions stand in the library than a check of ours could follow.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from finslm.errors import ModelDamaged

CHILD = Path(__file__).with_name("loading_child.py")
TIMEOUT_S = 300.0
"""Longer than the largest model takes from the slowest disk."""


def require_survivable(path: Path) -> None:
    """Loads the file once in a process of its own. Raises ModelDamaged when that process dies or does not end."""
    try:
        trial = subprocess.run(  # noqa: S603 - our own interpreter with our own module
            [sys.executable, "-P", str(CHILD), str(path.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "GGML_NO_BACKTRACE": "1"},  # a debugger, where there is one, would take seconds
            check=False,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise unusable(path, f"it was not loaded within {TIMEOUT_S:.0f} s") from error
    if trial.returncode < 0:
        ending = signal.Signals(-trial.returncode).name
        raise unusable(path, f"it is damaged: loading it ended a process with {ending}")
    if trial.returncode > 0:
        raise unusable(path, "no process could be started to try it")


def unusable(path: Path, reason: str) -> ModelDamaged:
    """The refusal of a model file."""
    return ModelDamaged(
        f"the model file {path.name} cannot be used: {reason}",
        safe="nothing was run",
        next_step="build it again with `finslm model build`, or choose another model",
    )
