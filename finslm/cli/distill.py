"""`finslm distill`: the laboratory. Needs the extra `train`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from finslm.cli.output import print_json, print_table, progress, say
from finslm.cli.session import session_of
from finslm.errors import BrokenLine, UsageError

if TYPE_CHECKING:
    from finslm.cli.session import Session
    from finslm.distill.train import Progress

distill = typer.Typer(no_args_is_help=True, help="The laboratory that makes the finance models (extra `train`).")
Checked = tuple[str, dict[str, Any] | None, list[str]]
"""A line's place, the line if it holds, and what is wrong with it."""
Data = Annotated[Path, typer.Option("--data", help="The folder with the public questions and filings (see DATA.md).")]

Lines = Annotated[list[Path] | None, typer.Option("--lines", help="More teacher lines, as `label` keeps them.")]
Examples = Annotated[
    list[Path] | None,
    typer.Option(
        "--examples",
        help="Files of examples, in place of those made on the way; of `scripts/found_examples.py`, beside them.",
    ),
]


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
    from finslm.distill.synth import load_families, synthesised

    session = session_of(context)
    _need_the_extra()
    examples = list(synthesised(load_pages(data), load_families(session.settings.data_dir), seed))
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
    lines: Lines = None,
    examples: Examples = None,
) -> None:
    """Train an adapter for a base, write it as a GGUF, and say what the student knows of the contexts kept aside.

    A run that was killed goes on from its last checkpoint when the command is given again.

    Example: finslm distill train --data ../shared/data --base qwen2.5-coder-0.5b-instruct-q4_k_m.gguf --run runs/one
    """
    session = session_of(context)
    _need_the_extra()
    from finslm.distill.sitting import Sitting, sit
    from finslm.distill.train import Recipe

    recipe = Recipe(tokens, rank, rate, seed=seed)
    more = (tuple(lines or ()), tuple(examples or ()))
    sitting = Sitting(base, data, session.settings.data_dir, run, recipe, adapter, *more)
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


@distill.command()
def pack(
    context: typer.Context,
    data: Data,
    base: Annotated[Path, typer.Option("--base", help="The base GGUF, or another with its tokens.")],
    out: Annotated[Path, typer.Option("--out", help="The folder for the packed examples.")],
    tokens: Annotated[int, typer.Option("--tokens", help="How many packed tokens are made.")] = 24_000_000,
    seed: Annotated[int, typer.Option("--seed", help="Another seed: other examples.")] = 0,
    examples: Examples = None,
) -> None:
    """Pack examples for a long run on another machine, which needs a GPU, torch and `scripts/train_packs.py`.

    Contexts stay whole, and most of what comes again has other amounts and years.

    Example: finslm distill pack --data ../shared/data --base qwen2.5-coder-0.5b-instruct-q4_k_m.gguf --out packs

    Example: finslm distill pack --data ../shared/data --base BASE.gguf --out packs --examples found.jsonl
    """
    session = session_of(context)
    _need_the_extra()
    from finslm.distill.packs import write_packs
    from finslm.distill.sitting import LONG, Sitting, packed
    from finslm.distill.train import Recipe

    recipe, more = Recipe(tokens, seed=seed), tuple(examples or ())
    sitting = Sitting(base, data, session.settings.data_dir, out, recipe, examples=more, diet=LONG, is_whole=True)
    packs, to_measure = packed(sitting)
    out.mkdir(parents=True, exist_ok=True)
    write_packs(out / "training.npz", packs)
    for source, aside in to_measure.items():
        write_packs(out / f"aside-{source}.npz", aside)
    said = {"packs": len(packs), "questions": sum(len(each.branches) for each in packs)}
    said["tokens"] = sum(each.size for each in packs)
    if session.as_json:
        print_json(said)
    else:
        say(f"{said['questions']} questions in {said['packs']} packs, {said['tokens']} tokens: {out}")


@distill.command()
def label(
    context: typer.Context,
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="The lines that hold, as JSON lines.")],
    lines: Annotated[Path | None, typer.Option("--lines", help="A file of teacher lines to check.")] = None,
    teacher: Annotated[str | None, typer.Option("--teacher", help="A model of the registry that writes lines.")] = None,
    count: Annotated[int, typer.Option("--count", help="Pages the teacher reads.")] = 50,
    seed: Annotated[int, typer.Option("--seed", help="Other seeds give other pages.")] = 0,
    stop: Annotated[bool, typer.Option("--stop", help="Stop at the first line that does not hold.")] = False,
) -> None:
    """Keep the teacher lines that hold: operands on the page, a program that gives the answer, words verbatim.

    The lines come from a file, or from a larger model that our own runtime asks to write them.

    Example: finslm distill label --data ../shared/data --lines ../shared/data/teacher/qa.jsonl --out kept.jsonl

    Example: finslm distill label --data ../shared/data --teacher our-14b --count 200 --out new.jsonl
    """
    if (lines is None) == (teacher is None):
        raise UsageError("label takes either --lines or --teacher")
    session = session_of(context)
    checked = _checked_file(data, lines) if lines else _written_by(session, data, teacher or "", count, seed)
    kept = dropped = 0
    with out.open("w", encoding="utf-8") as file:
        for name, line, wrong in checked:
            if line is not None:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                kept += 1
                continue
            dropped += 1
            say(f"{name} is left out: {'; '.join(wrong)}")
            if stop:
                raise UsageError(f"{name} does not hold", next_step="mend it, or leave out --stop")
    if session.as_json:
        print_json({"kept": kept, "dropped": dropped})
    else:
        say(f"{kept} lines hold, {dropped} do not: {out}")


@distill.command()
def export(
    run: Annotated[Path, typer.Option("--run", help="The run's folder.")],
    base: Annotated[Path, typer.Option("--base", help="The base GGUF that was trained.")],
    out: Annotated[Path, typer.Option("--out", help="The adapter, as a GGUF.")],
) -> None:
    """Write the adapter of a run's last checkpoint, finished or not, as the runtime takes it.

    Example: finslm distill export --run runs/one --base qwen2.5-coder-0.5b-instruct-q4_k_m.gguf --out adapter.gguf
    """
    _need_the_extra()
    from finslm.distill.train import export_checkpoint

    export_checkpoint(run, base, out)
    say(f"The adapter: {out}")


@distill.command()
def report(context: typer.Context, data: Data, lines: Lines = None, examples: Examples = None) -> None:
    """Prove that nothing which is measured is learnt: no passage stands on both sides. It fails where one does.

    It also tells how many contexts of each source shared one with what is measured, and are left out of training.

    Example: finslm distill report --data ../shared/data
    """
    _need_the_extra()
    from finslm.distill.sources import load_sources
    from finslm.distill.splits import prove_apart, splits_of

    session = session_of(context)
    sources = load_sources(data, session.settings.data_dir, lines=lines or (), examples=examples or ())
    splits = splits_of(sources)
    if session.as_json:
        print_json(splits)
    else:
        columns = ("side", "source", "contexts", "questions", "left out", "on the other side", "licence")
        rows = ((s.side, s.source, s.contexts, s.questions, s.left_out, s.shared, s.licence) for s in splits)
        print_table("What is learnt, and what is measured", columns, rows)
    prove_apart(splits)


def _checked_file(data: Path, lines: Path) -> Iterator[Checked]:
    from finslm.distill.checking import problems
    from finslm.distill.corpus import load_pages
    from finslm.distill.data_files import each_line
    from finslm.distill.forms import TeacherPlace

    _need_the_extra()
    pages = load_pages(data)
    for number, line in each_line(lines, TeacherPlace):
        name = f"line {number} of {lines}"
        if isinstance(line, BrokenLine):
            yield name, None, [line.what]
            continue
        page = pages.get((line["doc"], line["page"]))
        wrong = ["its page is unknown"] if page is None else list(problems(line, page))
        yield name, None if wrong else line, wrong


def _written_by(session: Session, data: Path, teacher: str, count: int, seed: int) -> Iterator[Checked]:
    from finslm.cli.evaluate import engine_for
    from finslm.distill.corpus import load_pages
    from finslm.distill.labelling import labelled, pages_with_tables

    _need_the_extra()
    pages = load_pages(data)
    places = pages_with_tables(pages, count, seed)
    with engine_for(session, "ask", teacher) as (_, engine, _), progress(quiet=session.quiet) as bar:
        results = bar.track(labelled(engine, pages, places, seed), total=len(places), description="Teaching")
        for (doc, page), (line, wrong) in zip(places, results, strict=True):
            yield f"{doc}, page {page}", line, wrong


def _need_the_extra() -> None:
    """Raises UsageError where the laboratory's libraries are not installed."""
    if missing := [name for name in ("torch", "transformers", "peft", "pyarrow", "matplotlib") if not find_spec(name)]:
        raise UsageError(
            f"the laboratory needs {', '.join(missing)}", next_step="install the extra: pip install 'finslm[train]'"
        )


def _described(step: Progress) -> str:
    left_out = f", {step.left_out} batches left out: their gradient is no number" if step.left_out else ""
    return f"Training, step {step.step}, loss {step.line_loss:.3f}, {step.tokens_per_s:.0f} tokens/s{left_out}"
