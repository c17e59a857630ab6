"""What the answer grammar lets through, and what it does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from finslm.answer.grammar import NESTING, answer_grammar
from finslm.answer.numbers import numbers_in
from finslm.answer.program import execute
from finslm.documents import Passage
from finslm.errors import ProgramError
from finslm.model import lark
from finslm.model.constraint import Constraint, Vocabulary
from finslm.model.llama import Llama

pytestmark = pytest.mark.model
EVIDENCE = "Net debt was USD 412 million, 2.9 times EBITDA of USD 142 million.\nMr Tobias Renn, to sign."
NUMBERS = ("412", "2.9", "142", "100", "2")


@pytest.fixture(scope="module")
def llama(model_path: Path) -> Llama:
    return Llama(model_path, threads=1, context_tokens=64)


@pytest.fixture(scope="module")
def vocabulary(llama: Llama) -> Vocabulary:
    return Vocabulary(llama.vocab)


@pytest.fixture(scope="module")
def grammar() -> str:
    passages = [Passage("p", "d", 0, 0, len(EVIDENCE), EVIDENCE)]
    return lark(answer_grammar(passages, numbers_in(passages)))


def admits(llama: Llama, vocabulary: Vocabulary, grammar: str, text: str) -> bool:
    """Could the model write `text` and nothing else?"""
    constraint, tokens = Constraint(vocabulary, grammar), llama.tokenize(text)
    if constraint.admissible(tokens) < len(tokens):
        return False
    while tokens:
        tokens = tokens[1 + len(constraint.accept(tokens[0])) :]
    return constraint.may_end


@pytest.mark.parametrize("seed", range(3))
def test_a_token_is_admitted_where_the_mask_of_all_tokens_has_it(
    vocabulary: Vocabulary, grammar: str, seed: int
) -> None:
    random = np.random.default_rng(seed)
    constraint = Constraint(vocabulary, grammar)
    while not constraint.is_finished:
        allowed = constraint.allowed()
        assert [constraint.admits(token) for token in range(len(allowed))] == allowed.tolist()
        constraint.accept(int(random.choice(np.flatnonzero(allowed))))


def sums(depth: int) -> st.SearchStrategy[str]:
    number = st.tuples(st.sampled_from(["", "-"]), st.sampled_from(NUMBERS)).map("".join)
    factor = number
    if depth:
        inner = sums(depth - 1)
        call = st.builds(
            lambda name, args: f"{name}({', '.join(args)})",
            st.sampled_from(["sum", "avg", "max", "count"]),
            st.lists(inner, min_size=1, max_size=2),
        )
        factor = number | inner.map(lambda text: f"({text})") | call
    return st.lists(st.tuples(factor, st.sampled_from([" + ", " - ", " * ", " / "])), min_size=1, max_size=3).map(
        lambda parts: "".join(f"{operand}{operator}" for operand, operator in parts)[:-3]
    )


@given(program=sums(NESTING).filter(lambda text: len(text) <= 160))
@example(program="sum((142 + -142) / (142 + -142))")
def test_every_program_of_the_language_can_be_written_and_run(
    llama: Llama, vocabulary: Vocabulary, grammar: str, program: str
) -> None:
    assert admits(llama, vocabulary, grammar, f"calc: {program} | million\n")
    try:
        execute(program)
    except ProgramError as error:
        assert "divides by zero" in error.happened


@pytest.mark.parametrize(
    "text",
    [
        "answer: Mr Tobias Renn | none\n",
        "answer: Tobias Renn, to | none\n",
        "answer: of USD 142 million. Mr Tobias Renn | none\n",  # where a page breaks its line
        "answer: 412 | million\n",
        "answer: Net debt ; EBITDA ; Mr Tobias Renn | none\n",
        "count: Net debt ; EBITDA | none\n",
        "check: 412 / 142 > 2.9 | none\n",
        "calc: ((412 / 142) ** (1 / 3) - 1) * 100 | percent\n",
        "missing\n",
    ],
)
def test_lines_of_every_form_can_be_written(llama: Llama, vocabulary: Vocabulary, grammar: str, text: str) -> None:
    assert admits(llama, vocabulary, grammar, text)


def test_words_of_two_rows_of_a_table_are_no_span(llama: Llama, vocabulary: Vocabulary) -> None:
    text = "Item | Auditor\nNet debt | Ann Lee\nEBITDA | Bo Ito"
    passages = [Passage("p", "d", 0, 0, len(text), text)]
    grammar = answer_grammar(passages, numbers_in(passages))
    assert admits(llama, vocabulary, grammar, "answer: Ann Lee | none\n")
    assert not admits(llama, vocabulary, grammar, "answer: Ann Lee EBITDA | none\n")


@pytest.mark.parametrize(
    ("units", "scale"),
    [
        ("€m", "million"),
        ("(in US$ mm)", "million"),
        ("in 5.2mn", "million"),
        ("£bn", "billion"),
        ("RMB’000", "thousand"),
        ("US$k", "thousand"),
    ],
)
def test_a_scale_that_the_evidence_abbreviates_can_be_written(
    llama: Llama, vocabulary: Vocabulary, units: str, scale: str
) -> None:
    text = f" | 2019 {units}\nNet debt | 412"
    passages = [Passage("p", "d", 0, 0, len(text), text)]
    grammar = answer_grammar(passages, numbers_in(passages))
    assert admits(llama, vocabulary, grammar, f"calc: 412 | {scale}\n")


@pytest.mark.parametrize(
    "text",
    [
        "calc: 413 | none",  # stands nowhere
        "calc: 412 - | none",  # no program
        "calc: ((((412)))) | none",  # deeper than a program needs
        "calc: 412 | billion",  # a scale that the evidence does not use
        "answer: Tobias Smith | none",
        "answer: Renn Tobias | none",
        "answer: Net debt ;  | none",
        "count:  | none",
        "check: 412 > 142 > 2.9 | none",
        "check: 412 | none",
        "The answer is 412",
    ],
)
def test_nothing_else_can(llama: Llama, vocabulary: Vocabulary, grammar: str, text: str) -> None:
    assert not admits(llama, vocabulary, grammar, text + "\n")
