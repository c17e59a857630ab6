"""Averages what two adapters of one base add to it: what both runs learnt, without what either forgot.

    average_adapters.py --base BASE.gguf --first A.gguf --second B.gguf --rank 36 [--weight 0.5] --out C.gguf

The mean of weights ("model soups", arXiv 2203.05482), narrowed to `rank` by its singular values. `weight` is the second's part.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from finslm.distill.export import averaged, export_adapter, imported_state, narrowed


def main() -> None:
    """Reads, averages, narrows, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("base", "first", "second", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--rank", type=int, required=True)
    parser.add_argument("--weight", type=float, default=0.5)
    given = parser.parse_args()
    first, second = (imported_state(path, given.base) for path in (given.first, given.second))
    mean = narrowed(averaged(first, second, given.weight), given.rank)
    export_adapter(mean, given.base, 2 * given.rank, given.out)


if __name__ == "__main__":
    main()
