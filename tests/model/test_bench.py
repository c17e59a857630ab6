"""What the bench measures writing with: texts that do not end before they are told to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from random_model import write_random_model

from finslm.model import Engine, Sampling, chatml
from finslm.model.bench import ENDLESS, WRITTEN_TOKENS, writing_rate

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
