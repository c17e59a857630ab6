"""The journey of a question: the passages that speak of it, and the answer that they bear."""

from __future__ import annotations

from collections.abc import Sequence

from finslm.answer import EVIDENCE_PAGES, Answerer, Instructions, Manner, abstain
from finslm.config import Settings
from finslm.desk.guard import Details, Guard
from finslm.desk.models import Models
from finslm.documents import UNFILTERED, Answer, Document, Filters, Hit, Passage, Question
from finslm.policy import document_resource
from finslm.search import Search
from finslm.vault import Vault

LEAST_COVERAGE, ENOUGH_COVERAGE = 0.25, 0.6
"""A question of which the evidence speaks less than the first is declined before the model is asked; from the second on, what
it does not say is manner of speaking and lowers no confidence."""


class Asking:
    """Finds passages and answers questions."""

    def __init__(self, vault: Vault, search: Search, guard: Guard, models: Models, settings: Settings) -> None:
        self._vault = vault
        self._search = search
        self._guard = guard
        self._models = models
        self._settings = settings

    def _find(
        self,
        action: str,
        query: str,
        documents: Sequence[Document],
        limit: int,
        *,
        whole_pages: bool = False,
        filters: Filters = UNFILTERED,
    ) -> tuple[Hit, ...]:
        """The best passages, or pages, that the policy lets `action` see, best first."""
        return self._search.find(
            query,
            documents,
            limit=limit,
            may_see=lambda document: self._guard.may(action, document),
            whole_pages=whole_pages,
            filters=filters,
        )

    def _documents(self, action: str, collection: str | None, references: Sequence[str]) -> Sequence[Document]:
        """The documents to look in: those that are named, each permitted, or all of the collections."""
        documents = [self._vault.document(reference) for reference in references]
        for document in documents:
            self._guard.authorise(action, document_resource(document))
        if collection is not None:
            self._vault.collection_key(collection)
        return documents or self._vault.documents(collection)

    def search(
        self, query: str, collection: str | None, references: Sequence[str], limit: int, filters: Filters
    ) -> tuple[Hit, ...]:
        """The same as a use case of its own, written down."""
        documents = self._documents("search", collection, references)
        hits = self._find("search", query, documents, limit, filters=filters)
        self._guard.note("search", {"query": self._guard.digest(query), "documents": _documents_of(hits)})
        return hits

    def ask(
        self,
        question: Question,
        model: str | None,
        manner: Manner,
    ) -> Answer:
        """The answer to `question` from its own passages, or from what is found for it."""
        if question.passages is not None:
            self._guard.authorise("ask_passages")
        name = self._models.name_for("ask", model)
        answerer = self._answerer(name)
        hits: tuple[Hit, ...] = ()
        evidence: Sequence[Passage] = ()
        if question.passages is not None:
            answer = answerer.answer(question, answerer.given(question), manner=manner)
        else:
            documents = self._documents("ask", question.collection, question.documents)
            query = self._search.in_full(question.text, [turn.question for turn in question.history], documents)
            hits = self._find("ask", query, documents, EVIDENCE_PAGES, whole_pages=True, filters=question.filters)
            evidence = answerer.found([hit.passage for hit in hits], self._search.sought(query))
            answer = self._answer_found(answerer, question, hits, evidence, manner)
        details: Details = {
            "question": self._guard.digest(question.text),
            "documents": _documents_of(hits),
            "passages": list(dict.fromkeys(passage.id for passage in evidence)),
            "model": name,
            "abstained": answer.abstained,
        }
        self._guard.note("ask", details)
        return answer

    def _answer_found(
        self,
        answerer: Answerer,
        question: Question,
        hits: Sequence[Hit],
        evidence: Sequence[Passage],
        manner: Manner,
    ) -> Answer:
        if not hits and question.filters != UNFILTERED:
            return abstain(question, "no document that fits the filters speaks of this")
        coverage = self._search.coverage(question.text, hits, [passage.text for passage in evidence])
        if coverage < LEAST_COVERAGE:
            return abstain(question, "the documents hardly speak of this", round(coverage, 4))
        return answerer.answer(question, evidence, coverage=min(1.0, coverage / ENOUGH_COVERAGE), manner=manner)

    def _answerer(self, model: str) -> Answerer:
        return Answerer(
            self._models.engine(model),
            Instructions.load(self._settings.data_dir, is_taught=self._models.is_taught(model)),
            evidence_tokens=self._settings.evidence_tokens,
            abstain_below=self._settings.abstain_below,
        )


def _documents_of(hits: Sequence[Hit]) -> list[str]:
    return sorted({hit.document.id for hit in hits})
