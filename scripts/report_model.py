"""How small can it be: accuracy, size and speed of any GGUFs side by side, as tables for the model cards and one plot.

Each file is asked the questions that are kept aside from training (TAT-QA: the last 40 contexts, all passages given;
ConvFinQA: the last 20 dialogues, the gold history given), through the answers that users get.

    python scripts/report_model.py --data ../shared/data --out docs/models \\
        "base 0.5B, Q8_0=base-q8.gguf" "finslm-0.5b, IQ4_NL=~/.local/share/finslm/models/finslm-0.5b.gguf:taught"

What was measured of a file before, in the same folder and with as many questions, is taken from `report.json`, so that a
report may take several sittings; speeds are measured anew each time. A file named with `:taught` gets the short instructions
that our laboratory teaches with; any other gets the long ones with their examples, and takes ten times as long: `:60` after its name
asks it 60 questions of each set, evenly spread. A model without a file is written `NAME=` and stands in the table as not trained.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

from matplotlib.figure import Figure
from pydantic import TypeAdapter

from finslm.answer import Answerer, Instructions
from finslm.config import Settings, shipped
from finslm.distill.corpus import KEPT_DIALOGUES, KEPT_TATQA
from finslm.distill.evaluation import Item, Report, dialogue_items, marked, report, spread, tatqa_items
from finslm.model import Engine, usable_cores
from finslm.model.bench import prompt_rate, writing_rate
from finslm.model.digest import sha256_of


@dataclass(frozen=True)
class Row:
    """What is known of one file; speeds in tokens a second."""

    name: str
    sha256: str
    size_bytes: int
    tatqa: Report
    convfinqa: Report
    reading: float
    writing: float


def main() -> None:
    """Measures the files and writes `report.json`, `report.md` and `accuracy.png`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="NAME=FILE[:taught|:N]")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    tatqa = tatqa_items(given.data / "tatqa_dev.json", -KEPT_TATQA)
    dialogues = dialogue_items(given.data / "convfinqa_dev100.json", -KEPT_DIALOGUES)
    given.out.mkdir(parents=True, exist_ok=True)
    rows, lines = [], [HEAD]
    kept = earlier(given.out / "report.json")
    for model in given.models:
        name, _, file = model.partition("=")
        if file:
            path, _, how = file.partition(":")
            some = int(how) if how.isdigit() else None
            asked = spread(tatqa, some), spread(dialogues, some)
            row = measured(name, Path(path).expanduser(), kept, *asked, is_taught=how == "taught")
            rows.append(row)
            lines.append(line_of(row))
            (given.out / "report.json").write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
        else:
            lines.append(f"| {name} | | | | | | | not trained |")
        print(lines[-1], flush=True)
        (given.out / "report.md").write_text("\n".join(lines) + "\n")
    draw(rows, given.out / "accuracy.png")


HEAD = """| model | MB | questions | TAT-QA EM | TAT-QA F1 | EM, surest 40 % | ConvFinQA | tokens/s reading, writing |
|---|---|---|---|---|---|---|---|"""


def earlier(path: Path) -> list[Row]:
    """The rows of a report that is there."""
    return TypeAdapter(list[Row]).validate_json(path.read_bytes()) if path.is_file() else []


def measured(
    name: str,
    path: Path,
    kept: Sequence[Row],
    tatqa: Sequence[Item],
    dialogues: Sequence[Item],
    *,
    is_taught: bool,
) -> Row:
    """Everything about one file."""
    settings, sha256 = Settings(), sha256_of(path)
    instructions = Instructions.load(shipped("data"), is_taught=is_taught)
    text = "\n".join(sample.read_text("utf-8") for sample in sorted((shipped("data") / "samples").glob("*.txt")))
    known = next((row for row in kept if row.sha256 == sha256 and row.tatqa.exact.count == len(tatqa)), None)
    if known:
        marks = known.tatqa, known.convfinqa
    else:
        with Engine(path, threads=usable_cores(), context_tokens=settings.context_tokens) as engine:
            answerer = Answerer(engine, instructions, evidence_tokens=settings.evidence_tokens, abstain_below=0.0)
            marks = report(marked(tatqa, answerer)), report(marked(dialogues, answerer))
    with Engine(path, threads=usable_cores(), context_tokens=settings.context_tokens, drafts=False) as engine:
        writing, reading = writing_rate(engine, 1, None, 1), prompt_rate(engine, text, 1)
    return Row(name, sha256, path.stat().st_size, *marks, reading, writing)


def line_of(row: Row) -> str:
    """The row as a line of a Markdown table."""
    em, f1, surest, turns = row.tatqa.exact, row.tatqa.f1, row.tatqa.surest, row.convfinqa.exact
    return (
        f"| {row.name} | {row.size_bytes / 1e6:.0f} | {em.count} + {turns.count} | {em.mean:.1%} ± {em.half_width:.1%} | {f1.mean:.1%} | "
        f"{surest.mean:.1%} | {turns.mean:.1%} ± {turns.half_width:.1%} | {row.reading:.0f}, {row.writing:.0f} |"
    )


def draw(rows: list[Row], to: Path) -> None:
    """Accuracy against size; the area of a point is its speed of writing."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    by_size = sorted(rows, key=lambda row: row.size_bytes)
    for number, row in enumerate(by_size):
        size, exact = row.size_bytes / 1e6, row.tatqa.exact
        nearby = fmean(each.tatqa.exact.mean for each in by_size[max(0, number - 1) : number + 2])
        # The name stands away from the neighbours' points, or it would be taken for one of theirs.
        shift = 22 if exact.mean >= nearby else -40
        axes.errorbar(size, 100 * exact.mean, 100 * exact.half_width, color="lightgrey", zorder=1)
        axes.scatter(size, 100 * exact.mean, s=3 * row.writing, zorder=2)
        axes.annotate(
            f"{row.name}\n{row.writing:.0f} tokens/s",
            (size, 100 * exact.mean),
            xytext=(0, shift),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    axes.set(xlabel="size of the file, MB", ylabel="TAT-QA exact match, % (kept aside)", ylim=(0, 100), xscale="log")
    axes.margins(x=0.25)
    axes.grid(alpha=0.3)
    figure.savefig(to, dpi=110)


if __name__ == "__main__":
    main()
