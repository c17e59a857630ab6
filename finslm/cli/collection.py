"""`finslm collection`: information barriers."""

from __future__ import annotations

from typing import Annotated

import typer

from finslm.cli.output import print_json, print_table, say
from finslm.cli.session import session_of

collection = typer.Typer(
    no_args_is_help=True, help="Collections: documents with a key, an index and members of their own."
)


@collection.command("add")
def add(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="C", help="The new collection's name.")]
) -> None:
    """Make an empty collection, of which you are the first member.

    Example: finslm collection add deals
    """
    session = session_of(context)
    with session.open_desk() as desk:
        made = desk.add_collection(name)
    if session.as_json:
        print_json(made)
    else:
        say(f"The collection {made.name} is made; `finslm ingest PATH --collection '{made.name}'` stores in it.")


@collection.command("list")
def list_collections(context: typer.Context) -> None:
    """List the collections that you may know of, with how many of their documents you may read.

    Example: finslm collection list --json
    """
    session = session_of(context)
    with session.open_desk() as desk:
        collections = desk.collections()
    if session.as_json:
        print_json(collections)
        return
    print_table("Collections", ("name", "documents"), ((each.name, each.documents) for each in collections))
