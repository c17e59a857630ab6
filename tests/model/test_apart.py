"""What is computed apart leaves no helper behind, and fails where it was asked for."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event

import pytest

from finslm.model.apart import apart
from finslm.model.llama import Llama, Step

DEADLINE_S = 30.0
PAUSE_S = 0.01


def threads() -> set[str]:
    return {path.name for path in Path("/proc/self/task").iterdir()}


@pytest.mark.model
def test_the_helpers_of_a_computation_end_with_it(model_path: Path) -> None:
    llama = Llama(model_path, threads=2, context_tokens=256)

    def compute() -> set[str]:
        llama.decode([Step(100, 0, 0, True)])
        return threads()

    before = threads()
    at_work = apart(compute) - before
    assert len(at_work) >= 2  # the thread and its helper
    deadline = time.monotonic() + DEADLINE_S
    while at_work & threads() and time.monotonic() < deadline:
        Event().wait(PAUSE_S)
    assert not at_work & threads()
    llama.close()


def test_what_fails_apart_fails_here() -> None:
    with pytest.raises(ZeroDivisionError):
        apart(lambda: 1 // 0)
