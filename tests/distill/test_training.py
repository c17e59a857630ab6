"""Training on a small random model: packed as apart, resumed as uninterrupted, learnt, and the same at run time."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from random_model import write_random_model

from finslm.answer import Instructions
from finslm.config import shipped
from finslm.distill.examples import Asked, Example
from finslm.distill.packing import packs_of
from finslm.distill.packs import Pack, read_packs, write_packs
from finslm.model.llama import Llama, Step
from finslm.model.manifest import Built
from finslm.model.requantize import Knowledge

pytestmark = pytest.mark.lab
EXAMPLES = [
    Example(
        "s",
        str(n),
        "l",
        (f"Sales | {n} | 345", "The venue."),
        (Asked("a?", f"calc: {n} - 345 | none"), Asked("b?", "missing", rationale="re")),
    )
    for n in range(12, 20)
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_model(tmp_path_factory.mktemp("base") / "base.gguf", seed=5)


@pytest.fixture(scope="module")
def packs(base: Path) -> list[Pack]:
    tokenizer = Llama(base, threads=1, context_tokens=64)
    instructions = Instructions.load(shipped("data"), is_taught=True)
    return [pack for e in EXAMPLES for pack in packs_of(e, instructions, tokenizer, 2000, with_rationale=True)]


def student(base: Path):  # type: ignore[no-untyped-def]
    import torch

    from finslm.distill.student import Student

    torch.manual_seed(3)
    return Student(base, rank=4, device=torch.device("cpu"))


def test_a_question_costs_the_same_loss_in_a_pack_and_alone(base: Path, packs: list[Pack]) -> None:
    pupil = student(base)
    pack = packs[0]
    together = pupil.losses([pack])
    apart = [pupil.losses([Pack(pack.context, (branch,))]) for branch in pack.branches]
    assert float(together.line) == pytest.approx(sum(float(each.line) for each in apart), rel=0.01)
    assert float(together.rationale) == pytest.approx(sum(float(each.rationale) for each in apart), rel=0.01)


def test_packs_cost_the_same_losses_at_once_and_one_by_one(base: Path, packs: list[Pack]) -> None:
    from finslm.distill.attention import in_rows

    pupil = student(base)
    long = Pack(packs[3].context, packs[3].branches * 4)
    mixed = [packs[0], replace(packs[1], branches=packs[1].branches[:1]), long, packs[2]]
    rows = in_rows(mixed)
    assert sorted(map(len, rows)) == [1, 1, 2]
    together = pupil.losses(mixed)
    apart = [pupil.losses([pack]) for row in rows for pack in row]
    assert float(together.line) == pytest.approx(sum(float(each.line) for each in apart), rel=0.01)
    assert float(together.rationale) == pytest.approx(sum(float(each.rationale) for each in apart), rel=0.01)
    assert together.right == tuple(right for each in apart for right in each.right)


def test_an_adapted_layer_gives_the_same_as_one_product(base: Path) -> None:
    import torch
    from peft.tuners.lora.layer import Linear

    from finslm.distill.student import merged_forward

    pupil = student(base)
    for weight in pupil.weights:
        weight.data = torch.randn_like(weight) * 0.3
    layer = next(module for module in pupil.adapted.modules() if isinstance(module, Linear))
    inputs = torch.randn(5, layer.in_features)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        plain = layer.base_layer(inputs).float()
        apart, merged = layer(inputs).float() - plain, merged_forward(layer, inputs).float() - plain
    assert float((apart - merged).norm() / apart.norm()) < 0.03


def test_a_batch_without_a_gradient_is_left_out_and_many_end_the_run(
    base: Path, packs: list[Pack], tmp_path: Path
) -> None:
    from finslm.distill.train import FEW_LEFT_OUT, Progress, Recipe, train

    recipe = Recipe(tokens=40 * packs[0].size, rank=4, learning_rate=1e-3, batch_tokens=packs[0].size)
    pupil, seen = student(base), list[Progress]()
    before = {name: tensor.clone() for name, tensor in pupil.adapter_state().items()}
    spoiled = [weight.register_hook(lambda gradient: gradient * float("nan")) for weight in pupil.weights]
    with pytest.raises(ArithmeticError):
        train(pupil, packs, recipe, tmp_path / "run", seen.append)
    assert FEW_LEFT_OUT <= len(seen) < 2 * FEW_LEFT_OUT
    assert [progress.left_out for progress in seen] == list(range(1, len(seen) + 1))
    assert all(bool((tensor == before[name]).all()) for name, tensor in pupil.adapter_state().items())
    for hook in spoiled:
        hook.remove()


def test_packs_travel_in_a_file(packs: list[Pack], tmp_path: Path) -> None:
    write_packs(tmp_path / "packs.npz", packs)
    assert read_packs(tmp_path / "packs.npz") == packs


def test_a_source_gives_its_part_of_the_tokens_in_several_passes_or_nothing_at_all(packs: list[Pack]) -> None:
    from finslm.distill.sitting import MOST_PASSES, Diet, chosen_packs

    def pack(example: Example, _: random.Random) -> list[Pack]:
        return [] if example.context_id == "too long" else [packs[0]]

    sources = {"rich": EXAMPLES, "poor": EXAMPLES[:1], "unfit": [replace(EXAMPLES[0], context_id="too long")]}
    diet = Diet({"rich": 0.5, "poor": 0.3, "unfit": 0.1, "absent": 0.1})
    chosen = chosen_packs(sources, diet, 20 * packs[0].size, 1, pack)
    assert len(chosen) == 10 + MOST_PASSES


class Killed(Exception):
    """A kill in the middle of a run."""


def test_a_killed_run_goes_on_as_if_nothing_had_been(base: Path, packs: list[Pack], tmp_path: Path) -> None:
    from finslm.distill.train import Progress, Recipe, train

    recipe = Recipe(
        tokens=8 * packs[0].size * 2, rank=4, learning_rate=3e-3, batch_tokens=packs[0].size, checkpoint_s=0
    )

    def killed_at(step: int):  # type: ignore[no-untyped-def]
        def on_progress(progress: Progress) -> None:
            if progress.step == step:
                raise Killed

        return on_progress

    whole, broken = student(base), student(base)
    train(whole, packs, recipe, tmp_path / "whole", lambda _: None)
    with pytest.raises(Killed):
        train(broken, packs, recipe, tmp_path / "broken", killed_at(4))
    resumed = student(base)
    train(resumed, packs, recipe, tmp_path / "broken", lambda _: None)
    one, other = whole.adapter_state(), resumed.adapter_state()
    assert all(np.allclose(one[name], other[name], atol=1e-5) for name in one)


def test_training_teaches(base: Path, packs: list[Pack], tmp_path: Path) -> None:
    from finslm.distill.train import Recipe, measure, train

    pupil = student(base)
    _, _, before = measure(pupil, packs)
    train(
        pupil, packs, Recipe(60 * packs[0].size, 4, 2e-2, batch_tokens=packs[0].size), tmp_path / "run", lambda _: None
    )
    _, _, after = measure(pupil, packs)
    assert after < before / 1.5
    assert math.isfinite(after)


def test_the_runtime_computes_what_the_student_does(base: Path, packs: list[Pack], tmp_path: Path) -> None:
    import torch

    from finslm.distill.attention import layout
    from finslm.distill.device import precision_of
    from finslm.distill.export import export_adapter
    from finslm.model.adapter import load_adapter
    from finslm.model.requantize import requantize

    pupil = student(base)
    for weight in pupil.weights:
        weight.data = torch.randn_like(weight) * 0.05
    state = {name: tensor.numpy() for name, tensor in pupil.adapter_state().items()}
    export_adapter(state, base, 8.0, tmp_path / "adapter.gguf")
    merged = tmp_path / "merged.gguf"
    # In 16 bits: in 8, another token may win where noise makes two about as probable.
    built = Built("merged.gguf", 1, "0" * 64, "F16", "F16")
    requantize(base, merged, "merged", built, Knowledge(load_adapter(tmp_path / "adapter.gguf")))
    alone = replace(packs[0], branches=packs[0].branches[:1])
    laid = layout([[alone]], torch.device("cpu"), precision_of(torch.device("cpu")))
    with torch.no_grad():
        hidden = pupil.adapted.base_model.model.model(
            input_ids=laid.tokens,
            position_ids=laid.positions,
            attention_mask=torch.zeros(1, 1, 1, 1),
            use_cache=False,
            pack_layout=laid,
        ).last_hidden_state[0, -1]
        trained = torch.log_softmax(pupil.adapted.base_model.model.lm_head(hidden).float(), -1).numpy()
    llama = Llama(merged, threads=1, context_tokens=1024)
    tokens = [*alone.context, *alone.branches[0].tokens]
    llama.decode([Step(token, place, 0, place == len(tokens) - 1) for place, token in enumerate(tokens)])
    logits = np.array(llama.logits(len(tokens) - 1))
    served = logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()
    assert np.corrcoef(trained, served)[0, 1] > 0.99
    assert int(trained.argmax()) == int(served.argmax())
