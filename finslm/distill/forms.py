"""The forms of the data files that the laboratory reads: what must be in them, as far as it is used. More may be.

The readers hold what they read against these forms and pass it on as it is.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import BaseModel, TypeAdapter, model_validator

from finslm.documents import Scale

Table = list[list[str]]
PublishedScale = Literal[Scale, ""] | None
NEEDED = {
    "span": ("spans",),
    "multi_span": ("spans",),
    "count": ("operands",),
    "compare": ("program", "answer"),
    "calc": ("program", "answer", "scale"),
}
"""What a teacher's line of each kind cannot do without."""


class TatqaTable(BaseModel):
    """The table of a TAT-QA context."""

    uid: str
    table: Table


class TatqaParagraph(BaseModel):
    """A paragraph beside it."""

    order: int
    text: str


class TatqaQuestion(BaseModel):
    """A question to it."""

    uid: str
    question: str
    answer: int | float | str | list[str]
    answer_type: str
    scale: PublishedScale
    derivation: str | None = None


class TatqaContext(BaseModel):
    """One context of `tatqa_dev.json`."""

    table: TatqaTable
    paragraphs: list[TatqaParagraph]
    questions: list[TatqaQuestion]


class ConvfinqaPage(BaseModel):
    """The page of a dialogue; its table by column and row label."""

    pre_text: str
    post_text: str
    table: dict[str, dict[str, Any]]


class ConvfinqaTurns(BaseModel):
    """The turns of a dialogue, column by column."""

    conv_questions: list[str]
    conv_answers: list[Any]
    turn_program: list[str]
    executed_answers: list[int | float | Literal["yes", "no"]]

    @model_validator(mode="after")
    def is_even(self) -> ConvfinqaTurns:
        """Each turn has its answer, program and value."""
        columns = (self.conv_questions, self.conv_answers, self.turn_program, self.executed_answers)
        if len(set(map(len, columns))) > 1:
            raise ValueError("its columns are not equally long")
        return self


class ConvfinqaDialogue(BaseModel):
    """One dialogue of `convfinqa_dev100.json`."""

    id: str
    doc: ConvfinqaPage
    dialogue: ConvfinqaTurns


class ConvfinqaFile(BaseModel):
    """The whole of it."""

    dev: list[ConvfinqaDialogue]


class GoldTurn(BaseModel):
    """An earlier turn of a gathered question."""

    question: str
    answer: Any


class GoldLine(BaseModel):
    """One question of `gold/*.jsonl.gz`."""

    id: str
    set: str
    question: str
    answer: int | float | str | list[str]
    table: Table | None = None
    texts: list[str] = []
    history: list[GoldTurn] = []
    scale: PublishedScale = None
    program: str | None = None
    table_uid: str | None = None
    answer_type: str | None = None
    derivation: str | None = None


class Operand(BaseModel):
    """A number that a teacher's program takes, as printed and as a value."""

    text: str
    value: int | float


class TeacherPlace(BaseModel):
    """The filing and the 0-based page that a teacher's line is about."""

    doc: str
    page: int


class TeacherFields(TeacherPlace):
    """The fields of a teacher's line, whether it holds or not."""

    question: str
    kind: str
    rationale: str
    program: str | None = None
    operands: list[Operand] | None = None
    spans: list[str] | None = None
    answer: int | float | str | None = None


class TeacherLine(TeacherFields):
    """A line of `teacher/qa.jsonl`, as `finslm distill label` keeps them."""

    scale: Scale | None = None

    @model_validator(mode="after")
    def has_what_it_needs(self) -> TeacherLine:
        """A line of its kind can be made of it."""
        if lacking := [name for name in NEEDED.get(self.kind, ()) if getattr(self, name) is None]:
            raise ValueError(f"a line of kind {self.kind} has no {', '.join(lacking)}")
        if self.kind == "calc" and isinstance(self.answer, str):
            raise ValueError("the answer of a line of kind calc is no number")
        return self


class ContextLine(BaseModel):
    """A line of our own questions on a context that its hash names, or on a page of a filing."""

    turns: list[Annotated[list[str], Len(2, 2)]]
    context: str | None = None
    doc: str | None = None
    page: int | None = None

    @model_validator(mode="after")
    def names_a_context(self) -> ContextLine:
        """It says what it asks about."""
        if self.context is None and (self.doc is None or self.page is None):
            raise ValueError("it names neither a context nor a page")
        return self


class SpokenTurn(BaseModel):
    """A turn before a question of an example."""

    question: str
    answer: str


class AskedOfExample(BaseModel):
    """A question of an example."""

    question: str
    line: str
    history: list[SpokenTurn]
    rationale: str


class ExampleLine(BaseModel):
    """An example as `finslm distill synth` writes it."""

    source: str
    context_id: str
    licence: str
    passages: list[str]
    asked: list[AskedOfExample]


class LabelledDocument(BaseModel):
    """A document whose labels are known; those that nobody gave it are absent."""

    text: str
    events: list[str] = []


class EvidencePage(BaseModel):
    """A 0-based page that holds an answer."""

    evidence_page_num: int


class FinancebenchQuestion(BaseModel):
    """A line of `financebench_dev.jsonl`."""

    question: str
    doc_name: str
    evidence: Annotated[list[EvidencePage], Len(1)]


class FilingLabels(BaseModel):
    """What `filings_labels.json` says of a filing."""

    company: str


TATQA_FILE = TypeAdapter(list[TatqaContext])
CONVFINQA_FILE = TypeAdapter(ConvfinqaFile)
LABELS_FILE = TypeAdapter(dict[str, FilingLabels])
