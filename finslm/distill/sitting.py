"""One sitting of training: which examples, how long, from which adapter; and what the student knows after it."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from finslm.answer import Instructions
from finslm.distill.curve import draw_curve
from finslm.distill.device import device_here
from finslm.distill.examples import Example
from finslm.distill.packing import Tokenizer, packs_of
from finslm.distill.packs import Pack
from finslm.distill.sources import load_sources
from finslm.distill.splits import prove_apart, splits_of
from finslm.distill.student import Student
from finslm.distill.train import Progress, Recipe, export_checkpoint, measure, state_of, train
from finslm.distill.trimming import trimmed
from finslm.distill.varying import varied
from finslm.errors import UsageError
from finslm.model import usable_cores
from finslm.model.llama import Llama

LARGEST_PACK = 1800
WHOLE_CONTEXT_TOKENS = 1100
TRIMMED_CONTEXT_TOKENS = 550
LARGEST_WHOLE_PACK = 2600
"""The largest pack, in tokens, where no context is cut."""
MOST_PASSES = 6
PART_OF_REPEATS_VARIED = 0.7
WHOLE = ("tatqa_dev", "convfinqa_dev", "teacher", "analyst", "found")
"""The sets whose contexts stay whole, as questions meet them at run time; the others are cut to what they need."""


@dataclass(frozen=True)
class Diet:
    """The part of a sitting's tokens that each source gives; a source that runs out is gone through again, a few times."""

    parts: Mapping[str, float] = field(
        default_factory=lambda: {
            "tatqa_dev": 0.20,
            "tatqa": 0.24,
            "finqa": 0.09,
            "analyst": 0.08,
            "synthetic": 0.03,
            "teacher": 0.12,
            "found": 0.16,
            "convfinqa_dev": 0.08,
        }
    )


LONG = Diet(
    {
        "tatqa_dev": 0.05,
        "tatqa": 0.27,
        "finqa": 0.17,
        "analyst": 0.03,
        "synthetic": 0.02,
        "teacher": 0.11,
        "found": 0.33,
        "convfinqa_dev": 0.02,
    }
)
"""For a run of twenty million tokens and more: each source is gone through three to five times, but for what templates make."""


@dataclass(frozen=True)
class Sitting:
    """Where a sitting takes from and writes to.

    `start` is the adapter file of an earlier sitting; `lines` are more teacher lines; `examples` are files of examples, which
    stand for what the sitting would make itself of the same sources. With `is_whole` no context is cut, and the
    few that are too long for a pack are left out: two cores cannot afford that, a GPU can.
    """

    base: Path
    data: Path
    data_dir: Path
    run_dir: Path
    recipe: Recipe
    start: Path | None = None
    lines: tuple[Path, ...] = ()
    examples: tuple[Path, ...] = ()
    diet: Diet = Diet()
    is_whole: bool = False

    @property
    def adapter_file(self) -> Path:
        """Where the adapter is written at the end."""
        return self.run_dir / "adapter.gguf"


@dataclass(frozen=True)
class Measured:
    """What a student knows of one source kept aside: `right` is the share of lines that greedy writing gives exactly."""

    source: str
    questions: int
    right: float
    loss: float


def sit(sitting: Sitting, on_progress: Callable[[Progress], None]) -> list[Measured]:
    """Trains, writes the adapter and the curve, and measures."""
    recipe = sitting.recipe
    packs, to_measure = packed(sitting)
    torch.set_num_threads(usable_cores())
    student = Student(sitting.base, rank=recipe.rank, device=device_here())
    train(student, packs, recipe, sitting.run_dir, on_progress, state_of(sitting.start, sitting.base))
    export_checkpoint(sitting.run_dir, sitting.base, sitting.adapter_file)
    draw_curve(sitting.run_dir)
    measured = [Measured(source, *measure(student, packs)) for source, packs in to_measure.items()]
    (sitting.run_dir / "measured.json").write_text(json.dumps([asdict(each) for each in measured], indent=1))
    return measured


def packed(sitting: Sitting) -> tuple[list[Pack], dict[str, list[Pack]]]:
    """What a sitting trains on, and by source what it is measured on. Raises IntegrityError where the two share a passage."""
    tokenizer = Llama(sitting.base, threads=1, context_tokens=64)
    instructions = Instructions.load(sitting.data_dir, is_taught=True)
    recipe = sitting.recipe
    sources = load_sources(
        sitting.data, sitting.data_dir, seed=recipe.seed, lines=sitting.lines, examples=sitting.examples
    )
    if unknown := sources.training.keys() - sitting.diet.parts.keys():
        raise UsageError(f"no part of a sitting's tokens is meant for examples of {', '.join(sorted(unknown))}")
    prove_apart(splits_of(sources))
    pack = packer(instructions, tokenizer, is_whole=sitting.is_whole)
    packs = chosen_packs(sources.training, sitting.diet, recipe.tokens, recipe.seed, pack)
    return packs, packs_to_measure(sources.aside, instructions, tokenizer)


def chosen_packs(
    sources: Mapping[str, Sequence[Example]],
    diet: Diet,
    tokens: int,
    seed: int,
    pack: Callable[[Example, random.Random], list[Pack]],
) -> list[Pack]:
    """Packs of about `tokens` tokens in all, drawn from each source as the diet says, shuffled."""
    chance = random.Random(seed)  # noqa: S311 - a choice of examples, not a secret
    chosen: list[Pack] = []
    for source, part in diet.parts.items():
        used = 0
        for example in _drawn(sources.get(source, ()), chance):
            if used >= part * tokens:
                break
            packs = pack(example, chance)
            used += sum(each.size for each in packs)
            chosen += packs
    chance.shuffle(chosen)
    return chosen


def _drawn(examples: Sequence[Example], chance: random.Random) -> Iterator[Example]:
    """The examples, pass after pass, each in another order; after the first most of them with other amounts and years."""
    for number in range(MOST_PASSES):
        for example in chance.sample(examples, len(examples)):
            yield varied(example, chance) if number and chance.random() < PART_OF_REPEATS_VARIED else example


def packer(
    instructions: Instructions, tokenizer: Tokenizer, *, with_rationale: bool = True, is_whole: bool = False
) -> Callable[[Example, random.Random], list[Pack]]:
    """Cuts and packs examples for a student."""

    def count(text: str) -> int:
        return len(tokenizer.tokenize(text))

    def pack(example: Example, chance: random.Random) -> list[Pack]:
        if is_whole:
            return packs_of(example, instructions, tokenizer, LARGEST_WHOLE_PACK, with_rationale=with_rationale)
        room = WHOLE_CONTEXT_TOKENS if example.origin in WHOLE else TRIMMED_CONTEXT_TOKENS
        cut = trimmed(example, room, count, chance)
        return packs_of(cut, instructions, tokenizer, LARGEST_PACK, with_rationale=with_rationale)

    return pack


def packs_to_measure(
    aside: Iterable[Example], instructions: Instructions, tokenizer: Tokenizer
) -> dict[str, list[Pack]]:
    """The packs of what is kept aside, by source, contexts whole and without rationales."""
    packs: dict[str, list[Pack]] = defaultdict(list)
    for example in aside:
        packs[example.source] += packs_of(example, instructions, tokenizer, 3 * LARGEST_PACK, with_rationale=False)
    return dict(packs)
