"""The training loop, from a recipe to an adapter: reads top to bottom, resumes from any checkpoint, seeds fixed.

Each batch holds about `batch_tokens` packed tokens. Two tasks are taught, the line and its rationale, each averaged on its
own and weighed alike (distilling step-by-step, arXiv 2305.02301; the rationale after the line, arXiv 2406.14511). The
learning rate warms up, stays, and falls in the last part of the sitting (warmup-stable-decay, arXiv 2404.06395), so that a
later sitting can go on from the adapter without a schedule that spans both.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from finslm.distill.export import export_adapter, imported_state
from finslm.distill.packs import Pack
from finslm.distill.student import Student
from finslm.errors import PathMissing

CHECKPOINT = "checkpoint.pt"
METRICS = "metrics.jsonl"
CONFIG = "config.json"
CLIP = 1.0
FEW_LEFT_OUT, PART_LEFT_OUT = 5, 0.25
"""So many batches may have a gradient that is no number (a GPU's fused attention gives one now and then), and this part of all."""


@dataclass(frozen=True)
class Recipe:
    """What decides a run. `tokens` is the length of this sitting in packed tokens; learning rates are for the adapter."""

    tokens: int
    rank: int = 32
    learning_rate: float = 3e-4
    batch_tokens: int = 2500
    warmup: float = 0.10
    decay: float = 0.35
    lowest: float = 0.03
    rationale_weight: float = 0.5
    seed: int = 0
    checkpoint_s: float = 300.0

    def rate(self, done: float) -> float:
        """The learning rate when the part `done` (0 to 1) of the sitting is over."""
        falling = max(0.0, (done - 1 + self.decay) / self.decay)
        return self.learning_rate * min(1.0, (done + 0.002) / self.warmup) * (1 - (1 - self.lowest) * falling)


@dataclass(frozen=True)
class Progress:
    """Where a run stands: steps, tokens of this sitting, its losses a token since the last report, and how many batches were
    left out because their gradient was no number.
    """

    step: int
    tokens: int
    line_loss: float
    rationale_loss: float
    tokens_per_s: float
    rate: float
    left_out: int = 0


def train(
    student: Student,
    packs: Sequence[Pack],
    recipe: Recipe,
    run_dir: Path,
    on_progress: Callable[[Progress], None],
    state: dict[str, torch.Tensor] | None = None,
) -> None:
    """Trains `student` on `packs`, in a new order each pass, until the sitting's tokens are used; resumes what was begun.

    `state` is an adapter to start from where there is no checkpoint. A kill loses what came after the last checkpoint.
    Raises ArithmeticError when more than a few batches have no gradient.
    """
    torch.manual_seed(recipe.seed)
    run_dir.mkdir(parents=True, exist_ok=True)
    (run_dir / CONFIG).write_text(json.dumps(asdict(recipe), indent=1))
    optimizer = torch.optim.AdamW(student.weights, lr=recipe.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    step = tokens = left_out = 0
    if (run_dir / CHECKPOINT).exists():
        saved = torch.load(run_dir / CHECKPOINT, weights_only=True)
        student.load_adapter_state(saved["adapter"])
        optimizer.load_state_dict(saved["optimizer"])
        step, tokens, left_out = saved["step"], saved["tokens"], saved.get("left_out", 0)
    elif state is not None:
        student.load_adapter_state(state)
    began = saved_at = time.monotonic()
    before = tokens
    for batch in batches(packs, recipe, step):
        if tokens >= recipe.tokens:
            break
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate(tokens / recipe.tokens)
        line_loss, rationale_loss = _learn(student, batch, recipe)
        if math.isfinite(float(torch.nn.utils.clip_grad_norm_(student.weights, CLIP))):
            optimizer.step()
        elif (left_out := left_out + 1) > FEW_LEFT_OUT + step * PART_LEFT_OUT:
            raise ArithmeticError("the loss is no number any more: lower the learning rate")
        optimizer.zero_grad(set_to_none=True)
        step, tokens = step + 1, tokens + sum(pack.size for pack in batch)
        speed = (tokens - before) / (time.monotonic() - began)
        progress = Progress(step, tokens, line_loss, rationale_loss, speed, optimizer.param_groups[0]["lr"], left_out)
        _append(run_dir / METRICS, progress)
        on_progress(progress)
        if time.monotonic() - saved_at > recipe.checkpoint_s:
            _save(student, optimizer, {"step": step, "tokens": tokens, "left_out": left_out}, run_dir)
            saved_at = time.monotonic()
    _save(student, optimizer, {"step": step, "tokens": tokens, "left_out": left_out}, run_dir)


def state_of(adapter: Path | None, base: Path) -> dict[str, torch.Tensor] | None:
    """The tensors of an adapter that `export_checkpoint` wrote, to go on from; None where there is none."""
    if adapter is None:
        return None
    return {name: torch.from_numpy(values) for name, values in imported_state(adapter, base).items()}


def export_checkpoint(run_dir: Path, base: Path, to: Path) -> None:
    """Writes the adapter of a run's last checkpoint as a GGUF. Raises PathMissing."""
    if not (run_dir / CHECKPOINT).is_file():
        raise PathMissing(f"there is no checkpoint in {run_dir}", next_step="train first")
    state = torch.load(run_dir / CHECKPOINT, weights_only=True)["adapter"]
    recipe = json.loads((run_dir / CONFIG).read_text())
    arrays = {name: tensor.float().cpu().numpy() for name, tensor in state.items()}
    export_adapter(arrays, base, 2 * recipe["rank"], to)


def batches(packs: Sequence[Pack], recipe: Recipe, skip: int) -> Iterator[list[Pack]]:
    """Batches for ever, a new order each pass; the first `skip` are left out, as a resumed run has had them."""
    chance, number = random.Random(recipe.seed), 0  # noqa: S311 - an order, not a secret
    batch: list[Pack] = []
    while True:
        for pack in chance.sample(packs, len(packs)):
            batch.append(pack)
            if sum(each.size for each in batch) >= recipe.batch_tokens:
                if number >= skip:
                    yield batch
                number, batch = number + 1, []


def measure(student: Student, packs: Sequence[Pack]) -> tuple[int, float, float]:
    """How many questions, the share of lines that greedy writing would give exactly, and the loss a line token."""
    right: list[bool] = []
    loss, count = 0.0, 0
    with torch.no_grad():
        for group in student.together(packs):
            losses = student.losses(group)
            right += losses.right
            loss += float(losses.line)
            count += sum(len(branch.line) for pack in group for branch in pack.branches)
    return len(right), sum(right) / len(right), loss / count


def _learn(student: Student, batch: Sequence[Pack], recipe: Recipe) -> tuple[float, float]:
    """Adds a batch's gradients; each task is averaged over its own tokens of the batch."""
    lines = sum(len(branch.line) for pack in batch for branch in pack.branches)
    rationales = sum(len(branch.rationale) for pack in batch for branch in pack.branches)
    line_loss = rationale_loss = 0.0
    for group in student.together(batch):
        losses = student.losses(group)
        loss = (1 - recipe.rationale_weight if rationales else 1.0) * losses.line / lines
        if rationales:
            loss = loss + recipe.rationale_weight * losses.rationale / rationales
        loss.backward()
        line_loss += float(losses.line.detach()) / lines
        rationale_loss += float(losses.rationale.detach()) / max(1, rationales)
    return line_loss, rationale_loss


def _append(path: Path, progress: Progress) -> None:
    with path.open("a") as file:
        file.write(json.dumps(asdict(progress)) + "\n")


def _save(student: Student, optimizer: torch.optim.Optimizer, counts: dict[str, int], run_dir: Path) -> None:
    """Writes a checkpoint whole or not at all."""
    partial = run_dir / f"{CHECKPOINT}.part"
    torch.save({"adapter": student.adapter_state(), "optimizer": optimizer.state_dict(), **counts}, partial)
    partial.replace(run_dir / CHECKPOINT)
