"""How alike two documents are: MinHash signatures (Broder 1997) of their runs of five words, compared all at once.

Two documents share about the share of runs that their signatures share. Not imported by the package itself: the reading
process imports that, and numpy takes longer to load than a small file to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import rensa

from finslm.documents import Page

RUN_WORDS = 5
SLOTS = 128
SEED = 1
LEAST_SIMILARITY = 0.8
VERSION = rensa.RMinHash.ALGORITHM_VERSION
SIZE = 1 + 4 * SLOTS


def signature(pages: Sequence[Page]) -> bytes:
    """The signature of a document: one byte for the version of the method, then 128 little-endian 32-bit numbers."""
    words = " ".join(page.text for page in pages).casefold().split()
    runs = map(" ".join, zip(*(words[start:] for start in range(RUN_WORDS)), strict=False))
    hashed = rensa.RMinHash(SLOTS, SEED)
    hashed.update(list(runs) or [" ".join(words)])
    return bytes([VERSION]) + np.array(hashed.digest(), dtype="<u4").tobytes()


class Signatures:
    """The signatures of known documents, by their ids. Those of another version of the method are left out."""

    def __init__(self, known: Iterable[tuple[str, bytes]]) -> None:
        self._ids: list[str] = []
        self._slots = bytearray()
        for document_id, kept in known:
            self.add(document_id, kept)

    def add(self, document_id: str, kept: bytes) -> None:
        """Takes one more document in."""
        if len(kept) == SIZE and kept[0] == VERSION:
            self._ids.append(document_id)
            self._slots += kept[1:]

    def alike(self, new: bytes) -> tuple[tuple[str, float], ...]:
        """The known documents that are at least 0.8 like the one with the signature `new`, most alike first."""
        known = np.frombuffer(self._slots, dtype="<u4").reshape(-1, SLOTS)
        shares = (known == np.frombuffer(new[1:], dtype="<u4")).mean(axis=1)
        places = [int(at) for at in np.argsort(-shares, kind="stable") if shares[at] >= LEAST_SIMILARITY]
        return tuple((self._ids[at], float(shares[at])) for at in places)
