"""Speed and memory of ingest: real filings as a new vault takes them, and a folder of small files that did not change.

    bench_ingest.py --files ../shared/data/pdfs [--small 1000] [--json F]

Pages a second count reading, encryption, tables, duplicates and the index, the start of the desk included. Memory is the
highest that the desk's process, and any one of its readers, had at a time. Leave the machine alone meanwhile.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from finslm import Desk
from finslm.documents import IngestResult

PASSPHRASE = "bench only, nothing secret"
LETTER = (
    "Facility letter {number}\nBorrower {number} Holdings Ltd draws {amount},000 thousand under tranche {tranche}; the margin is "
    "{margin}.25 % a year.\nThe loan falls due on {day} March 20{year}. Covenants are tested at the end of each quarter.\n"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=Path, required=True)
    parser.add_argument("--small", type=int, default=1000, help="so many small files are taken twice")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        vault, letters = Path(scratch) / "vault", Path(scratch) / "letters"
        Desk.create(vault, PASSPHRASE).close()
        results, took = ingested(vault, [given.files])
        pages = sum(result.document.page_count for result in results if result.document)
        figures = {"pages": pages, "pages_per_s": pages / took, "seconds": took} | memory()
        print(
            f"{len(results)} files, {pages} pages: {took:.1f} s, {pages / took:.0f} pages a second; {statuses(results)}"
        )
        print(f"memory: the desk {figures['desk_mib']:.0f} MiB, the largest reader {figures['reader_mib']:.0f} MiB")
        figures["again_s"] = ingested(vault, [given.files])[1]
        write_letters(letters, given.small)
        figures["small_s"] = ingested(vault, [letters])[1]
        again, figures["small_again_s"] = ingested(vault, [letters])
        print(
            f"{given.small} small files: {figures['small_s']:.1f} s; again: {figures['small_again_s']:.1f} s; "
            f"{statuses(again)}"
        )
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")


def ingested(vault: Path, paths: Sequence[Path]) -> tuple[tuple[IngestResult, ...], float]:
    """What became of the files, and the seconds that it took, the opening of the vault included."""
    began = time.monotonic()
    with Desk.open(vault, PASSPHRASE) as desk:
        results = desk.ingest(paths)
    return results, time.monotonic() - began


def memory() -> dict[str, float]:
    """MiB that this process, and the largest of its children, held at most."""
    own, readers = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {"desk_mib": own, "reader_mib": readers}


def statuses(results: Sequence[IngestResult]) -> str:
    return ", ".join(f"{count} {status}" for status, count in Counter(result.status for result in results).items())


def write_letters(folder: Path, count: int) -> None:
    """Small files, each another letter."""
    folder.mkdir()
    for number in range(count):
        text = LETTER.format(
            number=number, amount=100 + 37 * number, tranche="ABC"[number % 3], margin=number % 7, day=1 + number % 28,
            year=26 + number % 9,
        )  # fmt: skip
        (folder / f"letter-{number:04}.txt").write_text(text)


if __name__ == "__main__":
    main()
