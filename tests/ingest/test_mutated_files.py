"""Five hundred broken files: each is read or refused in one sentence, and nothing else happens to the process."""

from __future__ import annotations

import collections
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from finslm.documents import Reading
from finslm.errors import UnreadableDocument
from finslm.ingest import read_document

ROOT = Path(__file__).parents[2]
FILINGS = ROOT.parent / "shared" / "data" / "pdfs"
TIMEOUT_S = 30.0
MEMORY = 2**30


def broken_files(out: Path, samples: Path, *, count: int, seed: int) -> list[Path]:
    script = ROOT / "scripts" / "mutate_files.py"
    folders = [samples, *([FILINGS] if FILINGS.is_dir() else [])]
    options = ["--count", str(count), "--seed", str(seed), *(part for folder in folders for part in ("--from", folder))]
    subprocess.run([sys.executable, script, out, *options], check=True, capture_output=True)
    return sorted(out.iterdir())


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def outcome_of(path: Path) -> str:
    try:
        reading = read_document(path, timeout_s=TIMEOUT_S, memory_bytes=MEMORY)
    except UnreadableDocument as refusal:
        assert "\n" not in str(refusal), path.name
        assert refusal.happened, path.name
        assert refusal.next_step, path.name
        assert "Traceback" not in str(refusal), path.name
        return refusal.happened
    assert isinstance(reading, Reading)
    assert any(page.text.strip() for page in reading.pages), path.name
    return "repaired" if any("repaired" in note for note in reading.notes) else "read"


def test_the_same_seed_gives_the_same_files(tmp_path: Path, samples: Path) -> None:
    one, two = (broken_files(tmp_path / name, samples, count=20, seed=7) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert [path.name for path in one] == [path.name for path in two]


def test_a_few_broken_files_are_read_or_refused(tmp_path: Path, samples: Path) -> None:
    for path in broken_files(tmp_path, samples, count=14, seed=3):
        assert outcome_of(path)


@pytest.mark.heavy
def test_five_hundred_broken_files_are_read_or_refused_and_memory_stays_flat(tmp_path: Path, samples: Path) -> None:
    files = broken_files(tmp_path / "broken", samples, count=500, seed=1)
    assert len(files) == 500
    for path in files[:20]:
        outcome_of(path)
    before = resident_bytes()
    with ThreadPoolExecutor(4) as readers:
        outcomes = collections.Counter(readers.map(outcome_of, files))
    grown = resident_bytes() - before
    told = [f"memory of the caller: {before / 2**20:.0f} MiB before, {grown / 2**20:+.1f} MiB after"]
    told += [f"{count:4d}  {happened}" for happened, count in outcomes.most_common()]
    sys.stdout.write("\n".join(told) + "\n")
    assert sum(outcomes.values()) == 500
    assert grown < 64 * 2**20
    assert not [happened for happened in outcomes if "took longer" in happened]
