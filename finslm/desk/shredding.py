"""The end of a document: out of the index, then out of the records with its key, and written down."""

from __future__ import annotations

from finslm.desk.guard import Guard
from finslm.documents import Document
from finslm.errors import VaultBusy
from finslm.policy import document_resource
from finslm.search import Search
from finslm.vault import Vault


class Shredding:
    """Destroys documents for good."""

    def __init__(self, vault: Vault, search: Search, guard: Guard) -> None:
        self._vault = vault
        self._search = search
        self._guard = guard

    def going(self, reference: str) -> tuple[Document, ...]:
        """The document, and those that came inside it and stand nowhere else; each permitted to be shredded."""
        document = self._vault.document(reference)
        self._guard.authorise("shred", document_resource(document))
        inside = self._vault.inside(document.id)
        for each in inside:
            self._guard.authorise("shred", document_resource(each))
        return (document, *inside)

    def shred(self, reference: str) -> tuple[Document, ...]:
        """Those that are gone. The index goes first: a run that was cut short leaves the records, and can be run again."""
        going = self.going(reference)
        self._search.remove(going)
        with self._vault.shredding(going):
            # Inside the transaction: what cannot be written down is not destroyed.
            for document in going:
                self._guard.note("shred", {"pages": document.page_count}, resource=f"Document:{document.id}")
        # Once more: a search beside this one may have taken them in again, from the records as they were.
        traces = (self._search.remove(going), self._vault.forget_past())
        if not all(traces):
            raise VaultBusy(
                f"{len(going)} documents are destroyed, but another process is using the vault, whose files may still hold them",
                safe="no command shows them any more",
                next_step="close the other process, then run `finslm vault verify`",
            )
        return going
