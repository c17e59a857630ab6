"""Fits the weights of the page scorer, and writes them to data/search/ranking.toml.

    train_page_scorer.py --data ../shared/data --vault DIR

DIR is a vault that `bench_retrieval.py` filled with the filings. Lessons are analysts' questions over primary statements with
their pages; a fifth of the filings is kept aside to measure, and the teacher's questions are measured beside them. These are not
learnt from: they repeat the words of their page, and the weights trust words too much (page recall@5 on the open FinanceBench
questions, learnt from both 0.809 with the document named and 0.755 without, from analysts' questions alone 0.883 and 0.819). No
FinanceBench question and none of its filings takes part.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path

from bench_retrieval import PASSPHRASE, USER, filings_in

from finslm.config import Settings, shipped
from finslm.distill.analyst import analysed
from finslm.distill.corpus import companies_of, load_pages
from finslm.distill.data_files import json_lines
from finslm.distill.page_scorer import Lesson, loss, recall_at, trained, whole
from finslm.search import Search
from finslm.search.ranking import FEATURES, Weights
from finslm.vault import Vault

MOST_LESSONS = 1500
ASIDE = 5
"""Each so many-th filing is kept aside."""


Question = tuple[str, str, tuple[int, ...]]
"""A question, its filing, and the pages that answer it."""


def of_analysts(data: Path, data_dir: Path) -> Iterator[Question]:
    chance = random.Random(0)
    examples = list(analysed(load_pages(data), companies_of(data), data_dir, 0))
    asked = [(each, one) for each in examples for one in each.asked if one.line != "missing"]
    for example, one in chance.sample(asked, min(MOST_LESSONS, len(asked))):
        doc, _, pages = example.context_id.split("|")
        yield one.question, doc, tuple(int(page) for page in pages.split("+"))


def of_teacher(data: Path) -> Iterator[Question]:
    for _, fields in json_lines(data / "teacher/qa.jsonl"):
        if fields["kind"] != "missing":
            yield fields["question"], fields["doc"], (fields["page"],)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vault", type=Path, required=True)
    options = parser.parse_args()
    settings, vault = Settings(), Vault.open(options.vault, USER, PASSPHRASE)
    search = Search(vault, settings.data_dir)
    by_name = filings_in(vault)
    aside = set(sorted(by_name)[::ASIDE])

    def lesson(question: Question) -> Lesson:
        text, doc, pages = question
        return Lesson(search.page_features(text, by_name[doc]), pages)

    asked = list(of_analysts(options.data, settings.data_dir))
    learnt = list(whole(lesson(each) for each in asked if each[1] not in aside))
    kept = {
        "analysts' questions kept aside": list(whole(lesson(each) for each in asked if each[1] in aside)),
        "the teacher's questions": list(whole(lesson(each) for each in of_teacher(options.data))),
    }
    before = Weights.load(settings.data_dir)
    after = trained(learnt, before.pages)
    for name, weights in (("before", before.pages), ("after", after)):
        print(name, dict(zip(FEATURES, weights, strict=True)))
        for of, lessons in kept.items():
            recalls = "  ".join(f"@{depth} {recall_at(lessons, weights, depth):.3f}" for depth in (1, 3, 5, 10))
            print(f"    {len(lessons)} of {of}: loss {loss(lessons, weights):.3f}, page recall {recalls}")
    file = shipped("data") / "search" / "ranking.toml"
    text = file.read_text()
    for feature, weight in zip(FEATURES, after, strict=True):
        text = re.sub(rf"(?m)^{feature} = .*$", f"{feature} = {weight}", text)
    file.write_text(text)
    search.close()
    vault.close()


if __name__ == "__main__":
    main()
