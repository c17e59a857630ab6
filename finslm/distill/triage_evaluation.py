"""How well triage labels documents whose labels are known: accuracy a label kind, F1 for events and sentiments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finslm.distill.data_files import json_lines
from finslm.distill.forms import LabelledDocument
from finslm.distill.scoring import Score
from finslm.documents import Page, Reading, TriageRecord
from finslm.errors import BrokenLine
from finslm.triage import Triage

KINDS = ("doc_type", "sentiment", "sensitivity", "priority")
PAGE_BREAK = "\f"


@dataclass(frozen=True)
class Known:
    """A document with the labels that it should get; a kind that nobody labelled is absent."""

    text: str
    labels: dict[str, Any]


@dataclass(frozen=True)
class Labelled:
    """A known document and the record that triage gave it."""

    known: Known
    record: TriageRecord


def load_known(path: Path) -> list[Known]:
    """Documents of JSON lines: `text`, and labels as in a triage record, or `label` for the sentiment alone.

    Raises PathMissing and BrokenLine.
    """
    return [_known(fields, path, number) for number, fields in json_lines(path, LabelledDocument)]


def labelled(documents: Sequence[Known], triage: Triage) -> Iterator[Labelled]:
    """Each document triaged, in order."""
    for number, known in enumerate(documents):
        pages = tuple(Page(i, text) for i, text in enumerate(known.text.split(PAGE_BREAK)))
        yield Labelled(known, triage.assess(f"{number}.txt", "", Reading("text/plain", "", pages)))


def accuracies(results: Sequence[Labelled]) -> dict[str, Score]:
    """The share of right labels a kind, and each document's F1 over its events."""
    scores = {}
    for kind in KINDS:
        known = [result for result in results if kind in result.known.labels]
        right = [float(getattr(result.record, kind) == result.known.labels[kind]) for result in known]
        scores[kind] = Score.of(right)
    with_events = [result for result in results if "events" in result.known.labels]
    scores["events (F1)"] = Score.of([_f1(set(r.record.events), set(r.known.labels["events"])) for r in with_events])
    return {kind: score for kind, score in scores.items() if score.count}


def macro_f1(results: Sequence[Labelled], kind: str = "sentiment") -> float:
    """The mean over labels of the F1 of each label, as sentiment sets are scored."""
    pairs = [(str(getattr(r.record, kind)), str(r.known.labels[kind])) for r in results if kind in r.known.labels]
    labels = sorted({wanted for _, wanted in pairs})
    return sum(_label_f1(pairs, label) for label in labels) / max(1, len(labels))


def _label_f1(pairs: Sequence[tuple[str, str]], label: str) -> float:
    hits = sum(given == wanted == label for given, wanted in pairs)
    named = sum(given == label for given, _ in pairs) + sum(wanted == label for _, wanted in pairs)
    return 2 * hits / named if named else 0.0


def _f1(given: set[str], wanted: set[str]) -> float:
    return 2 * len(given & wanted) / (len(given) + len(wanted)) if given or wanted else 1.0


def _known(fields: dict[str, Any], path: Path, number: int) -> Known:
    labels = {kind: fields[kind] for kind in (*KINDS, "events") if kind in fields}
    if "label" in fields:
        labels["sentiment"] = str(fields["label"]).casefold()
    if not labels:
        raise BrokenLine(path, number, "it has no label")
    return Known(fields["text"], labels)
