"""The machine under FinSLM: Python, cores, memory, and how llama.cpp was compiled for it."""

from __future__ import annotations

import os
import platform
import re
import sys
from pathlib import Path

from finslm.airgap.check import Check
from finslm.model.machine import Machine, this_machine, usable_cores

OLDEST_PYTHON = (3, 11)
ENOUGH_MEMORY_BYTES = 2 * 1024**3
MEMORY_INFO = Path("/proc/meminfo")
REBUILD = "reinstall it from source: `pip install --no-binary llama-cpp-python --force-reinstall llama-cpp-python`"


def python_version() -> Check:
    """Whether Python is new enough."""
    if sys.version_info >= OLDEST_PYTHON:
        return Check("Python", "ok", platform.python_version())
    return Check("Python", "failure", platform.python_version(), "install Python 3.11 or newer")


def cores(threads: int) -> Check:
    """How many cores the model gets."""
    usable = usable_cores()
    if threads > usable:
        advice = "set FINSLM_THREADS to 0: more threads than cores make the model slower"
        return Check("cores", "warning", f"{threads} threads are set, {usable} cores are usable", advice)
    return Check("cores", "ok", f"{threads or usable} of {usable} usable cores for the model")


def memory() -> Check:
    """Whether a model and its context fit."""
    free = available_bytes()
    detail = f"{free / 1024**3:.1f} GiB available"
    if free >= ENOUGH_MEMORY_BYTES:
        return Check("memory", "ok", detail)
    return Check("memory", "warning", detail, "close other programs, or use the model finslm-135m")


def available_bytes() -> int:
    """The memory that a new program can have, in bytes."""
    text = MEMORY_INFO.read_text(encoding="utf-8") if MEMORY_INFO.exists() else ""
    if found := re.search(r"^MemAvailable:\s+(\d+) kB", text, re.MULTILINE):
        return int(found.group(1)) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def native_build() -> Check:
    """Whether llama.cpp was compiled for what this processor can do."""
    return judged(this_machine())


def judged(machine: Machine) -> Check:
    """The finding about one machine's build of llama.cpp."""
    compiled = ", ".join(sorted(machine.compiled)) or "nothing special"
    if machine.unused:
        detail = f"the processor has {', '.join(machine.unused)}, which llama.cpp was compiled without"
        return Check("llama.cpp build", "warning", detail, f"prompts run several times slower; {REBUILD}")
    return Check("llama.cpp build", "ok", f"compiled with {compiled}")
