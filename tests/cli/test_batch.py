"""The file of answers: what an earlier run left in it."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from finslm.cli.batch import AnswersFile

LINES = [json.dumps(fields).encode() + b"\n" for fields in ({"id": "a"}, {"id": "b", "error": "no"}, {"id": "c"})]


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
        answers = AnswersFile(path, resume=True)
    assert (answers.count, answers.failed) == (3, 1)
    assert path.read_bytes() == b"".join(LINES)


def test_without_resume_the_file_starts_empty(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b"".join(LINES))
    answers = AnswersFile(path, resume=False)
    assert (answers.count, answers.failed, path.read_bytes()) == (0, 0, b"")
