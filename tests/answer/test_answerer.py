import re
from decimal import Decimal

import pytest

from finslm.answer import Answerer, Instructions, execute
from finslm.answer.numbers import numbers_in
from finslm.answer.program import CONSTANTS
from finslm.config import shipped
from finslm.documents import Answer, Passage, Question
from finslm.model import Engine

TEXT = "Northmere (in £ million)\nYear | 2023 | 2022\nRevenue | 1,452.4 | 1,146.2\nLoss | (44.1) | (56.7)\nThe CEO is Jane Holloway."
PASSAGE = Passage("p1", "d1", 4, 100, 100 + len(TEXT), TEXT)
QUESTIONS = (
    "What was the percentage change in revenue from 2022 to 2023?",
    "Who is the CEO?",
    "What was the loss in 2023?",
    "What is the sum of revenue in 2022 and 2023?",
    "How many employees are there?",
)


@pytest.fixture(scope="module")
def answerer(engine: Engine) -> Answerer:
    # No threshold: here we look at what the model says, sure or not.
    return Answerer(engine, Instructions.load(shipped("data"), is_taught=False), evidence_tokens=600, abstain_below=0.0)


@pytest.fixture(scope="module")
def answers(answerer: Answerer) -> dict[str, Answer]:
    return {question: answerer.answer(Question(question, id="q"), [PASSAGE]) for question in QUESTIONS}


@pytest.mark.model
def test_what_the_evidence_states_is_answered_by_words_and_by_programs(answers: dict[str, Answer]) -> None:
    answered = [answer for answer in answers.values() if not answer.abstained]
    assert any(answer.spans and answer.citations for answer in answered)
    assert any(answer.program and answer.citations for answer in answered)


@pytest.mark.model
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_number_and_word_of_an_answer_is_grounded(answers: dict[str, Answer], question: str) -> None:
    answer = answers[question]
    assert answer.id == "q"
    for citation in answer.citations:
        assert (citation.doc, citation.page) == ("d1", 4)
        assert TEXT[citation.start - 100 : citation.end - 100] == citation.quote
    if answer.abstained:
        assert answer.reason
    elif answer.spans:
        assert [" ".join(citation.quote.split()) for citation in answer.citations] == list(answer.spans)
    elif answer.program:
        evidence = {abs(number.value) for number in numbers_in([PASSAGE])}
        literals = {Decimal(literal) for literal in re.findall(r"\d+(?:\.\d+)?", answer.program)}
        assert literals & evidence
        assert literals <= evidence | set(map(Decimal, CONSTANTS))
        if answer.answer in ("Yes", "No"):
            return
        assert answer.value is not None
        assert abs(answer.value - execute(answer.program)) <= Decimal("0.00005")
    else:
        pytest.fail("an answer is words or a program")


@pytest.mark.model
def test_without_evidence_nothing_is_answered(answerer: Answerer) -> None:
    answer = answerer.answer(Question("Who is the CEO?"), [])
    assert answer.abstained
    assert answer.value is None
    assert answer.citations == ()


def test_numbers_are_read_with_their_signs_and_places() -> None:
    found = numbers_in([PASSAGE])
    assert [str(n.value) for n in found] == ["2023", "2022", "1452.4", "1146.2", "-44.1", "-56.7"]
    assert [TEXT[n.start : n.end] for n in found][2] == "1,452.4"


def test_passages_that_say_nothing_are_no_evidence(answerer: Answerer) -> None:
    blank = tuple(
        Passage(str(i), "d1", 0, 0, len(text), text) for i, text in enumerate(("", " \n", " | \n | ", "\u2014"))
    )
    assert answerer.given(Question("What was revenue?", passages=blank)) == ()
    assert answerer.given(Question("What was revenue?", passages=(*blank, PASSAGE))) == (PASSAGE,)
