"""Contexts are cut to what their questions need, and packed as the runtime will ask."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from finslm.answer import Instructions, ask_prompt
from finslm.config import shipped
from finslm.distill.examples import Asked, Example
from finslm.distill.packing import packs_of
from finslm.distill.trimming import trimmed
from finslm.documents import Turn
from finslm.model.llama import Llama

TABLE = " | 2019 | 2018\nSales | 10 | 8"
TEXT = " ".join(
    [f"Filler sentence number {n} says little." for n in range(60)] + ["The loan of 77 was repaid by Ann Lee."]
)
TURN = Turn("What were sales in 2018?", "8")
EXAMPLE = Example(
    "s",
    "c",
    "l",
    (TABLE, TEXT),
    (
        Asked("How did sales change?", "calc: 10 - 8 | none", rationale="The later year less the earlier one."),
        Asked("And as a percentage?", "calc: (10 - 8) / 8 * 100 | percent", (TURN,)),
        Asked("How much of the loan is sales?", "calc: 10 / 77 | none"),
        Asked("Who repaid it?", "answer: Ann Lee | none"),
    ),
)


def words(text: str) -> int:
    return len(text.split())


def test_what_the_lines_need_stays_and_the_rest_is_cut() -> None:
    short = trimmed(EXAMPLE, 60, words, random.Random(1))
    assert short.passages[0] == TABLE
    assert "The loan of 77 was repaid by Ann Lee." in short.passages[1]
    assert "Filler sentence" in short.passages[1]
    assert sum(words(passage) for passage in short.passages) <= 60


def test_a_short_context_stays_as_it_is() -> None:
    assert trimmed(EXAMPLE, 1000, words, random.Random(1)) == EXAMPLE


@pytest.fixture(scope="module")
def llama(model_path: Path) -> Llama:
    return Llama(model_path, threads=1, context_tokens=64)


@pytest.mark.model
def test_context_and_branch_are_the_tokens_that_the_runtime_will_see(llama: Llama) -> None:
    instructions = Instructions.load(shipped("data"), is_taught=True)
    (pack,) = packs_of(EXAMPLE, instructions, llama, 4000, with_rationale=True)
    for asked, branch in zip(EXAMPLE.asked, pack.branches, strict=True):
        prompt = ask_prompt(instructions, EXAMPLE.passages, asked.question, asked.history)
        assert [*pack.context, *branch.asked] == llama.tokenize_prompt(prompt)
        assert list(branch.line) == llama.tokenize(asked.line + "\n")
    assert pack.branches[0].rationale[-1] == llama.end_token
    assert pack.branches[1].rationale == ()


@pytest.mark.model
def test_questions_that_do_not_fit_go_into_another_pack(llama: Llama) -> None:
    instructions = Instructions.load(shipped("data"), is_taught=True)
    (whole,) = packs_of(EXAMPLE, instructions, llama, 4000, with_rationale=False)
    largest = len(whole.context) + len(whole.branches[0].tokens) + len(whole.branches[1].tokens) + 5
    packs = packs_of(EXAMPLE, instructions, llama, largest, with_rationale=False)
    assert [branch for pack in packs for branch in pack.branches] == list(whole.branches)
    assert all(pack.size <= largest and pack.context == whole.context for pack in packs)
    assert packs_of(EXAMPLE, instructions, llama, len(whole.context), with_rationale=False) == []
