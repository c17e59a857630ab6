"""Page recall counts the evidence pages of a question among the first that search gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finslm.distill.retrieval_evaluation import Asked, load_asked, page_recall
from finslm.errors import BrokenLine

FOUND = {"a": [("X", 4), ("X", 9), ("Y", 7)], "b": [("Y", 2), ("X", 2)]}


def test_recall_is_the_mean_share_of_evidence_pages() -> None:
    questions = [Asked("a", "X", frozenset({9, 7})), Asked("b", "X", frozenset({2}))]
    recall = page_recall(questions, lambda asked: FOUND[asked.text], depths=(1, 2, 3))
    # Page 7 of another document is not the evidence of the first question.
    assert {depth: score.mean for depth, score in recall.items()} == {1: 0.0, 2: 0.75, 3: 0.75}


def test_questions_are_read_from_the_published_form(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    line = {"question": "How much?", "doc_name": "X", "evidence": [{"evidence_page_num": 3}, {"evidence_page_num": 5}]}
    file.write_text(json.dumps(line) + "\n")
    assert load_asked(file) == [Asked("How much?", "X", frozenset({3, 5}))]
    file.write_text(json.dumps(line) + "\n" + json.dumps({"question": "How much?"}) + "\n")
    with pytest.raises(BrokenLine, match="line 2"):
        load_asked(file)
