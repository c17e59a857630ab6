"""Large blocks of memory move into huge pages, with what stands in them; the engine says how much did."""

from __future__ import annotations

import mmap
import platform
import re
from pathlib import Path

import pytest

from finslm.model import Engine
from finslm.model.huge_pages import PAGE_BYTES, gather_in_huge_pages

BLOCK_BYTES = 64 * 2**20
OLDEST_LINUX = (6, 1)


def can_gather() -> bool:
    version = re.match(r"(\d+)\.(\d+)", platform.release())
    has_huge_pages = Path("/sys/kernel/mm/transparent_hugepage").is_dir()
    return version is not None and tuple(map(int, version.groups())) >= OLDEST_LINUX and has_huge_pages


def bytes_in_huge_pages() -> int:
    found = re.search(r"^AnonHugePages:\s+(\d+) kB$", Path("/proc/self/smaps_rollup").read_text(), re.MULTILINE)
    assert found
    return int(found.group(1)) * 1024


needs_huge_pages = pytest.mark.skipif(not can_gather(), reason="Linux older than 6.1, or without huge pages")


@needs_huge_pages
def test_a_large_block_moves_with_what_stands_in_it() -> None:
    gather_in_huge_pages()
    before = bytes_in_huge_pages()
    with mmap.mmap(-1, BLOCK_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as block:
        block.madvise(mmap.MADV_NOHUGEPAGE)
        pattern = bytes(range(1, 252))
        written = pattern * (BLOCK_BYTES // len(pattern))
        block.write(written)
        assert bytes_in_huge_pages() == before
        said = gather_in_huge_pages()
        moved = bytes_in_huge_pages() - before
        assert moved >= BLOCK_BYTES // 2
        assert said >= moved
        assert said % PAGE_BYTES == 0
        assert block[: len(written)] == written


@needs_huge_pages
@pytest.mark.model
def test_the_engine_says_how_much_lies_in_huge_pages(engine: Engine) -> None:
    memory = engine.memory()
    assert memory.huge_page_bytes >= memory.context_bytes / 2


def test_names_of_files_among_the_blocks_may_be_of_any_encoding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    maps = tmp_path / "maps"
    maps.write_bytes(b"7f0000000000-7f0010000000 r--p 00000000 fe:00 12 /models/mod\xe8le.gguf\n")
    monkeypatch.setattr("finslm.model.huge_pages.MAPS", maps)
    assert gather_in_huge_pages() == 0


def test_a_system_that_does_not_tell_its_blocks_gathers_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("finslm.model.huge_pages.MAPS", tmp_path / "maps")
    assert gather_in_huge_pages() == 0
