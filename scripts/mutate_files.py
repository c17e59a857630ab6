#!/usr/bin/env python3
"""Makes broken files out of whole ones: byte flips, truncations, splices, holes and repeats; the same seed, the same files.

python scripts/mutate_files.py broken/ --count 500 --seed 1 --from data/samples --from ../shared/data/pdfs
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "samples"
Mutation = Callable[[random.Random, bytes, bytes], bytes]


def flip(chance: random.Random, whole: bytes, _other: bytes) -> bytes:
    """From one to 64 bytes with one bit or all bits changed."""
    broken = bytearray(whole)
    for _ in range(chance.choice((1, 4, 16, 64))):
        broken[chance.randrange(len(broken))] ^= chance.choice((1, 2, 4, 8, 16, 32, 64, 128, 255))
    return bytes(broken)


def truncate(chance: random.Random, whole: bytes, _other: bytes) -> bytes:
    """The beginning."""
    return whole[: chance.randrange(len(whole))]


def behead(chance: random.Random, whole: bytes, _other: bytes) -> bytes:
    """The end."""
    return whole[chance.randrange(len(whole)) :]


def splice(chance: random.Random, whole: bytes, other: bytes) -> bytes:
    """The beginning of one file and the end of another."""
    return whole[: chance.randrange(len(whole))] + other[chance.randrange(len(other)) :]


def insert(chance: random.Random, whole: bytes, other: bytes) -> bytes:
    """A piece of another file, or noise, in the middle."""
    place, start = chance.randrange(len(whole)), chance.randrange(len(other))
    piece = other[start : start + 4096] if chance.random() < 0.5 else chance.randbytes(chance.randrange(1, 4096))
    return whole[:place] + piece + whole[place:]


def blank(chance: random.Random, whole: bytes, _other: bytes) -> bytes:
    """A hole of zero bytes."""
    start = chance.randrange(len(whole))
    length = min(chance.choice((16, 512, 4096)), len(whole) - start)
    return whole[:start] + bytes(length) + whole[start + length :]


def repeat(chance: random.Random, whole: bytes, _other: bytes) -> bytes:
    """A piece many times over."""
    start = chance.randrange(len(whole))
    piece = whole[start : start + chance.choice((16, 256, 4096))]
    return whole[:start] + piece * chance.choice((2, 50, 500)) + whole[start:]


MUTATIONS: tuple[Mutation, ...] = (flip, truncate, behead, splice, insert, blank, repeat)


def sources_in(folders: Sequence[Path], largest_bytes: int) -> list[Path]:
    """The files of the folders that are small enough, none empty, in a fixed order."""
    files = (path for folder in folders for path in sorted(folder.iterdir()) if path.is_file())
    return [path for path in files if 0 < path.stat().st_size <= largest_bytes]


def mutate(sources: Sequence[Path], out: Path, *, count: int, seed: int) -> list[Path]:
    """Writes `count` broken files into `out`; each kind of damage and each source in turn."""
    chance = random.Random(seed)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for number in range(count):
        source, other = sources[number % len(sources)], chance.choice(sources)
        # One more for each round of the sources, so that every source meets every kind of damage.
        mutation = MUTATIONS[(number + number // len(sources)) % len(MUTATIONS)]
        path = out / f"{number:04d}-{mutation.__name__}-{source.name}"
        path.write_bytes(mutation(chance, source.read_bytes(), other.read_bytes()))
        written.append(path)
    return written


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the folder to write to")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="folders", type=Path, action="append", help="a folder of whole files")
    parser.add_argument("--largest-bytes", type=int, default=400_000, help="larger files are not taken")
    given = parser.parse_args()
    sources = sources_in(given.folders or [SAMPLES], given.largest_bytes)
    written = mutate(sources, given.out, count=given.count, seed=given.seed)
    print(f"{len(written)} broken files out of {len(sources)} whole ones, seed {given.seed}, in {given.out}")


if __name__ == "__main__":
    main()
