"""How often the evidence that a search makes holds what answers: analysts' questions whose page and line are known.

    bench_evidence.py --vault DIR --base BASE.gguf [--lines data/teacher/pages.jsonl --most 600]

DIR is a vault that `bench_retrieval.py` filled with the filings; BASE tells how many tokens a text takes. The questions are those
kept out of training (data/teacher/pages_aside.jsonl), the document named. The page counts as found when it is among the
pages that evidence is gathered from; the evidence holds the answer when what it keeps of that page holds every number or word of
the line. No model is asked.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench_retrieval import PASSPHRASE, USER, page_finder

from finslm.answer import EVIDENCE_PAGES, gathered
from finslm.config import Settings, shipped
from finslm.distill.data_files import json_lines
from finslm.distill.forms import ContextLine
from finslm.distill.lines import missing, stands
from finslm.distill.scoring import Score
from finslm.documents import Passage
from finslm.model.llama import Llama
from finslm.search import Search
from finslm.vault import Vault

ROOMS = (1200, 1600, 2400)
"""Tokens of evidence."""


@dataclass(frozen=True)
class Known:
    """A question about a filing, the 0-based page that answers it, and the line that does."""

    text: str
    filing: str
    page: int
    line: str


def main() -> None:
    """Searches, gathers, and prints the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vault", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--lines", type=Path, default=shipped("data") / "teacher" / "pages_aside.jsonl")
    parser.add_argument("--most", type=int, default=600)
    given = parser.parse_args()
    settings, vault = Settings(), Vault.open(given.vault, USER, PASSPHRASE)
    search, base = Search(vault, settings.data_dir), Llama(given.base, threads=1, context_tokens=64)

    @cache
    def count(text: str) -> int:
        return len(base.tokenize(text))

    asked = list(known(given.lines))
    asked = random.Random(0).sample(asked, min(given.most, len(asked)))
    find = page_finder(vault, search, EVIDENCE_PAGES)
    pages = [find(each.text, each.filing) for each in asked]
    is_found = [any(page.page == each.page for page in best) for each, (best, _) in zip(asked, pages, strict=True)]
    print(f"page found {shown(is_found)}")
    for room in ROOMS:
        held = [holds(each, gathered(*found, room, count)) for each, found in zip(asked, pages, strict=True)]
        print(f"{room} tokens: evidence holds the answer {shown(held)}")
    base.close()
    search.close()
    vault.close()


def known(lines: Path) -> Iterator[Known]:
    """The questions of a file of lines that state something."""
    for _, fields in json_lines(lines, ContextLine):
        for text, line in fields["turns"]:
            if line != missing():
                yield Known(text, fields["doc"], fields["page"], line)


def holds(asked: Known, evidence: Sequence[Passage]) -> bool:
    """Does what is kept of the page that answers hold the answer?"""
    kept = tuple(passage.text for passage in evidence if passage.page == asked.page)
    return bool(kept) and stands(asked.line, kept)


def shown(values: Sequence[bool]) -> str:
    """A share with its 95 % interval."""
    score = Score.of([float(value) for value in values])
    return f"{score.mean:.1%} ± {score.half_width:.1%} of {score.count}"


if __name__ == "__main__":
    main()
