"""The verification of a vault: every record unsealed, every search index held against the records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from finslm.desk.guard import Details, Guard
from finslm.documents import Damage, Document, Page, VaultReport
from finslm.errors import VaultTampered
from finslm.search import Search
from finslm.vault import Vault


@dataclass
class Tally:
    """What was seen so far."""

    documents: int = 0
    pages: int = 0
    tables: int = 0
    failures: list[Damage] = field(default_factory=list)
    rebuilt: list[str] = field(default_factory=list)


class Verifying:
    """Verifies a vault. What does not verify is noted, and everything else is looked at all the same."""

    def __init__(self, vault: Vault, search: Search, guard: Guard) -> None:
        self._vault = vault
        self._search = search
        self._guard = guard

    def verify(self, on_progress: Callable[[int, int], None] | None) -> VaultReport:
        """The report, written down; `on_progress` is told how many documents of how many were looked at."""
        self._guard.authorise("vault_verify")
        tally = Tally(failures=[Damage(None, f"the records: {words}") for words in self._vault.damage()])
        collections = dict(self._collections(tally))
        total = sum(len(documents) for documents in collections.values())

        def on_document() -> None:
            tally.documents += 1
            if on_progress:
                on_progress(tally.documents, total)

        for name, documents in collections.items():
            self._verify_collection(name, documents, tally, on_document)
        report = VaultReport(
            tally.documents, tally.pages, tally.tables, len(collections), tuple(tally.failures), tuple(tally.rebuilt)
        )
        self._write_down(report)
        return report

    def _collections(self, tally: Tally) -> Iterator[tuple[str, tuple[Document, ...]]]:
        """Each collection whose records can be listed, with its documents."""
        try:
            names = self._vault.collections()
        except VaultTampered:
            tally.failures.append(Damage(None, "the collections cannot be listed"))
            return
        for name in names:
            try:
                yield name, self._vault.documents(name)
            except VaultTampered:
                tally.failures.append(Damage(None, f"the documents of collection {name} cannot be listed"))

    def _verify_collection(
        self, name: str, documents: tuple[Document, ...], tally: Tally, on_document: Callable[[], None]
    ) -> None:
        try:
            self._vault.collection_key(name)
        except VaultTampered:
            tally.failures.append(Damage(None, f"the key of collection {name} does not open"))
            for document in documents:
                tally.failures.append(Damage(document.id, "its key cannot be opened"))
                on_document()
            return
        check, whole = self._search.check(name), []
        for document in documents:
            try:
                pages = self._verified(document, tally)
            except VaultTampered as error:
                tally.failures.append(Damage(document.id, error.happened))
                check.pass_over(document)
            else:
                check.compare(document, pages)
                whole.append(document)
            on_document()
        if not check.is_sound():
            self._search.rebuild(name, whole)
            tally.rebuilt.append(name)

    def _verified(self, document: Document, tally: Tally) -> tuple[Page, ...]:
        """All pages of a document, its tables opened too. Raises VaultTampered."""
        pages = tuple(self._vault.pages(document.id))
        if [page.index for page in pages] != list(range(document.page_count)):
            raise VaultTampered(f"{len(pages)} of its {document.page_count} pages are there, or in another order")
        tally.tables += len(self._vault.tables(document.id))
        tally.pages += len(pages)
        return pages

    def _write_down(self, report: VaultReport) -> None:
        failed = sorted({damage.document for damage in report.failures if damage.document})
        details: Details = {
            "documents": report.documents,
            "pages": report.pages,
            "failures": len(report.failures),
            "failed": failed,
            "rebuilt": list(report.rebuilt),
        }
        self._guard.note("vault_verify", details, outcome="failed" if report.failures else "allowed")
