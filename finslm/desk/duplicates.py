"""Which stored document a new one nearly repeats, among those that the user may see."""

from __future__ import annotations

from finslm.desk.guard import Guard
from finslm.documents import Document
from finslm.ingest.similarity import Signatures
from finslm.vault import Vault


class NearDuplicates:
    """Compares one run's new documents with the stored ones and with each other."""

    def __init__(self, vault: Vault, guard: Guard) -> None:
        self._vault = vault
        self._guard = guard
        self._known: Signatures | None = None

    def of(self, signature: bytes) -> tuple[Document, float] | None:
        """The stored document that is most like the one with this signature, and how alike they are, from 0 to 1."""
        for document_id, similarity in self._signatures().alike(signature):
            document = self._vault.document(document_id)
            if self._guard.may("read", document):
                return document, similarity
        return None

    def add(self, document: Document, signature: bytes) -> None:
        """Takes a document that was just stored in."""
        self._signatures().add(document.id, signature)

    def _signatures(self) -> Signatures:
        # Loaded when the first new file needs them: a folder that is unchanged needs none.
        if self._known is None:
            visible = set(self._guard.member.collections)
            collections = [name for name in self._vault.collections() if name in visible]
            self._known = Signatures(pair for name in collections for pair in self._vault.signatures(name))
        return self._known
