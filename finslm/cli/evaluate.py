"""`finslm eval`: what a model knows, measured on questions and documents whose answers are known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from finslm.cli.output import print_json, print_table, progress, say
from finslm.cli.session import session_of
from finslm.errors import UsageError

if TYPE_CHECKING:
    from finslm.cli.session import Session
    from finslm.distill.scoring import Score
    from finslm.model import Engine, Job

Task = Literal["tatqa", "convfinqa", "triage", "sentiment", "retrieval"]
QUESTIONS = ("tatqa", "convfinqa")


def evaluate(
    context: typer.Context,
    task: Annotated[str, typer.Argument(help="tatqa, convfinqa, triage, sentiment or retrieval.")],
    data: Annotated[Path, typer.Option("--data", help="A file of the task's published form.")],
    limit: Annotated[int | None, typer.Option(help="Only so many, evenly spread.")] = None,
    first: Annotated[int, typer.Option(help="From this context or dialogue on.")] = 0,
    model: Annotated[str | None, typer.Option(help="The model, in place of the one in use.")] = None,
    out: Annotated[Path | None, typer.Option(help="Each answer with its score, as JSON lines.")] = None,
) -> None:
    """Measure a model through the answers that users get; prints the published metrics with a 95 % interval.

    Nothing is abstained for want of confidence here; the answers that the model is surest of are scored beside all.
    `retrieval` needs no model: it looks for the evidence pages of FinanceBench questions in the vault.

    Example: finslm eval tatqa --data tatqa_dev.json --first 238 --model finslm-0.5b

    Example: finslm eval retrieval --data financebench_dev.jsonl
    """
    if task not in get_args(Task):
        raise UsageError(f"there is no task {task}", next_step=f"take one of {', '.join(get_args(Task))}")
    session = session_of(context)
    if task == "retrieval":
        _evaluate_retrieval(session, data, limit)
    elif task in QUESTIONS:
        _evaluate_questions(session, task, data, limit, first, model, out)
    else:
        _evaluate_triage(session, task, data, limit, model)


def _evaluate_questions(
    session: Session, task: str, data: Path, limit: int | None, first: int, model: str | None, out: Path | None
) -> None:
    from finslm.answer import Answerer, Instructions
    from finslm.cli.output import json_line
    from finslm.distill.evaluation import dialogue_items, marked, report, spread, tatqa_items

    items = spread((tatqa_items if task == "tatqa" else dialogue_items)(data, first), limit)
    settings = session.settings
    with engine_for(session, "ask", model) as (name, engine, is_taught), progress(quiet=session.quiet) as bar:
        instructions = Instructions.load(settings.data_dir, is_taught=is_taught)
        answerer = Answerer(engine, instructions, evidence_tokens=settings.evidence_tokens, abstain_below=0.0)
        counted = bar.track(marked(items, answerer), total=len(items), description=f"{name}: {task}")
        results = list(counted)
    if out:
        lines = ({"exact": r.exact, "f1": r.f1, "kind": r.item.kind, "answer": r.answer} for r in results)
        out.write_text("".join(json_line(line) + "\n" for line in lines), "utf-8")
    scores = report(results)
    if session.as_json:
        print_json(scores)
        return
    exact = "exact match" if task == "tatqa" else "execution accuracy"
    rows = [(exact, scores.exact), ("F1", scores.f1), (f"{exact}, the surest 40 %", scores.surest)]
    rows += [(f"{exact}, {kind}", score) for kind, score in scores.by_kind.items()]
    _print_scores(f"{name} on {task}", rows)
    say(f"{scores.abstained} questions were not answered.")


def _evaluate_triage(session: Session, task: str, data: Path, limit: int | None, model: str | None) -> None:
    from finslm.distill.evaluation import spread
    from finslm.distill.triage_evaluation import accuracies, labelled, load_known, macro_f1
    from finslm.triage import Triage, TriageSettings

    documents = spread(load_known(data), limit)
    settings = TriageSettings.load(session.settings.data_dir)
    with engine_for(session, "triage", model) as (name, engine, _), progress(quiet=session.quiet) as bar:
        triage = Triage(engine, settings, lambda _: "")
        results = list(bar.track(labelled(documents, triage), total=len(documents), description=f"{name}: {task}"))
    scores = accuracies(results)
    if session.as_json:
        print_json({"accuracy": scores, "sentiment_macro_f1": macro_f1(results)})
        return
    _print_scores(f"{name} on {task}", list(scores.items()))
    say(f"Macro F1 of the sentiment: {macro_f1(results):.1%}")


def _evaluate_retrieval(session: Session, data: Path, limit: int | None) -> None:
    from finslm.distill.evaluation import spread
    from finslm.distill.retrieval_evaluation import DEPTHS, Asked, Place, load_asked, page_recall

    with session.open_desk() as desk, progress(quiet=session.quiet) as bar:
        stored = {Path(document.filename).stem: document.id for document in desk.documents()}
        asked = spread([each for each in load_asked(data) if each.document in stored], limit)
        if not asked:
            raise UsageError("the vault holds none of these documents", next_step="ingest them first")

        def find(question: Asked, named: bool) -> list[Place]:
            documents = (stored[question.document],) if named else ()
            hits = desk.search(question.text, documents=documents, limit=max(DEPTHS))
            return [(Path(hit.document.filename).stem, hit.passage.page) for hit in hits]

        ways = {"with the document named": True, "over all documents": False}
        scores = {
            way: page_recall(bar.track(asked, description=way), partial(find, named=named))
            for way, named in ways.items()
        }
    if session.as_json:
        print_json({way: {f"recall@{depth}": score for depth, score in of.items()} for way, of in scores.items()})
        return
    rows = [(f"page recall@{depth}, {way}", score) for way, of in scores.items() for depth, score in of.items()]
    _print_scores(f"Search on {len(asked)} questions", rows)


@contextmanager
def engine_for(session: Session, job: Job, model: str | None) -> Iterator[tuple[str, Engine, bool]]:
    """The model's name, its engine, and whether our laboratory taught it. No vault is opened."""
    from finslm.desk import Models

    models = Models(session.settings)
    try:
        name = models.name_for(job, model)
        yield name, models.engine(name), models.is_taught(name)
    finally:
        models.close()


def _print_scores(title: str, rows: list[tuple[str, Score]]) -> None:
    columns = ("measure", "score", "95 % interval", "of")
    print_table(title, columns, [(n, f"{s.mean:.1%}", f"± {s.half_width:.1%}", str(s.count)) for n, s in rows])
