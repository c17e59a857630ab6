"""`finslm model`: the GGUF models of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finslm.cli.output import json_line, print_json, print_table, progress, say
from finslm.cli.session import session_of
from finslm.errors import PathMissing

if TYPE_CHECKING:
    from finslm.cli.session import Session
    from finslm.model import Registry

model = typer.Typer(no_args_is_help=True, help="GGUF models, pinned by hash.")


@model.command("list")
def list_models(context: typer.Context) -> None:
    """List the models, whether each is built and verified, and what it is used for.

    Example: finslm model list
    """
    session = session_of(context)
    statuses = _registry(session).list()
    if session.as_json:
        print_json(list(statuses))
        return
    columns = ("name", "state", "size", "quantization", "in use for", "description")
    rows = (
        (
            s.name,
            s.state,
            f"{s.size_bytes / 1e6:.0f} MB",
            s.quantization,
            ", ".join(s.in_use_for),
            s.description,
        )
        for s in statuses
    )
    print_table("Models", columns, rows)


@model.command()
def build(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The model.")] = "finslm-0.5b",
    origin: Annotated[Path | None, typer.Option("--from", help="A file or folder that holds the base.")] = None,
) -> None:
    """Fetch the base, prove its hash, quantize it, prove the result. A broken fetch goes on where it stopped.

    Example: finslm model build finslm-135m --from /media/usb
    """
    session = session_of(context)
    with progress(quiet=session.quiet, in_bytes=True) as bar:
        tasks = {}

        def on_progress(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage.capitalize(), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        result = _registry(session).build(name, origin=origin, on_progress=on_progress)
    for refused in result.refused:
        say(f"Refused: {refused}")
    if session.as_json:
        print_json(result)
    else:
        say(f"{name} is {'built' if result.is_new else 'there already'}, and verified: {result.path}")


@model.command()
def add(context: typer.Context, file: Annotated[Path, typer.Argument(help="A GGUF file.")]) -> None:
    """Take in a GGUF of your own. Its hash must stand in `policies/models.toml` before it may run.

    Example: finslm model add /media/usb/our-model.gguf
    """
    session = session_of(context)
    status = _registry(session).add(file)
    if session.as_json:
        print_json(status)
    else:
        say(f"{status.name} is added, and verified: {status.path}")


@model.command()
def bench(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="One model; default: all built.")] = None,
    out: Annotated[
        Path | None, typer.Option("--json", metavar="FILE.json", help="Write all figures and ratios there.")
    ] = None,
) -> None:
    """Measure how fast the models read, write and answer here, what memory they take, and llama-cpp-python on the same file.

    Leave the machine alone meanwhile. `scripts/bench_engine.py` compares with more.

    Example: finslm model bench finslm-135m --json figures.json
    """
    from finslm.cli.bench_task import task_of
    from finslm.model.bench import compared, ratios_of

    if out and not out.parent.is_dir():
        raise PathMissing(f"{out.parent} is not a folder", next_step="name a file in a folder that exists")
    session = session_of(context)
    registry, data_dir = _registry(session), session.settings.data_dir
    names = [name] if name else [status.name for status in registry.list() if status.is_built]
    text = "\n".join(path.read_text("utf-8") for path in sorted((data_dir / "samples").glob("*.txt")))
    figures = {}
    with progress(quiet=session.quiet) as bar:
        task = bar.add_task("Measuring", total=len(names))
        for each in names:
            figures[each] = compared(
                registry.path_for(each),
                text,
                lambda engine, number: task_of(data_dir, text, engine.count_tokens, number),
                notes=session.settings.models_dir / "tuning.json",
            )
            bar.advance(task)
    ratios = ratios_of(figures) if figures else {}
    if out:
        out.write_text(json_line({**figures, "ratios": ratios}) + "\n", "utf-8")
    if session.as_json:
        print_json({**figures, "ratios": ratios})
        return
    keys = next(iter(figures.values()), {})
    rows = [(key, *(f"{row[key]:.3g}" for row in figures.values())) for key in keys]
    print_table("Models, in one run", ("tokens a second, where nothing else is said", *names), rows)
    print_table("Ratios", ("", ""), [(key, f"{value:.3f}") for key, value in ratios.items()])


@model.command()
def verify(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="One model; default: all built.")] = None,
) -> None:
    """Prove the hashes of the built models.

    Example: finslm model verify finslm-0.5b
    """
    session = session_of(context)
    registry = _registry(session)
    names = [name] if name else [status.name for status in registry.list() if status.is_built]
    statuses = [registry.verify(each) for each in names]
    if session.as_json:
        print_json(statuses)
    else:
        for status in statuses:
            typer.echo(f"{status.name} verifies: sha256 {status.sha256}")


@model.command()
def use(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The model.")],
    job: Annotated[str | None, typer.Option("--for", help="ask, triage or summary; default: all.")] = None,
) -> None:
    """Choose the model for a job.

    Example: finslm model use finslm-135m --for triage
    """
    from finslm.model import JOBS

    session = session_of(context)
    for each in (job,) if job else JOBS:
        _registry(session).use(name, each)
    say(f"{name} is used for {job or ', '.join(JOBS)} from now on.")


def _registry(session: Session) -> Registry:
    from finslm.model import Registry

    settings = session.settings
    return Registry(settings.models_dir, settings.data_dir, settings.policies_dir)
