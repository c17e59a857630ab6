"""Cuts a page into passages at line ends, so that a statement's rows stay together and every character keeps its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from finslm.documents import Page, Passage

PASSAGE_CHARACTERS = 1500


def cut(document_id: str, page: Page) -> Iterator[Passage]:
    """The passages of a page, in order, none empty; joined they give the page's text back, blank ends aside."""
    start = 0
    while start < len(page.text):
        end = _end_of_passage(page.text, start)
        if page.text[start:end].strip():
            yield Passage(
                f"{document_id}/{page.index}/{start}",
                document_id,
                page.index,
                start,
                end,
                page.text[start:end],
            )
        start = end


def _end_of_passage(text: str, start: int) -> int:
    """The end of the last whole paragraph, line or word that fits; a single longer word is cut."""
    limit = start + PASSAGE_CHARACTERS
    if limit >= len(text):
        return len(text)
    for separator in ("\n\n", "\n", " "):
        at = text.rfind(separator, start + PASSAGE_CHARACTERS // 2, limit)
        if at > start:
            return at + len(separator)
    return limit


def best_passage(document_id: str, page: Page, words: Sequence[str]) -> Passage:
    """The passage of a page that holds most of `words`; the first of them where several do."""
    passages = tuple(cut(document_id, page)) or (whole_page(document_id, page),)

    def held(passage: Passage) -> int:
        text = passage.text.lower()
        return sum(word in text for word in words)

    return max(passages, key=held)


def whole_page(document_id: str, page: Page) -> Passage:
    """A page as one passage."""
    return Passage(f"{document_id}/{page.index}/0", document_id, page.index, 0, len(page.text), page.text)
