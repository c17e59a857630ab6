"""Page recall and speed of search over the filings of `filings.parquet`, in one encrypted vault.

    bench_retrieval.py --data ../shared/data --vault DIR [--pages 50000] [--json F]

The vault is made once, in DIR (a minute for 37,000 pages), and used again. Recall is the mean share of a question's evidence
pages among the first 1, 3, 5, 10 pages found: with the question's document named, and over the whole collection. Then copies
of filings under other names fill the collection up to `--pages`, and every question is timed over all of them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Collection, Iterator
from itertools import groupby
from pathlib import Path

from finslm.config import Settings
from finslm.distill.corpus import load_pages
from finslm.distill.found import Find
from finslm.distill.retrieval_evaluation import Asked, Place, load_asked, page_recall
from finslm.documents import Document, Page, Passage, Reading
from finslm.search import Search
from finslm.vault import Member, NewDocument, Vault

PASSPHRASE = "bench only, nothing secret"
USER = "bench"
DEEPEST = 10
COPY = "COPY-"


def filings(data: Path) -> Iterator[tuple[str, tuple[Page, ...]]]:
    """Each filing's name and pages."""
    pages = sorted(load_pages(data).items())
    for name, group in groupby(pages, key=lambda item: item[0][0]):
        yield name, tuple(Page(page, text) for (_, page), text in group)


def store(vault: Vault, search: Search, name: str, pages: tuple[Page, ...]) -> int:
    """Stores one filing as an ingest does, but for the reading of the file."""
    reading = Reading("application/pdf", "", pages)
    with vault.adding(
        NewDocument(reading, Path(f"/{name}.pdf"), name, 0, "default", "public", f"{name}.pdf")
    ) as document:
        pass
    search.add(document)
    return len(pages)


def opened(folder: Path) -> Vault:
    """The bench's vault, made where there is none."""
    if not folder.exists():
        return Vault.create(folder, PASSPHRASE, Member(USER, ("analyst",), "mnpi", ("default",)), recovery_code=None)
    return Vault.open(folder, USER, PASSPHRASE)


def fill(vault: Vault, data: Path, settings: Settings) -> None:
    search, stored = Search(vault, settings.data_dir), {document.filename for document in vault.documents()}
    began, count = time.monotonic(), 0
    for name, pages in filings(data):
        if f"{name}.pdf" not in stored:
            count += store(vault, search, name, pages)
    if count:
        print(f"{count} pages stored encrypted and indexed, {count / (time.monotonic() - began):.0f} a second")
    search.close()


def grow(vault: Vault, data: Path, settings: Settings, pages_wanted: int) -> int:
    """Copies of filings under other names until the collection holds `pages_wanted` pages."""
    search = Search(vault, settings.data_dir)
    stored = {document.filename: document.page_count for document in vault.documents()}
    total = sum(stored.values())
    for name, pages in filings(data):
        if total >= pages_wanted:
            break
        if f"{COPY}{name}.pdf" not in stored:
            total += store(vault, search, f"{COPY}{name}", pages)
    search.close()
    return total


def filings_in(vault: Vault) -> dict[str, Document]:
    """The stored filings by their names."""
    return {document.filename.removesuffix(".pdf"): document for document in vault.documents()}


def page_finder(vault: Vault, search: Search, depth: int) -> Find:
    """Finds the best `depth` pages of a filing for a question, whole, and the words to look for on them."""
    by_name = filings_in(vault)

    def find(question: str, filing: str) -> tuple[list[Passage], Collection[str]]:
        hits = search.find(question, [by_name[filing]], limit=depth, may_see=lambda _: True, whole_pages=True)
        return [hit.passage for hit in hits], search.sought(question)

    return find


def finder(vault: Vault, search: Search, *, named: bool) -> Callable[[Asked], list[Place]]:
    """Finds pages for a question among its own document's, or among all."""
    documents = tuple(each for each in vault.documents() if not each.filename.startswith(COPY))
    by_name = {document.filename: document for document in documents}

    def find(asked: Asked) -> list[Place]:
        among = (by_name[f"{asked.document}.pdf"],) if named else documents
        hits = search.find(asked.text, among, limit=DEEPEST, may_see=lambda _: True)
        return [(hit.document.filename.removesuffix(".pdf"), hit.passage.page) for hit in hits]

    return find


def latencies(vault: Vault, settings: Settings, questions: list[Asked]) -> tuple[float, list[float]]:
    """Milliseconds of the first question from a closed index, and of every question after it."""
    documents = vault.documents()
    began = time.perf_counter()
    search = Search(vault, settings.data_dir)
    search.find(questions[0].text, documents, limit=DEEPEST, may_see=lambda _: True)
    cold = 1000 * (time.perf_counter() - began)
    warm = []
    for asked in questions:
        began = time.perf_counter()
        search.find(asked.text, documents, limit=DEEPEST, may_see=lambda _: True)
        warm.append(1000 * (time.perf_counter() - began))
    search.close()
    return cold, sorted(warm)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vault", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=0, help="also time searches over so many pages")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    settings, questions = Settings(), load_asked(options.data / "financebench_dev.jsonl")
    vault = opened(options.vault)
    fill(vault, options.data, settings)
    search, figures = Search(vault, settings.data_dir), {}
    for way, named in (("document named", True), ("whole collection", False)):
        recall = page_recall(questions, finder(vault, search, named=named))
        print(f"page recall, {way}: " + "  ".join(f"@{k} {s.mean:.3f} ±{s.half_width:.3f}" for k, s in recall.items()))
        figures[way] = {f"recall@{k}": score.mean for k, score in recall.items()}
    search.close()
    if options.pages:
        pages = grow(vault, options.data, settings, options.pages)
        cold, warm = latencies(vault, settings, questions)
        p50, p95 = warm[len(warm) // 2], warm[int(0.95 * len(warm))]
        print(f"search over {pages} pages: cold start {cold:.0f} ms, then p50 {p50:.1f} ms, p95 {p95:.1f} ms")
        figures["speed"] = {"pages": pages, "cold_ms": cold, "p50_ms": p50, "p95_ms": p95}
    vault.close()
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
