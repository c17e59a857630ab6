"""An example in other amounts and years: every line still holds, and says the same of the context."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from finslm.answer import execute, parse_line
from finslm.distill.examples import Asked, Example
from finslm.distill.lines import stands
from finslm.distill.varying import varied
from finslm.documents import Turn

EXAMPLE = Example(
    "tatqa",
    "c",
    "l",
    (
        "($ in thousands) | 2019 | 2018\nSales | $12,345 | 9,876\nTax | (1,020) | 987\nPer share | 0.52 | 0.31",
        "As of December 31, 2019, 14 sites were leased until 2025 at 5.5% of 2,082 and 11.25 of 1999.",
    ),
    (
        Asked(
            "What is the percentage change in sales from 2018 to 2019?", "calc: (12345 - 9876) / 9876 * 100 | percent"
        ),
        Asked("What is tax in 2019?", "answer: (1,020) | thousand", rationale="2019's tax is 1,020."),
        Asked("In which year were sales larger?", "answer: 2019 | none"),
        Asked("In which years did sales exceed $9,000 thousand?", "count: 2019 ; 2018 | none"),
        Asked("What is 2,082 less the day?", "calc: 2082 - 31 | none"),
        Asked("Did sales grow?", "check: 12345 > 9876 | none"),
    ),
)


@given(st.integers(0, 10_000))
def test_lines_hold_in_the_context_as_it_is_told(seed: int) -> None:
    told = varied(EXAMPLE, random.Random(seed))
    assert all(stands(asked.line, told.passages) for asked in told.asked)
    before, after = (parse_line(each.asked[0].line) for each in (EXAMPLE, told))
    assert before and after
    assert abs(execute(after.parts[0]) - execute(before.parts[0])) < 1
    if told == EXAMPLE:
        return
    assert "December 31, " in told.passages[1]
    # The years in which sales exceeded the threshold of the question still do.
    threshold = int(re.findall(r"\$([\d,]+) thousand", told.asked[3].question)[0].replace(",", ""))
    sales = [int(number.replace(",", "")) for number in re.findall(r"[\d,]{3,}", told.passages[0].splitlines()[1])]
    assert all(each > threshold for each in sales)
    assert not any(asked.rationale for asked in told.asked)


def test_years_move_together_and_stay_where_they_are_written_short() -> None:
    tellings = [varied(EXAMPLE, random.Random(seed)) for seed in range(30)]
    assert len({telling.asked[2].line for telling in tellings}) > 5
    for telling in tellings:
        year = int(telling.asked[2].line.removeprefix("answer: ").removesuffix(" | none"))
        assert f"| {year} | {year - 1}\n" in telling.passages[0]
        assert telling.asked[0].question.endswith(f"from {year - 1} to {year}?")
    short = replace(EXAMPLE, passages=(*EXAMPLE.passages, "See FY18."))
    assert varied(short, random.Random(1)).asked[2].line == "answer: 2019 | none"


def test_years_that_are_glued_to_letters_or_commas_move_too() -> None:
    glued = replace(
        EXAMPLE,
        passages=(*EXAMPLE.passages, "In FY2019, at December 31,2018."),
        asked=(Asked("What is FY2019 tax?", "answer: (1,020) | thousand"),),
    )
    told = [varied(glued, random.Random(seed)) for seed in range(20)]
    assert any("FY2019" not in each.asked[0].question for each in told)
    for each in told:
        year = int(each.asked[0].question[10:14])
        assert each.passages[2] == f"In FY{year}, at December 31,{year - 1}."


def test_a_telling_in_which_another_amount_would_be_the_largest_is_drawn_again() -> None:
    close = replace(
        EXAMPLE,
        passages=("Costs | 28 | 45\nShares | 31 | 33",),
        asked=(Asked("Which is larger?", "answer: 45 | none"),),
    )
    for seed in range(40):
        cells = re.findall(r"\d+", varied(close, random.Random(seed)).passages[0])
        assert int(cells[0]) < int(cells[2]) < int(cells[3]) < int(cells[1])


def test_a_dialogue_stays_as_it_is() -> None:
    spoken = replace(EXAMPLE, asked=(Asked("And then?", "missing", (Turn("What was it?", "12"),)),))
    assert varied(spoken, random.Random(1)) == spoken
