"""Lists the tokens that a model keeps: those of filings, of our own texts and data, and the most frequent ones at large.

Needs the extra `train`. The list is written beside the manifest; `scripts/pin_model.py --vocabulary` builds with it.

    python scripts/prune_vocabulary.py finslm-0.5b --base BASE.gguf --data ../shared/data --frequent 30000
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from gguf import GGUFReader

from finslm.config import shipped
from finslm.distill.corpus import load_pages
from finslm.model.llama import Llama
from finslm.model.vocabulary import Vocabulary, write_kept


def main() -> None:
    """Counts and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--frequent", type=int, default=30_000, help="the first so many tokens stay: merges come by frequency"
    )
    parser.add_argument("--every", type=int, default=1, help="only every so many pages of the filings")
    given = parser.parse_args()
    llama = Llama(given.base, threads=1, context_tokens=64)
    seen = {token for text in texts(given.data, given.every) for token in llama.tokenize(text)}
    vocabulary = Vocabulary.of(GGUFReader(given.base))
    kept = vocabulary.closed(seen | set(range(given.frequent)))
    write_kept(shipped("data") / "models" / given.name / "vocabulary.gguf", kept, len(vocabulary.tokens))
    print(f"{given.name}: {len(seen)} tokens seen, {len(kept)} of {len(vocabulary.tokens)} kept")


def texts(data: Path, every: int) -> Iterator[str]:
    """Everything that finance text is like, and everything that we tell a model or let it write."""
    yield from list(load_pages(data).values())[::every]
    for path in sorted((data / "gold").glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                fields = json.loads(line)
                yield json.dumps([fields["question"], fields["texts"], fields.get("table")], ensure_ascii=False)
    for name in ("teacher/qa.jsonl", "teacher/triage.jsonl"):
        yield from (data / name).read_text("utf-8").splitlines()
    for path in sorted(shipped("data").rglob("*.t*")):
        yield path.read_text("utf-8", "replace")


if __name__ == "__main__":
    main()
