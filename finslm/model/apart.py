"""Computing in a thread that ends with the work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def apart(work: Callable[[], Result]) -> Result:
    """What `work` gives, in a thread of its own, which takes its OpenMP helpers with it.

    llama.cpp and torch share one OpenMP, and its helpers live as long as the thread that computed. With more of them than cores in a
    process they sleep between any two steps: those that are left over in the main thread slow every engine by a tenth.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()
