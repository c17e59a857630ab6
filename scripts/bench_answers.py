"""Answers to FinanceBench's questions, through the desk, the document named: how many are right, and cite an evidence page.

    bench_answers.py --data ../shared/data --vault DIR --out answers.jsonl [--model finslm-0.5b] [--judged FILE]

The vault is made once, in DIR, and used again. An answer counts as right by value when the published answer is a number and nothing
else, and the value agrees with it: amounts are published in USD millions, in billions where the question says so. Answers in words
need a reader: `--judged` is a file of lines `{"id", "answer", "program", "right", "why"}`, which hold for exactly these answers
(ours: docs/judged/financebench.jsonl); what is neither by value nor judged is counted as open, never as right.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from finslm.config import Settings
from finslm.desk import Desk
from finslm.distill.data_files import json_lines
from finslm.distill.scoring import Score
from finslm.documents import Answer, Question
from finslm.errors import FinslmError
from finslm.money import FACTORS

Judged = dict[tuple[str, str, str | None], bool]
"""By id, answer and program, whether a reader has found an answer right."""
PASSPHRASE, USER = "bench only, nothing secret", "bench"
CLOSE = Decimal("0.01")
"""Published answers are rounded."""
PUBLISHED = re.compile(r"(?P<minus>-?)\$?(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<percent>%?)")


@dataclass(frozen=True)
class Result:
    """An answer beside what is known of the question; `right` is None until a reader has judged it."""

    id: str
    answer: str
    program: str | None
    confidence: float
    abstained: bool
    right: bool | None
    cites_evidence: bool


def main() -> None:
    """Asks, writes a line an answer, and prints the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--vault", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model")
    parser.add_argument("--judged", type=Path)
    given = parser.parse_args()
    questions = [fields for _, fields in json_lines(given.data / "financebench_dev.jsonl")]
    lines = json_lines(given.judged) if given.judged else ()
    judged = {(line["id"], line["answer"], line["program"]): line["right"] for _, line in lines}
    settings = Settings()
    results = []
    with opened(given.vault, given.data, questions, settings) as desk, given.out.open("w", encoding="utf-8") as out:
        documents = stored(desk, questions)
        for fields in questions:
            asked = Question(fields["question"], documents=(documents[fields["doc_name"]],))
            result = compared(fields, desk.ask(asked, model=given.model), judged)
            results.append(result)
            out.write(json.dumps(asdict(result), ensure_ascii=False) + "\n")
            out.flush()
            print(f"\r{len(results)} of {len(questions)}", end="", flush=True)
    print()
    for line in summary(results):
        print(line)


def opened(folder: Path, data: Path, questions: list[dict[str, Any]], settings: Settings) -> Desk:
    """The bench's vault, with the documents of the questions; ends the program in a sentence where there is none."""
    try:
        if not folder.exists():
            names = sorted({fields["doc_name"] for fields in questions})
            make_vault(folder, [data / "pdfs" / f"{name}.pdf" for name in names], settings)
        return Desk.open(folder, PASSPHRASE, user=USER, settings=settings)
    except FinslmError as error:
        raise SystemExit(str(error)) from error


def make_vault(folder: Path, files: list[Path], settings: Settings) -> None:
    """Makes the vault beside its place and moves it there when it holds every file."""
    beside = folder.with_name(f"{folder.name}.part")
    if beside.exists():
        shutil.rmtree(beside)
    with Desk.create(beside, PASSPHRASE, user=USER, settings=settings) as desk:
        failed = [f"{result.filename}: {result.error}" for result in desk.ingest(files) if result.status == "failed"]
    if failed:
        raise FinslmError(f"{len(failed)} documents cannot be stored, the first is {failed[0]}")
    beside.rename(folder)


def stored(desk: Desk, questions: list[dict[str, Any]]) -> dict[str, str]:
    """The id of each document by its name; ends the program in a sentence where one that is asked about is not there."""
    documents = {Path(document.filename).stem: document.id for document in desk.documents()}
    if missing := sorted({fields["doc_name"] for fields in questions} - documents.keys()):
        raise SystemExit(f"{desk.vault_path} lacks {', '.join(missing)}; remove it, and it is made anew")
    return documents


def compared(fields: dict[str, Any], answer: Answer, judged: Judged) -> Result:
    """An answer beside the published one."""
    pages = {each["evidence_page_num"] for each in fields["evidence"]}
    number = fields["financebench_id"]
    right = by_value(answer, str(fields["answer"]), fields["question"])
    return Result(
        number,
        answer.answer,
        answer.program,
        answer.confidence,
        answer.abstained,
        False if answer.abstained else judged.get((number, answer.answer, answer.program), right),
        any(citation.page in pages for citation in answer.citations),
    )


def by_value(answer: Answer, published: str, question: str) -> bool | None:
    """Whether the answer's value, with its sign, is the published number; None where that is more than a number."""
    match = PUBLISHED.fullmatch(published.strip())
    if match is None or answer.value is None:
        return None
    wanted = Decimal(match["minus"] + match["digits"].replace(",", ""))
    # Published values are rounded to the digits that they show; to a nought, however, anything small would round.
    shown = Decimal("0.5").scaleb(int(wanted.as_tuple().exponent))
    slack = max(CLOSE * abs(wanted), shown) if wanted else Decimal(0)
    return any(abs(each - wanted) <= slack for each in values_of(answer, question, is_percent=bool(match["percent"])))


def values_of(answer: Answer, question: str, *, is_percent: bool) -> set[Decimal]:
    """The answer's value as it may be published: a bare one as given, as a fraction too, or as an amount in single dollars."""
    value = answer.value or Decimal(0)
    magnitude = FACTORS["billion" if "billion" in question.casefold() else "million"]
    if answer.scale == "percent":
        return {value if is_percent else value * FACTORS["percent"]}
    if answer.scale != "none":
        return set() if is_percent else {value * FACTORS[answer.scale] / magnitude}
    if is_percent:
        return {value, value / FACTORS["percent"]}
    return {value, value / magnitude} if answer.unit == "USD" else {value}


def summary(results: list[Result]) -> Iterator[str]:
    """The shares with their 95 % intervals."""
    answered = [result for result in results if not result.abstained]
    yield f"answered {len(answered)} of {len(results)}"
    yield shown("right (by value or judged)", [result.right is True for result in results])
    yield shown("right of those answered", [result.right is True for result in answered])
    yield shown("cite a page of the evidence", [result.cites_evidence for result in results])
    yield f"not judged: {sum(result.right is None for result in results)}"


def shown(name: str, values: list[bool]) -> str:
    """One share."""
    score = Score.of([float(value) for value in values])
    return f"{name}: {sum(values)} of {score.count}, {score.mean:.1%} ± {score.half_width:.1%}"


if __name__ == "__main__":
    main()
