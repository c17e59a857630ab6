"""All that is learnt from: the published questions and the teacher lines, with what is kept aside for measuring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finslm.distill import finqa, tatqa, teacher
from finslm.distill.context_lines import asked_of_contexts, own_context_lines
from finslm.distill.data_files import json_lines, present, whole_json
from finslm.distill.examples import Example, letters_of, merged
from finslm.distill.forms import LABELS_FILE, FinancebenchQuestion, GoldLine, TeacherLine
from finslm.distill.teacher import Pages

KEPT_TATQA = 40
KEPT_DIALOGUES = 20
KEPT_TEACHER = 20
"""The last contexts of each set are for measuring only."""
TATQA_LIKE = ("tatqa_train", "tathqa_dev", "aitqa")
FINQA_LIKE = ("finqa_train", "convfinqa_train", "finqa_train_evidence", "multihiertt_train")


SHORT_PASSAGE = 80
"""Passages of no more characters say too little to tell a context."""


@dataclass(frozen=True)
class Corpus:
    """Examples to train on, and examples to measure on, which share no passage; `raw` is what training was chosen from."""

    training: tuple[Example, ...]
    aside: tuple[Example, ...]
    raw: tuple[Example, ...]


def load_corpus(data: Path, pages: Pages, data_dir: Path, more_lines: Sequence[Path] = ()) -> Corpus:
    """The corpus of the folder that DATA.md describes, with the `pages` of its filings, the project's own lines, which lie
    in `data_dir`, and `more_lines` of teachers. Raises PathMissing and BrokenData.
    """
    tables = [tatqa.example_of(context) for context in tatqa.load_contexts(data / "tatqa_dev.json")]
    spoken = [finqa.example_of(dialogue) for dialogue in finqa.load_dialogues(data / "convfinqa_dev100.json")]
    lessons = _lessons([data / "teacher/qa.jsonl"], pages)
    published = [
        *tatqa.gathered(line for name in TATQA_LIKE for line in _gold(data, name)),
        *finqa.gathered(line for name in FINQA_LIKE for line in _gold(data, name)),
    ]
    gathered = [*published, *asked_of_contexts(published, pages, own_context_lines(data_dir))]
    aside = [*tables[-KEPT_TATQA:], *spoken[-KEPT_DIALOGUES:], *lessons[-KEPT_TEACHER:]]
    lessons = [*lessons[:-KEPT_TEACHER], *_lessons((*own_lines(data_dir), *more_lines), pages)]
    raw = merged([*tables[:-KEPT_TATQA], *spoken[:-KEPT_DIALOGUES], *gathered, *lessons])
    return Corpus(tuple(without(raw, aside)), tuple(example for example in aside if example.asked), tuple(raw))


def filings_of(aside: Iterable[Example]) -> set[str]:
    """The filings of the teacher's pages that are kept aside: what we make from filings takes none of these."""
    return {example.context_id.rpartition("|")[0] for example in aside if example.source == "teacher"}


def _lessons(files: Sequence[Path], pages: Pages) -> list[Example]:
    return merged(teacher.taught((fields for file in files for _, fields in json_lines(file, TeacherLine)), pages))


def without(training: Iterable[Example], aside: Sequence[Example]) -> list[Example]:
    """The training examples of which no passage of some length is a passage of `aside`."""
    held = {letters_of(passage) for example in aside for passage in example.passages if len(passage) > SHORT_PASSAGE}
    return [e for e in training if e.asked and not any(letters_of(passage) in held for passage in e.passages)]


def load_pages(data: Path) -> dict[tuple[str, int], str]:
    """The text of every page of `filings.parquet`, by document and 0-based page."""
    from pyarrow import parquet  # noqa: PLC0415 - of the extra `train`, for these two columns only

    table = parquet.read_table(present(data / "filings.parquet"), columns=["doc", "page", "text"]).to_pydict()
    return {(doc, page): text for doc, page, text in zip(table["doc"], table["page"], table["text"], strict=True)}


def own_lines(data_dir: Path) -> tuple[Path, ...]:
    """The project's own teacher lines, where they are installed."""
    lines = data_dir / "teacher" / "qa.jsonl"
    return (lines,) if lines.is_file() else ()


def companies_of(data: Path) -> dict[str, str]:
    """The company of each filing, but for the filings on which FinanceBench's questions develop finding and answers."""
    labels = whole_json(data / "filings_labels.json", LABELS_FILE)
    kept = {fields["doc_name"] for _, fields in json_lines(data / "financebench_dev.jsonl", FinancebenchQuestion)}
    return {doc: fields["company"] for doc, fields in labels.items() if doc not in kept}


def _gold(data: Path, name: str) -> Iterable[dict[str, Any]]:
    absent = {name: field.default for name, field in GoldLine.model_fields.items() if not field.is_required()}
    for _, fields in json_lines(data / f"gold/{name}.jsonl.gz", GoldLine):
        yield {**absent, **fields}
