"""Collections: each has a key and a search index of its own, and is read by its members only."""

from __future__ import annotations

import re
from collections import Counter

from finslm.desk.guard import Guard
from finslm.documents import Collection
from finslm.errors import UsageError
from finslm.policy import collection_resource
from finslm.vault import Vault

NAME = re.compile(r"\w[\w .-]{0,62}\w|\w")


class Collecting:
    """Adds collections and lists them."""

    def __init__(self, vault: Vault, guard: Guard) -> None:
        self._vault = vault
        self._guard = guard

    def add(self, name: str) -> Collection:
        """A new collection; whoever adds it is its first member."""
        if not NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} cannot be the name of a collection",
                next_step="give up to 64 letters, digits, blanks, dots, hyphens and underscores, a letter or digit at each end",
            )
        self._guard.authorise("collection_add", collection_resource(name))
        with self._vault.adding_collection(name, self._guard.member.name) as member:
            self._guard.note("collection_add", {}, resource=f"Collection:{name}")
        self._guard.member = member
        return Collection(name, 0)

    def collections(self) -> tuple[Collection, ...]:
        """The collections that this member may know of, by name."""
        readable = Counter(d.collection for d in self._vault.documents() if self._guard.may("read", d))
        seen = tuple(
            Collection(name, readable[name])
            for name in self._vault.collections()
            if self._guard.rules.decide(self._guard.member, "collection_list", collection_resource(name)).allowed
        )
        self._guard.note("collection_list", {"collections": len(seen)})
        return seen
