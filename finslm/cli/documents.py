"""`finslm ingest`, `docs` and `search`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from finslm.cli.export_file import ExportFile
from finslm.cli.files_bar import FilesBar
from finslm.cli.filters import Company, Form, OfSensitivity, Since, Until, Year, as_options, filters_of
from finslm.cli.output import print_json, print_table, progress, say, to_json
from finslm.cli.page_table import print_page_table
from finslm.cli.session import session_of
from finslm.documents import Filters, IngestResult
from finslm.errors import Cancelled, PartialFailure

docs = typer.Typer(no_args_is_help=True, help="The stored documents.")

Collection = Annotated[str | None, typer.Option("--collection", help="Only this collection.")]


def ingest(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files, and folders recursively.")],
    collection: Annotated[str, typer.Option(help="The collection to store in.")] = "default",
    sensitivity: Annotated[str, typer.Option(help="public, internal, confidential or mnpi.")] = "internal",
) -> None:
    """Read and store documents.

    Example: finslm ingest filings/ letter.eml --sensitivity confidential
    """
    session = session_of(context)
    with session.open_desk() as desk, progress(quiet=session.quiet) as bar:
        files = FilesBar(bar, "Reading")
        pages, start = 0, time.monotonic()

        def on_result(result: IngestResult) -> None:
            nonlocal pages
            pages += result.document.page_count if result.document and result.status == "stored" else 0
            speed = pages / (time.monotonic() - start)
            files.reach(result.path, f"Reading, {speed:.0f} pages a second")

        results = desk.ingest(
            paths,
            collection=collection,
            sensitivity=sensitivity,  # type: ignore[arg-type]  # the desk refuses others, with a sentence
            on_files=files.expect,
            on_result=on_result,
        )
    if session.as_json:
        for result in results:
            print_json(_ingest_fields(result))
    elif not session.quiet:
        columns = ("id", "file", "title", "pages", "status")
        print_table("Documents", columns, (_ingest_row(result) for result in results))
    _tell_failures([result for result in results if result.status == "failed"], len(results))


@docs.command("list")
def list_documents(context: typer.Context, collection: Collection = None) -> None:
    """List the stored documents.

    Example: finslm docs list --collection default
    """
    session = session_of(context)
    with session.open_desk() as desk:
        documents = desk.documents(collection)
    if session.as_json:
        print_json([to_json(document) for document in documents])
        return
    columns = ("id", "file", "title", "pages", "collection", "sensitivity", "notes")
    rows = (
        (d.id, d.filename, d.title, d.page_count, d.collection, d.sensitivity, "; ".join(d.notes)) for d in documents
    )
    print_table("Documents", columns, rows)


@docs.command("show")
def show_document(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="ID", help="An id, or a file name.")],
    page: Annotated[int, typer.Option(help="The page, from 0.")] = 0,
) -> None:
    """Show one page of a document, under it the tables that were found on it.

    Example: finslm docs show 408f336cf210 --page 41
    """
    session = session_of(context)
    with session.open_desk() as desk:
        document = desk.document(reference)
        text = desk.page(document.id, page).text
        tables = desk.tables(document.id, page)
    if session.as_json:
        print_json({**to_json(document), "page": page, "text": text, "tables": to_json(tables)})
        return
    typer.echo(f"{document.filename}, page {page} of {document.page_count} (from 0)")
    for note in document.notes:
        typer.echo(f"Note: {note}")
    typer.echo(f"\n{text}")
    for number, table in enumerate(tables, 1):
        print_page_table(f"Table {number} of {len(tables)}", table)


@docs.command("export")
def export_document(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="ID", help="An id, or a file name.")],
    out: Annotated[Path, typer.Option(help="A new file: .json for pages and tables, .txt for text.")],
) -> None:
    """Write what is kept of a document to a file, in clear: its text, page by page, and its tables; the file itself is not kept.

    Example: finslm docs export 408f336cf210 --out report.json
    """
    file = ExportFile(out)
    session = session_of(context)
    with session.open_desk() as desk:
        exported = desk.export(reference)
    file.write(exported)
    if session.as_json:
        print_json({"id": exported.document.id, "out": out, "pages": len(exported.pages)})
    elif not session.quiet:
        say(f"{exported.document.filename} stands in {out}, in clear.")


@docs.command("shred")
def shred_document(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="ID", help="An id, or a file name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask on a terminal.")] = False,
) -> None:
    """Destroy a document for good, with the files that came inside it and nowhere else: key, pages, index.

    Example: finslm docs shred 408f336cf210
    """
    session = session_of(context)
    with session.open_desk() as desk:
        if not yes and sys.stdin.isatty():
            _ask_to_shred([document.filename for document in desk.to_shred(reference)])
        gone = desk.shred(reference)
    if session.as_json:
        print_json({"shredded": [document.id for document in gone]})
    elif not session.quiet:
        say(f"Destroyed: {', '.join(f'{document.filename} ({document.id})' for document in gone)}.")


def _ask_to_shred(names: Sequence[str]) -> None:
    if not typer.confirm(f"Destroy {', '.join(names)} for good?", err=True):
        raise Cancelled("nothing was destroyed", safe="", next_step="")


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Words to look for.")],
    collection: Collection = None,
    doc: Annotated[list[str] | None, typer.Option("--doc", help="Only this document; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many passages.")] = 10,
    form: Form = None,
    company: Company = None,
    year: Year = None,
    sensitivity: OfSensitivity = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Find passages in the stored documents, or in those that fit every filter given.

    Example: finslm search "covenant leverage ratio" --limit 5

    Example: finslm search "capital expenditure" --form 10-K --company Boeing --year 2022 --since 2025-01-01
    """
    filters = filters_of(form, company, year, sensitivity, since, until)
    session = session_of(context)
    with session.open_desk() as desk:
        hits = desk.search(query, collection=collection, documents=doc or (), limit=limit, filters=filters)
    if session.as_json:
        print_json(
            [
                {
                    "doc": hit.document.id,
                    "filename": hit.document.filename,
                    "page": hit.passage.page,
                    "passage": hit.passage.id,
                    "start": hit.passage.start,
                    "end": hit.passage.end,
                    "score": hit.score,
                    "text": hit.passage.text,
                }
                for hit in hits
            ]
        )
        return
    if not hits:
        say(_nothing_found(filters))
        return
    rows = (
        (
            hit.document.filename,
            hit.passage.page,
            f"{hit.score:.2f}",
            " ".join(hit.passage.text.split())[:200],
        )
        for hit in hits
    )
    print_table("Passages", ("file", "page", "score", "passage"), rows)


def _nothing_found(filters: Filters) -> str:
    given = as_options(filters)
    return f"Nothing was found in documents that fit {given}." if given else "Nothing was found."


def _ingest_fields(result: IngestResult) -> dict[str, object]:
    document = result.document
    return {
        "path": result.path,
        "status": result.status,
        "id": document.id if document else None,
        "parent": document.parent if document else None,
        "title": document.title if document else None,
        "pages": document.page_count if document else None,
        "error": result.error,
        "notes": list(result.notes),
        "duplicate_of": result.duplicate_of,
        "similarity": result.similarity,
        "seconds": round(result.seconds, 3),
    }


def _ingest_row(result: IngestResult) -> tuple[object, ...]:
    if result.document is None:
        return "", result.filename, "", "", f"{result.status}: {result.error or '; '.join(result.notes)}"
    return (
        result.document.id,
        result.filename,
        result.document.title,
        result.document.page_count,
        "; ".join((result.status, *_alike(result), *result.notes)),
    )


def _alike(result: IngestResult) -> tuple[str, ...]:
    if result.similarity is None:
        return ()
    return (f"{result.similarity:.0%} like {result.duplicate_of}",)


def _tell_failures(failed: list[IngestResult], total: int) -> None:
    if failed:
        names = ", ".join(result.filename for result in failed)
        raise PartialFailure(
            f"{len(failed)} of {total} documents failed: {names}",
            safe="the others are stored",
            next_step="the reason stands beside each; mend the file and ingest it again",
        )
