"""Memory in pages of 2 MiB instead of 4 KiB: a written token reads every weight once, and each page has an address to be looked up."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

MAPS = Path("/proc/self/maps")
PAGE_BYTES = 2 * 2**20
WORTH_GATHERING = 16 * 2**20
"""Bytes of a block from which it is one of a model's, or as good as one."""
ADVICE_HUGE, ADVICE_GATHER_NOW = 14, 25
"""MADV_HUGEPAGE: what is touched for the first time from now on; MADV_COLLAPSE (Linux 6.1): what is in use already."""
OWN_BLOCK = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) rw-p \S+ \S+ 0\s*$", re.MULTILINE)
"""A block of memory that belongs to no file, as proc_pid_maps(5) tells it."""


def gather_in_huge_pages() -> int:
    """Moves this process's large blocks of memory into huge pages as far as Linux has some free; gives their bytes.

    llama.cpp takes its memory as it comes, and asks for nothing. What lies in huge pages already counts too. Nothing moves where the
    system knows no such pages: everything works all the same, a written token some percent slower.
    """
    blocks = _large_blocks()
    if not blocks:
        return 0
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    gathered = 0
    for start, end in blocks:
        advise(start, end - start, ADVICE_HUGE)
        # Page by page: the first one that nobody has used yet would end it.
        pages = range(start + -start % PAGE_BYTES, end - PAGE_BYTES + 1, PAGE_BYTES)
        gathered += sum(advise(page, PAGE_BYTES, ADVICE_GATHER_NOW) == 0 for page in pages)
    return gathered * PAGE_BYTES


def _large_blocks() -> list[tuple[int, int]]:
    """First and last address of each block of ordinary memory that is worth it; none where the system does not tell."""
    try:
        # Bytes: the names of files among them may be of any encoding.
        maps = MAPS.read_bytes()
    except OSError:
        return []
    blocks = [(int(start, 16), int(end, 16)) for start, end in OWN_BLOCK.findall(maps)]
    return [(start, end) for start, end in blocks if end - start >= WORTH_GATHERING]
