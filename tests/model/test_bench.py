"""What the bench measures writing with: texts that do not end before they are told to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from random_model import write_random_model

from finslm.cli.bench_task import task_of
from finslm.config import shipped
from finslm.model import Engine, Sampling, chatml
from finslm.model.bench import ANSWERS_ADD, ENDLESS, UNFORCED_ADDS, WRITTEN_TOKENS, ratios_of, writing_rate

PROMPT = chatml("You write.", "Write.")
MANY = 600
"""Tokens among which noise has all but surely an end: it is every hundredth of them."""


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path = write_random_model(tmp_path_factory.mktemp("random") / "random.gguf", seed=1)
    with Engine(path, context_tokens=2048, drafts=False) as engine:
        yield engine


def test_an_endless_text_goes_on_where_another_ends(noise: Engine) -> None:
    ending, endless = Sampling(9.0, seed=1), Sampling(9.0, seed=1, is_endless=True)
    ended = noise.generate(PROMPT, max_tokens=MANY, sampling=ending).tokens
    assert ended < noise.generate(PROMPT, max_tokens=MANY, sampling=endless).tokens == MANY


@pytest.mark.parametrize("grammar", [None, ENDLESS])
def test_the_model_computes_each_token_that_the_bench_counts(noise: Engine, grammar: str | None) -> None:
    noise.generate(chatml("You write about companies.", "Write report number 1."), max_tokens=1)
    before = noise.computed_tokens
    assert writing_rate(noise, 1, grammar, 1) > 0
    # One more for the warm-up, which writes a token too.
    assert noise.computed_tokens - before == 1 + WRITTEN_TOKENS


def test_ratios_are_the_worst_of_the_models() -> None:
    rates = {"eight together": 30.0, "writing under a grammar": 10.0, "one question, s": 2.0}
    figures = {
        "finslm-135m": rates | {"five questions, s": 3.0, ANSWERS_ADD: -0.1, UNFORCED_ADDS: 0.08},
        "finslm-0.5b": rates | {"five questions, s": 2.4, ANSWERS_ADD: 0.02, UNFORCED_ADDS: 0.05},
    }
    assert ratios_of(figures) == {
        "batch8_vs_1_135m": 3.0,
        "batch8_vs_1_05b": 3.0,
        "five_questions_vs_one": 1.5,
        "grammar_overhead": 0.08,
    }


def test_an_endless_task_is_written_to_the_last_token(noise: Engine) -> None:
    task = task_of(shipped("data"), "Revenue was 12 million in 2024. ", noise.count_tokens, 1)
    sampling = Sampling(9.0, seed=1, is_endless=True)
    written = noise.generate(task.prompts[0], grammar=task.endless, max_tokens=MANY, sampling=sampling)
    assert written.tokens >= MANY
    assert written.text.count("\n") > 1
