"""`finslm eval` and `finslm distill` as they are typed."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from finslm.distill.corpus import FINQA_LIKE, TATQA_LIKE
from finslm.distill.examples import write_examples
from finslm.distill.tatqa import example_of

CONTEXT: dict[str, Any] = {
    "table": {"uid": "t", "table": [["(in millions)", "2023", "2022"], ["Net sales", "1,452.4", "1,146.2"]]},
    "paragraphs": [{"order": 1, "text": "The audit of Northmere was led by Marta Lindqvist."}],
    "questions": [
        {
            "uid": "q1",
            "question": "Who led the audit?",
            "answer": ["Marta Lindqvist"],
            "answer_type": "span",
            "scale": "",
        },
        {
            "uid": "q2",
            "question": "What is the change in net sales?",
            "answer": 306.2,
            "answer_type": "arithmetic",
            "scale": "million",
        },
    ],
}
HOW_MUCH = {**CONTEXT["questions"][0], "answer": ["306.2"], "question": "How much?"}
DOCUMENTS = [
    {
        "text": "INVOICE\nInvoice number 4711\nBill to: Northmere plc\nAmount due: EUR 1,200.00",
        "doc_type": "invoice",
        "events": [],
    },
    {"text": "Profit rose strongly and the outlook was raised.", "label": "Positive"},
]


def finslm(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "finslm", *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.mark.model
def test_a_question_set_is_scored_with_its_interval(tmp_path: Path) -> None:
    (tmp_path / "set.json").write_text(json.dumps([CONTEXT]))
    run = finslm(
        "eval",
        "tatqa",
        "--data",
        tmp_path / "set.json",
        "--model",
        "finslm-135m",
        "--out",
        tmp_path / "o.jsonl",
        "--json",
    )
    assert run.returncode == 0, run.stderr
    scores = json.loads(run.stdout)
    lines = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    assert [line["answer"]["id"] for line in lines] == ["q1", "q2"]
    assert scores["exact"]["count"] == 2
    assert scores["exact"]["mean"] == sum(line["exact"] for line in lines) / 2
    assert set(scores["by_kind"]) == {"span", "arithmetic"}


@pytest.mark.model
def test_labelled_documents_are_scored(tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(document) + "\n" for document in DOCUMENTS))
    run = finslm("eval", "triage", "--data", tmp_path / "set.jsonl", "--model", "finslm-135m", "--json")
    assert run.returncode == 0, run.stderr
    accuracy = json.loads(run.stdout)["accuracy"]
    assert accuracy["doc_type"] == {"mean": 1.0, "half_width": 0.0, "count": 1}
    assert accuracy["sentiment"]["count"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("eval", "chess", "--data", "x"), 2, "there is no task chess"),
        (("eval", "tatqa", "--data", "nowhere.json"), 2, "there is no TAT-QA file nowhere.json"),
        (("eval", "sentiment", "--data", "{broken}"), 1, "line 2 of"),
        (("eval", "triage", "--data", "{broken}"), 1, "line 2 of"),
        (("eval", "tatqa", "--data", "{broken}"), 1, "line 2 of"),
        (("eval", "convfinqa", "--data", "{broken}"), 1, "line 2 of"),
        (("distill", "label", "--data", ".", "--out", "x"), 2, "either --lines or --teacher"),
    ],
)
def test_what_cannot_be_measured_says_so(arguments: tuple[str, ...], code: int, told: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text(json.dumps(DOCUMENTS[1]) + "\nno json\n")
    run = finslm(*(str(broken) if argument == "{broken}" else argument for argument in arguments))
    assert run.returncode == code, run.stderr
    assert told in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.lab
@pytest.mark.parametrize("stop", [(), ("--stop",)])
def test_teacher_lines_are_kept_or_left_out_or_stop_the_check(stop: tuple[str, ...], tmp_path: Path) -> None:
    from pyarrow import Table, parquet

    parquet.write_table(
        Table.from_pylist([{"doc": "D", "page": 1, "text": "Due in 2030."}]), tmp_path / "filings.parquet"
    )
    good = {
        "doc": "D",
        "page": 1,
        "question": "When?",
        "kind": "span",
        "spans": ["in 2030"],
        "rationale": "It says so.",
    }
    broken = ["{no json", json.dumps({**good, "page": "one"}), json.dumps({**good, "spans": [7]})]
    lines, out = tmp_path / "lines.jsonl", tmp_path / "kept.jsonl"
    lines.write_text("\n".join([json.dumps(good), *broken, json.dumps(good)]))
    run = finslm("distill", "label", "--data", tmp_path, "--lines", lines, "--out", out, "--json", *stop)
    assert "Traceback" not in run.stderr
    assert f"line 2 of {lines} is left out: " in run.stderr
    if stop:
        assert (run.returncode, f"line 2 of {lines} does not hold" in run.stderr) == (2, True)
    else:
        assert (run.returncode, json.loads(run.stdout)) == (0, {"kept": 2, "dropped": 3})
        assert [json.loads(line) for line in out.read_text().splitlines()] == [good, good]
        assert all(f"line {number} of {lines} is left out: " in run.stderr for number in (3, 4))


def laboratory(folder: Path) -> Path:
    """A data folder of 42 TAT-QA contexts, 40 of which are kept aside, and of hardly anything else; the first is leaky."""
    from pyarrow import Table, parquet

    contexts: list[dict[str, object]] = []
    for number in range(42):
        said = f"Segment {0 if number == 41 else number} of Northmere sold goods for 306.2 million, more than in any year before."
        contexts.append({**CONTEXT, "paragraphs": [{"order": 1, "text": said}], "questions": [HOW_MUCH]})
    (folder / "tatqa_dev.json").write_text(json.dumps(contexts))
    (folder / "convfinqa_dev100.json").write_text('{"dev": []}')
    (folder / "filings_labels.json").write_text("{}")
    parquet.write_table(
        Table.from_pylist([{"doc": "D", "page": 1, "text": "Due in 2030."}]), folder / "filings.parquet"
    )
    (folder / "teacher").mkdir()
    (folder / "gold").mkdir()
    for name in ("financebench_dev.jsonl", "teacher/qa.jsonl"):
        (folder / name).touch()
    for name in (*TATQA_LIKE, *FINQA_LIKE):
        (folder / "gold" / f"{name}.jsonl.gz").write_bytes(gzip.compress(b""))
    return folder


@pytest.mark.lab
def test_the_report_tells_what_was_left_out_and_fails_where_what_is_measured_is_learnt(tmp_path: Path) -> None:
    data = laboratory(tmp_path)
    proven = finslm("distill", "report", "--data", data, "--json")
    assert proven.returncode == 0, proven.stderr
    rows = {(row["side"], row["source"]): row for row in json.loads(proven.stdout)}
    learnt, pages = rows["training", "tatqa_dev"], rows["training", "filings"]
    assert (learnt["contexts"], learnt["left_out"], learnt["shared"]) == (1, 1, 0)
    assert (rows["kept aside", "tatqa_dev"]["contexts"], pages["contexts"]) == (40, 1)
    leak = example_of(json.loads((data / "tatqa_dev.json").read_text())[-1])
    write_examples(data / "leak.jsonl", [replace(leak, source="synthetic")])
    failed = finslm("distill", "report", "--data", data, "--examples", data / "leak.jsonl")
    assert failed.returncode == 4
    assert "training contexts hold passages that are measured: 1 of synthetic" in failed.stderr


def test_without_the_extra_the_laboratory_says_how_to_install_it() -> None:
    # A module that is None in sys.modules cannot be found, whether it is installed or not.
    hidden = "import sys; sys.modules['torch'] = None; from finslm.cli.main import run; run()"
    command = [sys.executable, "-c", hidden, "distill", "report", "--data", "."]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "pip install 'finslm[train]'" in run.stderr
