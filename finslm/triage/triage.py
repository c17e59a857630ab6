"""One document in, one routed record out."""

from __future__ import annotations

import re
import threading
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from finslm.documents import Figure, Page, Reading, SummaryLine, TriageRecord
from finslm.errors import IntegrityError
from finslm.ingest import load_triggers, without_instructions
from finslm.model import Engine
from finslm.triage.cues import CueBook, load_cues
from finslm.triage.figures import read_figures
from finslm.triage.issuer import read_issuer
from finslm.triage.judge import Inquiry, ModelJudge, each_of, margin, one_of
from finslm.triage.language import detect_language
from finslm.triage.line_items import LineItem, load_line_items
from finslm.triage.period import read_period
from finslm.triage.personal_data import find_personal_data
from finslm.triage.records import failed_record
from finslm.triage.routing import RoutingFacts
from finslm.triage.summary import summarise

EXCERPT_CHARS = 2500
JUDGED_CHARS = 20_000
PERIODIC_TYPES = ("annual_report", "quarterly_report", "earnings_release", "earnings_call_transcript")
"""Reports on a period; every other document is known by its own day."""
ISSUER_STOPS = frozenset(("report", "statement", "notice", "results", "invoice", "page", "the", "company", "dividend"))


@dataclass(frozen=True)
class TriageSettings:
    """What triage reads from `data/triage/`, and the phrases that address an AI reader."""

    cues: CueBook
    line_items: tuple[LineItem, ...]
    stop_words: dict[str, frozenset[str]]
    inquiries: dict[str, Inquiry]
    least_margin: float
    triggers: tuple[re.Pattern[str], ...]
    shared_mailboxes: frozenset[str]

    @classmethod
    def load(cls, data_dir: Path) -> TriageSettings:
        """The settings of an installation. Raises IntegrityError when a file is damaged."""
        folder = data_dir / "triage"
        try:
            settings = tomllib.loads((folder / "settings.toml").read_text("utf-8"))
            stop_words = tomllib.loads((folder / "stop_words.toml").read_text("utf-8"))
            return cls(
                cues=load_cues(folder / "cues.toml"),
                line_items=load_line_items(folder / "line_items.toml"),
                stop_words={code: frozenset(words) for code, words in stop_words.items()},
                inquiries={kind: Inquiry(**inquiry) for kind, inquiry in settings["inquiry"].items()},
                least_margin=float(settings["review"]["least_margin"]),
                triggers=load_triggers(data_dir),
                shared_mailboxes=frozenset(settings["personal_data"]["shared_mailboxes"]),
            )
        except (OSError, ValueError, KeyError, TypeError, re.error) as error:
            raise IntegrityError(
                f"the triage settings in {folder} cannot be read ({error})",
                safe="nothing was triaged",
                next_step="restore the data folder from the installation",
            ) from error


class Triage:
    """Judges documents with one engine; `route` is the policy's choice of a queue."""

    def __init__(self, engine: Engine, settings: TriageSettings, route: Callable[[RoutingFacts], str]) -> None:
        self._settings = settings
        self._route = route
        self._judges = {
            kind: ModelJudge(engine, inquiry, settings.cues[kind]) for kind, inquiry in settings.inquiries.items()
        }

    def assess(
        self, path: str, sha256: str, reading: Reading, *, cancel: threading.Event | None = None
    ) -> TriageRecord:
        """The record of a document as read. Raises Cancelled."""
        start = time.monotonic()
        pages, has_instructions = without_instructions(reading.pages, self._settings.triggers)
        record = self._labelled(TriageRecord(path, sha256, "done"), pages, cancel)
        record = self._extracted(record, pages)
        record = self._reviewed(record, has_instructions)
        facts = RoutingFacts(
            record.doc_type or "other",
            record.sensitivity or "internal",
            record.priority or "normal",
            record.events,
            record.needs_review,
        )
        return replace(record, queue=self._route(facts), seconds=round(time.monotonic() - start, 3))

    def failed(self, path: str, sha256: str, error: str | Exception) -> TriageRecord:
        """The record of a document that cannot be read; the policy says who looks at it."""
        facts = RoutingFacts("other", "internal", "normal", (), needs_review=True)
        return replace(failed_record(path, sha256, error), queue=self._route(facts))

    def _labelled(self, record: TriageRecord, pages: Sequence[Page], cancel: threading.Event | None) -> TriageRecord:
        cues = self._settings.cues
        text = "\n".join(page.text for page in pages)[:JUDGED_CHARS]
        asked = {kind: judge.log_odds(text[:EXCERPT_CHARS], cancel) for kind, judge in self._judges.items()}
        doc_types = one_of(cues["doc_type"], text, (), asked["doc_type"])
        doc_type = next(iter(doc_types))
        events = tuple(key for key, p in each_of(cues["event"], text, [f"doc_type:{doc_type}"]).items() if p > 0.5)
        facts = [f"doc_type:{doc_type}", *(f"event:{event}" for event in events)]
        sentiments = one_of(cues["sentiment"], text, facts, asked["sentiment"])
        sensitivities = one_of(cues["sensitivity"], text, facts)
        sensitivity = next(iter(sensitivities))
        priorities = one_of(cues["priority"], text, [*facts, f"sensitivity:{sensitivity}"])
        return replace(
            record,
            doc_type=doc_type,
            sentiment=next(iter(sentiments)),
            events=events,
            sensitivity=sensitivity,
            priority=next(iter(priorities)),
            scores={key: round(p, 4) for key, p in list(doc_types.items())[:3]},
            reasons=self._doubts({"doc_type": doc_types, "sensitivity": sensitivities}),
        )

    def _extracted(self, record: TriageRecord, pages: Sequence[Page]) -> TriageRecord:
        text = "\n".join(page.text for page in pages[:5])
        language = detect_language(text, self._settings.stop_words)
        period = read_period(text, is_dated=record.doc_type not in PERIODIC_TYPES)
        figures: tuple[Figure, ...] = read_figures(pages, self._settings.line_items, period=period, language=language)
        told = [label for label in self._settings.cues["event"] if label.key in record.events]
        summary: tuple[SummaryLine, ...] = summarise(pages, told, figures)
        return replace(
            record,
            issuer=read_issuer(text, doc_type=record.doc_type or "other", not_names=ISSUER_STOPS),
            period=period,
            language=language,
            figures=figures,
            pii=find_personal_data(pages, self._settings.shared_mailboxes),
            summary=summary,
        )

    def _reviewed(self, record: TriageRecord, has_instructions: bool) -> TriageRecord:
        """A person looks where the machine is unsure or the document is delicate; `reasons` say why."""
        reasons = [*record.reasons]
        if has_instructions:
            reasons.append("text addresses an AI reader")
        if record.sensitivity == "mnpi":
            reasons.append("inside information")
        needs_review = bool(reasons)
        if record.pii:
            reasons.append("personal data")
        return replace(record, needs_review=needs_review, reasons=tuple(reasons))

    def _doubts(self, judged: dict[str, dict[str, float]]) -> tuple[str, ...]:
        return tuple(f"unsure of {kind}" for kind, p in judged.items() if margin(p) < self._settings.least_margin)
