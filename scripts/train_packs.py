"""Trains an adapter on packs of `finslm distill pack`, on a machine that has torch, transformers, peft and gguf alone.

A run that was killed goes on from its last checkpoint when the command is given again. What it knows of the contexts kept
aside is measured every so often and at the end: the share of lines that greedy writing would give exactly.

    python scripts/train_packs.py --base BASE.gguf --packs packs --run runs/long --tokens 24000000 --batch 16000
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from finslm.distill.device import device_here
from finslm.distill.packs import read_packs
from finslm.distill.student import Student
from finslm.distill.train import Progress, Recipe, export_checkpoint, measure, state_of, train

REPORTED_EVERY = 20


def main() -> None:
    """Trains, measures, exports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--packs", type=Path, required=True, help="the folder that `finslm distill pack` wrote")
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--from", dest="start", type=Path, help="an adapter to go on from")
    parser.add_argument("--tokens", type=int, required=True)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--batch", type=int, default=16_000, help="packed tokens a step")
    parser.add_argument("--warmup", type=float, default=0.03, help="the part of the run in which the rate rises")
    parser.add_argument("--rationale", type=float, default=0.5, help="the weight of the rationales, the second task")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--measures", type=int, default=4, help="how often in a run what it knows is measured")
    given = parser.parse_args()
    recipe = Recipe(
        given.tokens,
        given.rank,
        given.rate,
        batch_tokens=given.batch,
        warmup=given.warmup,
        rationale_weight=given.rationale,
        seed=given.seed,
    )
    aside = {path.stem.removeprefix("aside-"): read_packs(path) for path in sorted(given.packs.glob("aside-*.npz"))}
    student = Student(given.base, rank=given.rank, device=device_here())
    marks = [given.tokens * part // given.measures for part in range(1, given.measures)]

    def on_progress(step: Progress) -> None:
        if step.step % REPORTED_EVERY == 0:
            print(
                f"{step.tokens} tokens, loss {step.line_loss:.3f} {step.rationale_loss:.3f}, {step.tokens_per_s:.0f}/s,"
                f" left out {step.left_out}"
            )
        passed = [mark for mark in marks if step.tokens >= mark]
        if passed:
            del marks[: len(passed)]
            print(step.tokens, known())

    def known() -> str:
        measured = {source: measure(student, packs) for source, packs in aside.items()}
        return json.dumps(
            {source: [count, round(right, 3), round(loss, 3)] for source, (count, right, loss) in measured.items()}
        )

    packs = read_packs(given.packs / "training.npz")
    train(student, packs, recipe, given.run, on_progress, state_of(given.start, given.base))
    print("end", known())
    export_checkpoint(given.run, given.base, given.run / "adapter.gguf")


if __name__ == "__main__":
    main()
