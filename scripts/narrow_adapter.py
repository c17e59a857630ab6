"""Narrows an adapter to a smaller rank: what a full-width run learnt, in a file that can be committed.

A run of full rank (576 for a width of 576) changes every matrix in every direction, as a full fine-tune does; the SVD keeps
the directions that matter most.

    narrow_adapter.py --base BASE.gguf --adapter WIDE.gguf --rank 64 --out NARROW.gguf
"""

from __future__ import annotations

import argparse
from pathlib import Path

from finslm.distill.export import export_adapter, imported_state, narrowed


def main() -> None:
    """Reads, narrows, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("base", "adapter", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--rank", type=int, required=True)
    given = parser.parse_args()
    export_adapter(
        narrowed(imported_state(given.adapter, given.base), given.rank), given.base, 2 * given.rank, given.out
    )


if __name__ == "__main__":
    main()
