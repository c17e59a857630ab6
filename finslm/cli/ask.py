"""`finslm ask`: one question, or many from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from finslm.cli.filters import Company, Form, OfSensitivity, Since, Until, Year, as_options, filters_of
from finslm.cli.output import print_json, progress, say
from finslm.cli.session import session_of
from finslm.documents import UNFILTERED, Answer, Question
from finslm.errors import PartialFailure, UsageError


def ask(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    doc: Annotated[list[str] | None, typer.Option("--doc", help="Only this document; may be repeated.")] = None,
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    model: Annotated[str | None, typer.Option(help="The model, in place of the one in use.")] = None,
    batch: Annotated[Path | None, typer.Option(help="Questions, one JSON object a line.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the answers of --batch go.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with --out where it stopped.")] = False,
    form: Form = None,
    company: Company = None,
    year: Year = None,
    sensitivity: OfSensitivity = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Ask a question and get a grounded, cited answer, from all documents or from those that fit every filter given.

    Example: finslm ask "What was the percentage change in revenue?" --doc report.pdf

    Example: finslm ask "What was capital expenditure?" --form 10-K --company Boeing --year 2022

    Example: finslm ask --batch questions.jsonl --out answers.jsonl --resume
    """
    if (batch is None) == (question is None) or (batch is None) != (out is None):
        raise UsageError("ask takes either one QUESTION or both --batch IN and --out OUT")
    filters = filters_of(form, company, year, sensitivity, since, until)
    if batch is not None and filters != UNFILTERED:
        raise UsageError(
            f"{as_options(filters)} limits one QUESTION, not a batch",
            next_step="name `doc` or `collection` in its lines",
        )
    if batch is not None and out is not None:
        _ask_batch(context, batch, out, model, resume=resume)
    else:
        asked = Question(question or "", documents=tuple(doc or ()), collection=collection, filters=filters)
        _ask_one(context, asked, model)


def _ask_one(context: typer.Context, question: Question, model: str | None) -> None:
    session = session_of(context)
    with session.open_desk() as desk:
        answer = desk.ask(question, model=model)
        if session.as_json:
            print_json(answer)
            return
        names = {citation.doc: desk.document(citation.doc).filename for citation in answer.citations}
    typer.echo(answer.answer)
    for line in _grounds(answer, names):
        typer.echo(f"  {line}")


def _grounds(answer: Answer, names: dict[str, str]) -> list[str]:
    lines = [f"program: {answer.program}"] if answer.program else []
    lines += [f'[{names[c.doc]}, page {c.page}] "{" ".join(c.quote.split())}"' for c in answer.citations]
    return [*lines, f"confidence: {answer.confidence:.2f}"]


def _ask_batch(context: typer.Context, batch: Path, out: Path, model: str | None, *, resume: bool) -> None:
    from finslm.cli.batch import AnswersFile, answered_together, load_questions
    from finslm.desk import Models

    session = session_of(context)
    questions = load_questions(batch)
    if out.exists() and out.samefile(batch):
        raise UsageError("--out is the question file itself", safe="it is as it was", next_step="name another file")
    with session.open_desk() as desk, progress(quiet=session.quiet) as bar:
        # A model that nobody knows would fail every line; it is no line's own failure.
        Models(session.settings).name_for("ask", model)
        answers = AnswersFile(out, questions, resume=resume)
        failed = answers.failed
        task = bar.add_task("Asking", total=len(questions), completed=answers.count)
        for answer in answered_together(questions[answers.count :], desk, model):
            failed += answer.error is not None
            answers.append(answer)
            bar.advance(task)
    say(f"{len(questions)} answers stand in {out}.")
    if failed:
        raise PartialFailure(
            f"{failed} of {len(questions)} questions failed",
            safe="the others are answered",
            next_step="the field `error` of each says why",
        )
