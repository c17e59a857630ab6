"""Which token is chosen, how probable it was, and what is guessed to follow."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from finslm.model.choosing import Chooser, Sampling, log_sum_exp
from finslm.model.drafting import DRAFT_TOKENS, NGRAM, Lookup

SIZE = 300
LOGITS = arrays(np.float32, SIZE, elements=st.floats(-40, 40, width=32))
SOME = st.sets(st.integers(0, SIZE - 1), min_size=1)


class Only:
    """Nothing but these tokens may follow."""

    def __init__(self, tokens: set[int]) -> None:
        self._tokens = tokens

    def admits(self, token: int) -> bool:
        return token in self._tokens

    def allowed(self) -> np.ndarray:
        allowed = np.zeros(SIZE, np.bool_)
        allowed[list(self._tokens)] = True
        return allowed


@given(LOGITS, SOME)
def test_the_best_of_what_is_allowed_is_chosen(logits: np.ndarray, tokens: set[int]) -> None:
    best = max(sorted(tokens), key=lambda token: logits[token])
    assert Chooser(Sampling()).choose(logits, Only(tokens))[0] == best
    assert Chooser(Sampling()).choose(logits)[0] == logits.argmax()


@given(LOGITS, SOME)
def test_the_probability_is_that_among_all_not_among_what_is_allowed(logits: np.ndarray, tokens: set[int]) -> None:
    token, logprob = Chooser(Sampling()).choose(logits, Only(tokens))
    exact = float(logits[token]) - np.logaddexp.reduce(logits.astype(np.float64))
    assert abs(logprob - exact) < 1e-4


@given(LOGITS, SOME, st.integers(0, 99))
def test_only_what_is_allowed_is_drawn(logits: np.ndarray, tokens: set[int], seed: int) -> None:
    chooser = Chooser(Sampling(2.0, seed))
    assert {chooser.choose(logits, Only(tokens))[0] for _ in range(20)} <= tokens


def test_draws_follow_the_probabilities() -> None:
    logits = np.full(SIZE, -np.inf, np.float32)
    logits[[7, 8]] = np.log([0.25, 0.75])
    chooser = Chooser(Sampling(1.0, 1))
    drawn = [chooser.choose(logits)[0] for _ in range(2000)]
    assert 0.2 < drawn.count(7) / len(drawn) < 0.3
    assert set(drawn) == {7, 8}


@given(LOGITS)
def test_the_sum_of_all_that_could_be_said_leaves_out_next_to_nothing(logits: np.ndarray) -> None:
    exact = np.logaddexp.reduce(logits.astype(np.float64))
    assert -1e-4 < exact - log_sum_exp(logits, logits.max()) < 1e-4


@given(st.lists(st.integers(0, 3), min_size=NGRAM, max_size=40), st.lists(st.integers(0, 3), max_size=10))
def test_a_guess_is_what_followed_the_last_words_when_they_were_said_last(text: list[int], more: list[int]) -> None:
    tokens = list(text)
    lookup = Lookup(tokens)
    lookup.guess()
    tokens += more
    earlier = [at for at in range(NGRAM, len(tokens)) if tokens[at - NGRAM : at] == tokens[-NGRAM:]]
    assert lookup.guess() == (tokens[earlier[-1] :][:DRAFT_TOKENS] if earlier else [])
