"""Averages the weights of two adapters of one base: what both sittings learnt, without what either forgot.

    average_adapters.py --base BASE.gguf --first A.gguf --second B.gguf [--weight 0.5] --out C.gguf

The second must have gone on from the first, so that their factors lie close together ("model soups", arXiv 2203.05482). `weight` is the
second's part.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from finslm.distill.export import export_adapter, imported_state


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("base", "first", "second", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--weight", type=float, default=0.5)
    options = parser.parse_args()
    first, second = (imported_state(path, options.base) for path in (options.first, options.second))
    part = options.weight
    averaged = {name: ((1 - part) * first[name] + part * second[name]).astype("float32") for name in first}
    rank = min(next(iter(averaged.values())).shape)
    export_adapter(averaged, options.base, 2 * rank, options.out)


if __name__ == "__main__":
    main()
