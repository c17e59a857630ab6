"""The values that travel between rooms. Frozen, no behaviour of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Sensitivity = Literal["public", "internal", "confidential", "mnpi"]
Scale = Literal["none", "thousand", "million", "billion", "percent"]


@dataclass(frozen=True)
class Page:
    """One page of a document; `index` is 0-based, `text` is what the reader gave, never trimmed."""

    index: int
    text: str


@dataclass(frozen=True)
class Attachment:
    """A file inside a file, under its bare name: its bytes, or the sentence that says why they are kept out."""

    name: str
    content: bytes
    refusal: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table as printed: `text == page.text[start:end]` of the table's page; a dash is a cell."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Row:
    """A row of a table: one entry for each column, None where the table is blank there.

    `section` is the heading that stands above the row inside the table, such as "Current assets:", or empty.
    """

    label: str
    cells: tuple[Cell | None, ...]
    section: str = ""


@dataclass(frozen=True)
class Table:
    """A table of page `page` (0-based). `columns` are the headings, a spanning heading before each one that it spans.

    `units` is what the page says of the figures, such as "in millions, except per share", or empty; `stub` is the
    heading above the row labels, or empty.
    """

    page: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    units: str = ""
    stub: str = ""


@dataclass(frozen=True)
class Reading:
    """What a reader gives for one file: its pages, a title where the file states one, files inside it, tables it found.

    An archive has no page of its own. `notes` say what a person should know of the reading, each in a phrase: repaired, hidden text left out.
    `scanned` are the indexes of the pages that are pictures of text.
    """

    media_type: str
    title: str
    pages: tuple[Page, ...]
    attachments: tuple[Attachment, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    scanned: tuple[int, ...] = ()


@dataclass(frozen=True)
class Document:
    """A stored document, without its text. `id` is 12 hexadecimal digits; `sha256` is that of the file.

    `parent` is the id of the document it came in: the mail of an attachment. `notes` say what a person should know of it:
    that it was repaired, that hidden text was left out, that it addresses an AI reader.
    """

    id: str
    filename: str
    title: str
    sha256: str
    media_type: str
    collection: str
    sensitivity: Sensitivity
    page_count: int
    size_bytes: int
    source_path: str
    ingested_at: datetime
    parent: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """All that is kept of a document: every page, and the tables that were found."""

    document: Document
    pages: tuple[Page, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Collection:
    """A collection, and how many of its documents whoever asked may read."""

    name: str
    documents: int


@dataclass(frozen=True)
class Passage:
    """A retrievable piece of a page: `text == page.text[start:end]`. `document` is an id, or the caller's name for it."""

    id: str
    document: str
    page: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Hit:
    """A passage found by a search; a higher score is better."""

    passage: Passage
    document: Document
    score: float


@dataclass(frozen=True)
class Citation:
    """Where an answer stands: `quote == page.text[start:end]` of page `page` (0-based) of document `doc`."""

    doc: str
    page: int
    passage: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Turn:
    """An earlier question of the same conversation with its answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Filters:
    """Which stored documents a search looks at: those that fit every filter given.

    `form` is one that the index tells apart, `company` the words of its name, `year` one of its file name or its period;
    `since` and `until` are days of ingestion (UTC), both included.
    """

    form: str | None = None
    company: str | None = None
    year: int | None = None
    sensitivity: Sensitivity | None = None
    since: date | None = None
    until: date | None = None


UNFILTERED = Filters()


@dataclass(frozen=True)
class Question:
    """A question, with the documents or the passages it is limited to. With `passages` no stored document is read."""

    text: str
    id: str = ""
    documents: tuple[str, ...] = ()
    collection: str | None = None
    passages: tuple[Passage, ...] | None = None
    history: tuple[Turn, ...] = ()
    filters: Filters = UNFILTERED


@dataclass(frozen=True)
class Answer:
    """A grounded answer, or an abstention with its reason. `value` is in units of `scale`: 12.5 with `percent` is 12.5 %."""

    id: str
    answer: str
    spans: tuple[str, ...] | None = None
    value: Decimal | None = None
    scale: Scale = "none"
    unit: str | None = None
    program: str | None = None
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0
    abstained: bool = False
    reason: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class IngestResult:
    """What became of one file: `stored`, `unchanged` (the same bytes are in the collection already) or `failed`
    (a symbolic link inside a folder too, which is not followed).

    A file inside a file stands under that one: `inbox/box.zip/report.pdf`, by its file name `box.zip/report.pdf`.
    `notes` say what a person should know of it. A stored document that is nearly another one's text names that one's id
    in `duplicate_of`, and how alike they are, from 0 to 1.
    """

    path: str
    filename: str
    status: Literal["stored", "unchanged", "failed"]
    document: Document | None = None
    error: str | None = None
    notes: tuple[str, ...] = ()
    duplicate_of: str | None = None
    similarity: float | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Figure:
    """A named number of a document; `quote` is an exact substring of page `page` and holds the number as printed."""

    name: str
    value: Decimal
    unit: str
    scale: Literal["one", "thousand", "million", "billion"]
    period: str
    page: int
    quote: str


@dataclass(frozen=True)
class PersonalData:
    """A place where personal data stands: characters `start` to `end` of page `page`. The text itself is not repeated."""

    type: str
    page: int
    start: int
    end: int


@dataclass(frozen=True)
class SummaryLine:
    """One line of a summary, with the exact quote that bears it."""

    text: str
    page: int
    quote: str


@dataclass(frozen=True)
class TriageRecord:
    """The result of triage for one file; field names are those of the command-line contract."""

    path: str
    sha256: str
    status: Literal["done", "failed"]
    error: str | None = None
    doc_type: str | None = None
    issuer: str | None = None
    period: str | None = None
    language: str | None = None
    sentiment: str | None = None
    events: tuple[str, ...] = ()
    sensitivity: str | None = None
    priority: str | None = None
    queue: str | None = None
    figures: tuple[Figure, ...] = ()
    pii: tuple[PersonalData, ...] = ()
    summary: tuple[SummaryLine, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    needs_review: bool = False
    reasons: tuple[str, ...] = ()
    duplicate_of: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Decision:
    """The policy's word: may `user` do `action` to `resource`? `policies` are the ids of the rules that decided."""

    user: str
    action: str
    resource: str
    allowed: bool
    policies: tuple[str, ...]


@dataclass(frozen=True)
class AuditEntry:
    """One line of the audit log. `details` never holds document text or a question, only ids, counts and digests."""

    index: int
    time: str
    user: str
    action: str
    resource: str
    outcome: Literal["allowed", "denied", "failed"]
    details: dict[str, str | int | bool | list[str]]
    policy: str


@dataclass(frozen=True)
class Damage:
    """Something of a vault that does not verify: of one document, by its id, or of the vault itself."""

    document: str | None
    what: str


@dataclass(frozen=True)
class VaultReport:
    """What the verification of a vault found: how much was looked at, each thing that does not verify, and the
    collections whose search index did not hold exactly their documents and was made anew."""

    documents: int
    pages: int
    tables: int
    collections: int
    failures: tuple[Damage, ...]
    rebuilt: tuple[str, ...]


@dataclass(frozen=True)
class AuditReport:
    """The result of a verification that passed: entries, RFC 6962 root (hex), and how far a witness was behind."""

    entries: int
    root: str
    checkpoint_size: int
    witness_size: int | None
