"""The Merkle tree of RFC 6962 section 2.1 over leaf hashes, with SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


class Frontier:
    """A tree that only grows: it keeps the roots of the full subtrees, so adding a leaf costs O(log n)."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []
        for leaf in leaves:
            self.add(leaf)

    def add(self, leaf: bytes) -> None:
        """Adds a leaf hash: each trailing one bit of the old size is a full subtree to merge with."""
        node, carry = leaf, self.size
        while carry & 1:
            node = _node_hash(self._subtrees.pop(), node)
            carry >>= 1
        self._subtrees.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The tree's root; of the empty tree, SHA-256 of nothing."""
        if not self._subtrees:
            return hashlib.sha256().digest()
        *left, node = self._subtrees
        for subtree in reversed(left):
            node = _node_hash(subtree, node)
        return node


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
