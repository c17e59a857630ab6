"""Makes training examples of questions over what search finds for them in their filing, for `finslm distill pack --examples`.

    found_examples.py --data ../shared/data --vault DIR --base BASE.gguf --out found.jsonl

DIR is a vault that `bench_retrieval.py` filled with the filings; BASE tells how many tokens a text takes. The questions are the
teachers' and ours over pages, and those of analysts over primary statements. No filing of FinanceBench's open questions, nor of the
teacher's pages kept aside, takes part.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from functools import cache
from pathlib import Path

from bench_retrieval import PASSPHRASE, USER, page_finder

from finslm.config import Settings
from finslm.distill.corpus import companies_of
from finslm.distill.examples import Example, write_examples
from finslm.distill.found import found
from finslm.distill.sources import load_sources
from finslm.model.llama import Llama
from finslm.search import Search
from finslm.vault import Vault

SOURCES = ("teacher", "analyst")
DEEPEST = 20
"""Pages down to which the one that answers is looked for."""


def main() -> None:
    """Makes the examples, and says how many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vault", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=int, default=3000, help="contexts of a source at most")
    given = parser.parse_args()
    settings, vault = Settings(), Vault.open(given.vault, USER, PASSPHRASE)
    search, base = Search(vault, settings.data_dir), Llama(given.base, threads=1, context_tokens=64)

    @cache
    def count(text: str) -> int:
        return len(base.tokenize(text))

    sources = load_sources(given.data, settings.data_dir, seed=given.seed)
    known = companies_of(given.data)
    chance = random.Random(given.seed)
    examples: list[Example] = []
    for source in SOURCES:
        open_ones = [each for each in sources.training[source] if each.context_id.partition("|")[0] in known]
        examples += chance.sample(open_ones, min(given.most, len(open_ones)))
    made = list(found(examples, page_finder(vault, search, DEEPEST), count, given.seed))
    write_examples(given.out, made)
    kinds = Counter(asked.line.partition(":")[0] for example in made for asked in example.asked)
    print(f"{kinds.total()} questions over {len(made)} contexts: {dict(kinds)}")
    base.close()
    search.close()
    vault.close()


if __name__ == "__main__":
    main()
