"""What questions mean."""

import pytest

from finslm.config import shipped
from finslm.search.thesaurus import Thesaurus

THESAURUS = Thesaurus.load(shipped("data"))


@pytest.mark.parametrize(
    ("question", "phrase", "statement"),
    [
        ("What was Orrin's FY2024 capex?", "purchases of property and equipment", "cash_flow"),
        ("Compute the DPO for FY2023.", "accounts payable", "balance"),
        ("Is the gross margin profile improving?", "gross profit", "income"),
        ("How large are property, plant & equipment in the balance sheets?", None, "balance"),
        ("free cashflow conversion as of FY22", "net cash provided by operating activities", "cash_flow"),
    ],
)
def test_a_question_is_searched_with_the_words_of_filings(question: str, phrase: str | None, statement: str) -> None:
    meaning = THESAURUS.meaning(question)
    assert phrase is None or phrase in meaning.phrases
    assert statement in meaning.statements


def test_the_longest_entry_wins() -> None:
    assert THESAURUS.meaning("operating cash flow ratio").statements == {"cash_flow", "balance"}
    assert THESAURUS.meaning("operating cash flow").statements == {"cash_flow"}


def test_words_inside_others_mean_nothing() -> None:
    assert THESAURUS.meaning("the debtor's salesforce").phrases == ()


def test_every_concept_points_to_statements_that_exist() -> None:
    names = {statement.name for statement in THESAURUS.statements}
    assert all(set(concept.on) <= names for _, concept in THESAURUS._entries)
