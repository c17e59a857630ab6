"""The file of answers: what an earlier run left in it."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from finslm.cli.batch import AnswersFile, BatchLine, load_questions
from finslm.errors import UsageError

LINES = [json.dumps(fields).encode() + b"\n" for fields in ({"id": "a"}, {"id": "b", "error": "no"}, {"id": "c"})]
QUESTIONS = [BatchLine(name, None, "no") for name in "abcd"]


@contextmanager
def nothing_can_be_written() -> Iterator[None]:
    """No file of this process may be written beyond its first byte."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("torn", [b"", b'{"id": "d", "ans'])
def test_the_answers_of_an_earlier_run_are_kept_without_being_written_again(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b"".join(LINES) + torn)
    with nothing_can_be_written():
        answers = AnswersFile(path, QUESTIONS, resume=True)
    assert (answers.count, answers.failed) == (3, 1)
    assert path.read_bytes() == b"".join(LINES)


def test_without_resume_the_file_starts_empty(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b"".join(LINES))
    answers = AnswersFile(path, QUESTIONS, resume=False)
    assert (answers.count, answers.failed, path.read_bytes()) == (0, 0, b"")


@pytest.mark.parametrize("questions", [QUESTIONS[::-1], QUESTIONS[:2]])
def test_answers_to_other_questions_are_not_gone_on_with(tmp_path: Path, questions: list[BatchLine]) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b"".join(LINES))
    with pytest.raises(UsageError, match="other questions"):
        AnswersFile(path, questions, resume=True)
    assert path.read_bytes() == b"".join(LINES)


@pytest.mark.parametrize("place", ["nowhere/answers.jsonl", "."])
def test_a_file_that_cannot_be_written_is_said_to_be_so(tmp_path: Path, place: str) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        AnswersFile(tmp_path / place, QUESTIONS, resume=False)


def test_questions_are_read_as_people_write_them(tmp_path: Path) -> None:
    line = {
        "id": 7,
        "question": "What was revenue?",
        "passages": [{"table": [["Revenue", True, 5.5], None, [["a", "b"], None]]}, {"id": 3, "text": "Revenue."}],
        "history": [{"question": "And costs?", "answer": ["5", "6"]}, {"question": "Why?", "answer": None}],
    }
    path = tmp_path / "questions.jsonl"
    path.write_text("\ufeff" + json.dumps(line) + "\r\n\r\n" + json.dumps({**line, "history": None}), "utf-8")
    first, second = load_questions(path)
    assert (first.id, first.error, second.error) == ("7", None, None)
    assert first.question and first.question.passages
    assert [passage.id for passage in first.question.passages] == ["0", "3"]
    assert "Revenue" in first.question.passages[0].text and "5.5" in first.question.passages[0].text
    assert [turn.answer for turn in first.question.history] == ["5; 6", ""]
