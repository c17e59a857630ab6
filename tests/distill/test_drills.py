"""Tables of published sets are asked for more: by year, by heading, by sum; every line holds on its context."""

from __future__ import annotations

import pytest

from finslm.answer import execute, parse_line
from finslm.config import shipped
from finslm.distill.drills import Drills, drilled, statement_of
from finslm.distill.examples import Asked, Example

YEARS = """ | Years ended December 31, | | Change
 | 2019 | 2018 | 2019 over 2018
Licences | $25.0 | $20.5 | 4.5
Services (1) | 10.0 | 12.0 | (2.0)
Total revenue | $35.0 | $32.5 | 2.5
Tax | (7.1) | 5.5 |
Bonds | Aaa | Aa1 | """
STACKED = """ | First | Second | Exercise
 | Quarter | Quarter | price
 | (in thousands) | |
2019 | 1,201 | $ 900 | 1.1
Bonus | — | (64) | 1.2
 | Third | Fourth | Exercise
2018 | 7 | 8 | 9"""


def example_of(table: str, line: str = "answer: 25.0 | million") -> Example:
    table = "\n".join(" | ".join(cell.strip() for cell in line.split("|")) for line in table.splitlines())
    return Example(
        "tatqa", "context", "CC BY 4.0", (table, "The venue."), (Asked("What were licences in 2019?", line),)
    )


def test_columns_of_single_years_are_found_and_rows_that_are_no_amounts_left_out() -> None:
    statement = statement_of(example_of(YEARS))
    assert statement is not None
    assert statement.years == ("2019", "2018")
    assert [row.label for row in statement.rows] == ["Licences", "Services (1)", "Total revenue", "Tax"]
    assert statement.scale == "million"


def test_headings_stand_over_their_columns_down_to_the_next_headings() -> None:
    statement = statement_of(example_of(STACKED, "missing"))
    assert statement is not None
    assert statement.years == ("First Quarter", "Second Quarter")
    assert [(row.label, row.cells) for row in statement.rows] == [("2019", ("1,201", "$ 900")), ("Bonus", ("", "(64)"))]
    assert statement.scale == "thousand"


@pytest.mark.parametrize("table", ["", "a | b", " | 2019 | 2019\nSales | 1 | 2\nCost | 1 | 2", "x | y\nz | w\nu | v"])
def test_a_table_whose_columns_no_question_can_name_is_left_alone(table: str) -> None:
    example = example_of(table)
    assert statement_of(example) is None
    assert list(drilled([example], Drills.load(shipped("data")), 1)) == [example]


@pytest.mark.parametrize("table", [YEARS, STACKED])
def test_drilled_lines_hold_and_the_known_questions_stay_first(table: str) -> None:
    drills = Drills.load(shipped("data"))
    more = 0
    for seed in range(40):
        (example,) = drilled([example_of(table)], drills, seed)
        more += len(example.asked) - 1
        assert example.asked[0].question == "What were licences in 2019?"
        context = " ".join(" ".join(example.passages).split())
        for asked in example.asked[1:]:
            line = parse_line(asked.line)
            assert line is not None
            assert "{" not in asked.question
            if line.kind == "calc":
                execute(line.parts[0])
            else:
                assert all(part in context for part in line.parts)
    assert more > 40


def test_known_answers_of_sums_years_and_signs() -> None:
    drills = Drills.load(shipped("data"))
    asked = {a.question: a.line for seed in range(300) for a in next(drilled([example_of(YEARS)], drills, seed)).asked}
    assert asked["What are the components of Total revenue?"] == "answer: Licences ; Services (1) | none"
    assert asked["Which component of total revenue was the largest in 2019?"] == "answer: Licences | none"
    assert asked["What years are reported by the table?"] == "answer: 2019 ; 2018 | none"
    assert asked["What is the change in Tax from 2018 to 2019?"] == "calc: -7.1 - 5.5 | million"
