"""`finslm triage`: a folder of documents to routed results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from finslm.cli.files_bar import FilesBar
from finslm.cli.output import print_json, print_table, progress
from finslm.cli.session import session_of
from finslm.documents import TriageRecord
from finslm.errors import PartialFailure, UsageError


def triage(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files, and folders recursively.")],
    out: Annotated[Path, typer.Option(help="The results: .jsonl or .csv.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on with --out where it stopped.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Documents read at the same time.")] = 1,
    engine: Annotated[str, typer.Option(help="local; dask is not part of this version.")] = "local",
    scheduler: Annotated[str | None, typer.Option(help="The scheduler's address, for dask.")] = None,
) -> None:
    """Label, extract and route documents; one that cannot be read never stops the others.

    Example: finslm triage inbox/ --out results.csv --resume
    """
    from finslm.triage import ResultsFile

    if engine != "local" or scheduler is not None:
        raise UsageError("this version triages locally only", next_step="leave out --engine and --scheduler")
    session = session_of(context)
    results = ResultsFile(out)
    done = results.load() if resume else ()
    if not resume:
        results.clear()
    with session.open_desk() as desk, progress(quiet=session.quiet) as bar:
        files = FilesBar(bar, "Triage")

        def on_files(found: Sequence[Path]) -> None:
            files.expect(found)
            for record in done:
                files.reach(record.path)

        def on_record(record: TriageRecord) -> None:
            results.append(record)
            files.reach(record.path)

        records = desk.triage(paths, done=done, workers=workers, on_files=on_files, on_record=on_record)
    if session.as_json:
        print_json({"out": out, "records": len(records)})
    elif not session.quiet:
        columns = (
            "file",
            "type",
            "issuer",
            "period",
            "sensitivity",
            "priority",
            "queue",
            "review",
            "reasons",
        )
        print_table("Triage", columns, (_row(files.name_of(record.path), record) for record in records))
    failed = [files.name_of(record.path) for record in records if record.status == "failed"]
    if failed:
        raise PartialFailure(
            f"{len(failed)} of {len(records)} documents failed: {', '.join(failed)}",
            safe=f"the others stand in {out}",
            next_step="the field `error` of each says why",
        )


def _row(name: str, record: TriageRecord) -> tuple[object, ...]:
    if record.status == "failed":
        return name, "failed", "", "", "", "", record.queue or "", "yes", record.error or ""
    return (
        name,
        record.doc_type,
        record.issuer or "",
        record.period or "",
        record.sensitivity,
        record.priority,
        record.queue,
        "yes" if record.needs_review else "",
        ", ".join(record.reasons),
    )
