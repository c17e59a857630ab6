"""Question and answer files: JSON lines as the command-line contract has them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from finslm.answer import table_text
from finslm.cli.output import json_line
from finslm.desk import Desk
from finslm.documents import Answer, Passage, Question, Turn
from finslm.errors import (
    AuditTampered,
    Cancelled,
    FinslmError,
    ModelDamaged,
    ModelHashMismatch,
    ModelMissing,
    ModelNotAllowed,
    NoSpaceLeft,
    PathMissing,
    UsageError,
)
from finslm.vault import no_space_is_told

TOGETHER = 4
"""Questions answered at the same time."""
OF_THE_RUN = (Cancelled, NoSpaceLeft, AuditTampered, ModelMissing, ModelDamaged, ModelHashMismatch, ModelNotAllowed)
"""What no other question would fare better with: it ends the run, and `--resume` asks this question again."""


def _in_words(value: object) -> object:
    """What stands where words are wanted: a list as its parts, nothing as no words."""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def _or_empty(value: object) -> object:
    return [] if value is None else value


Words = Annotated[str, BeforeValidator(_in_words)]
Cells = Annotated[list[Words], BeforeValidator(_or_empty)]


class PassageLine(BaseModel):
    """A passage given in the line: text, or a table whose rows become lines of cells."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)
    id: Words = ""
    text: str | None = None
    table: list[Cells] | None = None

    def as_passage(self, number: int) -> Passage:
        """The passage; its document is its own id, for no stored document is read. One without an id is called by its number."""
        name = self.id or str(number)
        text = "\n".join(part for part in (table_text(self.table or []), self.text) if part)
        return Passage(name, name, 0, 0, len(text), text)


class TurnLine(BaseModel):
    """An earlier question with its answer."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)
    question: str
    answer: Words


class NamedLine(BaseModel):
    """What a line must at least hold to be answered, or refused, by its name."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)
    id: str


class QuestionLine(NamedLine):
    """One line of a question file."""

    question: str
    doc: str | None = None
    collection: str | None = None
    passages: list[PassageLine] | None = None
    history: Annotated[list[TurnLine], BeforeValidator(_or_empty)] = []

    def as_question(self) -> Question:
        """The question as the desk takes it."""
        return Question(
            self.question,
            id=self.id,
            documents=(self.doc,) if self.doc else (),
            collection=self.collection,
            passages=None if self.passages is None else tuple(p.as_passage(i) for i, p in enumerate(self.passages)),
            history=tuple(Turn(turn.question, turn.answer) for turn in self.history),
        )


@dataclass(frozen=True)
class BatchLine:
    """A question of the file, or what is wrong with its line."""

    id: str
    question: Question | None
    error: str | None

    def answer_with(self, desk: Desk, model: str | None) -> Answer:
        """The answer; a question that fails costs itself only. Raises what is `OF_THE_RUN`."""
        if self.question is None:
            return _failed(self.id, self.error or "")
        try:
            return desk.ask(self.question, model=model, is_urgent=False)
        except OF_THE_RUN:
            raise
        except FinslmError as error:
            return _failed(self.id, str(error))


def answered_together(lines: Sequence[BatchLine], desk: Desk, model: str | None) -> Iterator[Answer]:
    """The answers in the order of the lines; a few questions at a time share the model."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        answers = [pool.submit(line.answer_with, desk, model) for line in lines]
        try:
            yield from (answer.result() for answer in answers)
        finally:
            pool.shutdown(cancel_futures=True)


class AnswersFile:
    """The answers to `questions`, one a line, each on disk when it is known. Without `resume` it starts empty.

    `count` lines were kept from an earlier run, `failed` of them tell an error. Raises UsageError where the file cannot be
    written, or holds answers to other questions.
    """

    def __init__(self, path: Path, questions: Sequence[BatchLine], *, resume: bool) -> None:
        self._path = path
        try:
            self.count, self.failed = self._begun(questions, resume=resume)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}", next_step="check --out") from error

    def _begun(self, questions: Sequence[BatchLine], *, resume: bool) -> tuple[int, int]:
        path = self._path
        kept = path.read_bytes() if resume and path.exists() else b""
        # A line without its end was cut short by a crash; it is asked again. What stands before it is not touched.
        whole = kept[: kept.rfind(b"\n") + 1]
        answers = [_fields_of(line) for line in whole.split(b"\n")[:-1]]
        if [answer.get("id") for answer in answers] != [question.id for question in questions[: len(answers)]]:
            raise UsageError(
                f"{path} holds answers to other questions, or in another order",
                next_step="give the questions that it was begun with, or another --out",
            )
        with no_space_is_told(path), path.open("ab" if resume else "wb") as file:
            if whole != kept:
                file.truncate(len(whole))
        return len(answers), sum(answer.get("error") is not None for answer in answers)

    def append(self, answer: Answer) -> None:
        """Adds one answer. Raises NoSpaceLeft."""
        fields = json.loads(json_line(answer))
        if fields["error"] is None:
            del fields["error"]
        with no_space_is_told(self._path), self._path.open("ab") as file:
            file.write(json.dumps(fields, ensure_ascii=False).encode() + b"\n")
            file.flush()
            if self._path.is_file():  # a pipe or a terminal has no disk
                os.fsync(file.fileno())


def load_questions(path: Path) -> list[BatchLine]:
    """The questions of a file; a broken line is kept with its error, so that answers stay in order."""
    if not path.exists() or path.is_dir():
        raise PathMissing(f"there is no question file {path}", next_step="check --batch")
    lines = path.read_text("utf-8-sig", "replace").split("\n")
    questions = [_parse(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise UsageError(f"the question file {path} is empty", next_step="write one JSON object a line")
    return questions


def _parse(number: int, line: str) -> BatchLine:
    try:
        parsed = QuestionLine.model_validate_json(line)
    except ValidationError as error:
        first: dict[str, Any] = dict(error.errors(include_input=False)[0])
        place = ".".join(str(part) for part in first["loc"])
        return BatchLine(_name_of(number, line), None, f"line {number} is no question: {place} {first['msg']}".strip())
    return BatchLine(parsed.id, parsed.as_question(), None)


def _name_of(number: int, line: str) -> str:
    """The id of a line that is no question; its number where it tells none."""
    try:
        return NamedLine.model_validate_json(line).id
    except ValidationError:
        return f"line {number}"


def _fields_of(line: bytes) -> dict[str, Any]:
    """What a line of answers tells; nothing where it is none."""
    try:
        fields = json.loads(line)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _failed(question_id: str, error: str) -> Answer:
    return Answer(question_id, "", abstained=True, reason="the question failed", error=error)
