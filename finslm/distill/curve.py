"""A run's curve as a picture: the losses and the learning rate over the packed tokens."""

from __future__ import annotations

import json
from pathlib import Path

from matplotlib.figure import Figure

SMOOTHED_OVER = 15


def draw_curve(run_dir: Path) -> Path:
    """Draws `metrics.jsonl` of a run as `curve.png`."""
    steps = [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text().splitlines()]
    tokens = [step["tokens"] for step in steps]
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    losses = figure.subplots()
    for name, label in (("line_loss", "answer line"), ("rationale_loss", "rationale")):
        values = [step[name] for step in steps]
        losses.plot(tokens, [_mean(values[max(0, i - SMOOTHED_OVER) : i + 1]) for i in range(len(values))], label=label)
    losses.set(xlabel="packed tokens", ylabel="loss a token", ylim=(0, None), title=run_dir.name)
    losses.legend(loc="upper right")
    losses.grid(alpha=0.3)
    rates = losses.twinx()
    rates.plot(tokens, [step["rate"] for step in steps], color="grey", linestyle=":", linewidth=1)
    rates.set(ylabel="learning rate (dotted)", ylim=(0, None))
    target = run_dir / "curve.png"
    figure.savefig(target, dpi=110)
    return target


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
