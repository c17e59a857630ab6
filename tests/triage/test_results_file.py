"""The results of a batch survive a kill at any byte."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finslm.documents import Figure, PersonalData, SummaryLine, TriageRecord
from finslm.errors import PathMissing, UsageError
from finslm.triage import ResultsFile

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
figures = st.builds(
    Figure, words, st.decimals(-(10**9), 10**9, places=2), st.just("USD"), st.just("million"), words, st.just(0), words
)
records = st.builds(
    TriageRecord,
    path=words.filter(bool),
    sha256=st.just("ab" * 32),
    status=st.just("done"),
    doc_type=st.just("invoice"),
    issuer=st.none() | words.filter(bool),
    events=st.lists(words, max_size=2).map(tuple),
    figures=st.lists(figures, max_size=2).map(tuple),
    pii=st.just((PersonalData("email", 0, 3, 9),)),
    summary=st.just((SummaryLine("a", 0, "a"),)),
    scores=st.just({"invoice": 0.5}),
    reasons=st.lists(words, max_size=2).map(tuple),
    seconds=st.just(1.25),
)
ENDINGS = pytest.mark.parametrize("ending", [".jsonl", ".csv"])


def written(path: Path, batch: list[TriageRecord]) -> ResultsFile:
    path.unlink(missing_ok=True)
    results = ResultsFile(path)
    for record in batch:
        results.append(record)
    return results


@ENDINGS
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(records, max_size=4))
def test_what_was_written_is_read_back(tmp_path: Path, ending: str, batch: list[TriageRecord]) -> None:
    assert written(tmp_path / f"results{ending}", batch).load() == tuple(batch)


@ENDINGS
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(records, min_size=1, max_size=3), data=st.data())
def test_a_file_cut_at_any_byte_keeps_its_whole_rows(
    tmp_path: Path, ending: str, batch: list[TriageRecord], data: st.DataObject
) -> None:
    path = tmp_path / f"results{ending}"
    written(path, batch[:-1])
    whole = path.stat().st_size if path.exists() else 0
    written(path, batch)
    content = path.read_bytes()
    cut = data.draw(st.integers(whole, len(content) - 1), label="cut")
    path.write_bytes(content[:cut])
    results = ResultsFile(path)
    assert results.load() == tuple(batch[:-1])
    results.append(batch[-1])
    assert ResultsFile(path).load() == tuple(batch)


@pytest.mark.parametrize(
    "content", ["name,amount\nlunch,12\n", "one line without an end", '{"id": 1}', '{"path": 1}\n']
)
@ENDINGS
def test_a_file_that_is_not_ours_is_left_as_it_is(tmp_path: Path, ending: str, content: str) -> None:
    path = tmp_path / f"notes{ending}"
    path.write_text(content)
    with pytest.raises(UsageError, match="not a results file"):
        ResultsFile(path).load()
    assert path.read_text() == content


def test_other_endings_and_missing_folders_are_refused_before_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.xlsx"):
        ResultsFile(tmp_path / "results.xlsx")
    with pytest.raises(PathMissing):
        ResultsFile(tmp_path / "nowhere" / "results.csv")


def test_decimals_keep_their_value(tmp_path: Path) -> None:
    figure = Figure("revenue", Decimal("318.4"), "GBP", "million", "FY2023", 0, "£318.4 million")
    record = TriageRecord("a.pdf", "ab" * 32, "done", figures=(figure,))
    (read,) = written(tmp_path / "results.csv", [record]).load()
    assert read.figures[0].value == Decimal("318.4")
