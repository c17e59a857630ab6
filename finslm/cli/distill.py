"""`finslm distill`: the laboratory. Needs the extra `train`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finslm.cli.output import print_json, print_table, progress, say
from finslm.cli.session import session_of
from finslm.errors import UsageError

if TYPE_CHECKING:
    from finslm.distill.train import Progress

distill = typer.Typer(no_args_is_help=True, help="The laboratory that makes the finance models (extra `train`).")
Data = Annotated[Path, typer.Option("--data", help="The folder with the public questions and filings (see DATA.md).")]


@distill.command()
def synth(
    context: typer.Context,
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="The examples, as JSON lines.")],
    seed: Annotated[int, typer.Option("--seed", help="Other seeds give other questions.")] = 0,
) -> None:
    """Make training examples from the tables of filings and the templates of `data/templates/`.

    Example: finslm distill synth --data ../shared/data --out examples.jsonl
    """
    from finslm.distill.corpus import load_pages
    from finslm.distill.examples import write_examples
    from finslm.distill.synth import labels_of, load_families, synthesised

    session = session_of(context)
    pages = load_pages(data)
    examples = list(synthesised(pages, load_families(session.settings.data_dir), labels_of(pages.items()), seed))
    write_examples(out, examples)
    kinds = Counter(asked.line.partition(":")[0] for example in examples for asked in example.asked)
    if session.as_json:
        print_json({"contexts": len(examples), "questions": kinds.total(), "kinds": dict(kinds)})
    else:
        say(f"{kinds.total()} questions over {len(examples)} tables: {out}")


@distill.command()
def train(
    context: typer.Context,
    data: Data,
    base: Annotated[Path, typer.Option("--base", help="The base GGUF, as `model build` fetches it.")],
    run: Annotated[Path, typer.Option("--run", help="The run's folder; a run that is there is resumed.")],
    tokens: Annotated[int, typer.Option("--tokens", help="The length of this sitting in packed tokens.")] = 800_000,
    adapter: Annotated[Path | None, typer.Option("--from", help="An adapter to go on from.")] = None,
    rank: Annotated[int, typer.Option("--rank")] = 32,
    rate: Annotated[float, typer.Option("--rate", help="The learning rate.")] = 3e-4,
    seed: Annotated[int, typer.Option("--seed", help="Another sitting takes another seed: other examples.")] = 0,
) -> None:
    """Train an adapter for a base, write it as a GGUF, and say what the student knows of the contexts kept aside.

    A run that was killed goes on from its last checkpoint when the command is given again.

    Example: finslm distill train --data ../shared/data --base qwen2.5-coder-0.5b-instruct-q4_k_m.gguf --run runs/one
    """
    session = session_of(context)
    try:
        from finslm.distill.sitting import Sitting, sit
    except ImportError as error:
        raise UsageError(
            f"the laboratory needs {error.name}", next_step="install it with `pip install 'finslm[train]'`"
        ) from error
    from finslm.distill.train import Recipe

    sitting = Sitting(base, data, session.settings.data_dir, run, Recipe(tokens, rank, rate, seed=seed), adapter)
    with progress(quiet=session.quiet) as bar:
        task = bar.add_task("Training", total=tokens)

        def on_progress(step: Progress) -> None:
            bar.update(task, completed=step.tokens, description=_described(step))

        measured = sit(sitting, on_progress)
    if session.as_json:
        print_json(measured)
    else:
        columns = ("kept aside", "questions", "exactly right", "loss a token")
        rows = ((m.source, str(m.questions), f"{m.right:.1%}", f"{m.loss:.3f}") for m in measured)
        print_table("What the student knows", columns, rows)
        say(f"The adapter: {sitting.adapter_file}")


def _described(step: Progress) -> str:
    return f"Training, step {step.step}, loss {step.line_loss:.3f}, {step.tokens_per_s:.0f} tokens/s"
