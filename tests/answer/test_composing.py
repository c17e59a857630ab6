"""What an answer line becomes: value, unit, spoken words, and citations."""

from decimal import Decimal

import pytest

from finslm.answer.composing import compose
from finslm.answer.line import parse_line
from finslm.answer.numbers import numbers_in
from finslm.documents import Answer, Passage, Question
from finslm.errors import ProgramError

PROSE = (
    "Revenue was $412 million and rose by 25 from 10. We have 18,400 employees and 1,200,000 shares outstanding."
    " Of the debt, EUR 30 million and US$ 3.2 billion are due; the margin was 12.5 % after 11.0 %."
)
TABLE = (
    "Northmere (in £ million)\n | 2023 | 2022\nRevenue | 1,452.4 | 1,146.2\nShare of exports | 0.5 | 0.4\n"
    "Weighted average shares, basic | 500 | 480\nNumber of employees | 75 | 60\nEarnings per share | 2.31 | 2.05"
)


def composed(line: str, text: str) -> Answer:
    evidence = (Passage("p1", "d1", 4, 0, len(text), text),)
    parsed = parse_line(line)
    assert parsed is not None
    return compose(Question("?", id="q"), parsed, evidence, numbers_in(evidence), 0.5)


@pytest.mark.parametrize(
    ("line", "text", "unit", "spoken"),
    [
        ("calc: 412 | million", PROSE, "USD", "USD 412 million"),
        ("calc: 18400 | none", PROSE, None, "18,400"),
        ("calc: 1200000 | none", PROSE, "shares", "1,200,000 shares"),
        ("calc: 30 | million", PROSE, "EUR", "EUR 30 million"),
        ("calc: 12.5 - 11.0 | percent", PROSE, "percent", "1.5 %"),
        ("calc: 412 / 1200000 | none", PROSE, "USD", "USD 0.000343"),
        ("calc: 412 / 18400 | none", PROSE, None, "0.022391"),
        ("calc: 1452.4 - 1146.2 | million", TABLE, "GBP", "GBP 306.2 million"),
        ("calc: 1452.4 / 1146.2 | none", TABLE, None, "1.27"),
        ("calc: (1452.4 / 1146.2 - 1) * 100 | percent", TABLE, "percent", "26.71 %"),
        ("calc: 1452.4 * 0.5 | million", TABLE, "GBP", "GBP 726.2 million"),
        ("calc: avg(500, 480) | million", TABLE, "shares", "490 million shares"),
        ("calc: 75 - 60 | none", TABLE, None, "15"),
        ("calc: 2.31 | none", TABLE, "GBP", "GBP 2.31"),
        ("calc: 365 * 1146.2 / 1452.4 | none", TABLE, None, "288.05"),
        ("answer: 500 | million", TABLE, "shares", "500"),
        ("answer: 18,400 | none", PROSE, None, "18,400"),
    ],
)
def test_a_value_has_the_unit_of_the_numbers_that_it_comes_from(
    line: str, text: str, unit: str | None, spoken: str
) -> None:
    answer = composed(line, text)
    assert (answer.unit, answer.answer) == (unit, spoken)
    assert answer.value is not None


@pytest.mark.parametrize(
    "line",
    [
        "calc: 412 + 30 | million",
        "calc: 412 + 18400 | million",
        "calc: avg(30, 3.2) | million",
        "check: 412 > 30 | none",
        "calc: (412 - 1200000) / 412 * 100 | percent",
    ],
)
def test_different_things_are_not_added_up(line: str) -> None:
    with pytest.raises(ProgramError, match="different things"):
        composed(line, PROSE)


def test_converted_amounts_are_added_up() -> None:
    assert composed("calc: 3.2 * 1000 + 412 | million", PROSE).value == Decimal(3612)


def test_every_amount_is_cited_and_no_constant() -> None:
    assert [place.quote for place in composed("calc: 25 - 10 | none", PROSE).citations] == ["25", "10"]
    growth = composed("calc: (25 / 412 - 1) * 100 | percent", PROSE + " Of 100 customers 1 left.")
    assert [place.quote for place in growth.citations] == ["25", "412"]


def test_a_number_that_is_a_constant_elsewhere_is_cited_where_it_is_all_there_is() -> None:
    assert [place.quote for place in composed("calc: 10 | none", PROSE).citations] == ["10"]


def test_a_count_is_a_program_that_counts_what_it_names() -> None:
    from finslm.answer import execute

    answer = composed("count: Revenue ; Earnings per share | none", TABLE)
    assert answer.program == 'count("Revenue", "Earnings per share")'
    assert execute(answer.program) == answer.value == 2
    assert [place.quote for place in answer.citations] == ["Revenue", "Earnings per share"]


def test_amounts_in_a_row_are_so_many_answers() -> None:
    text = "Debt matures in the amount of $1,200, $900 and $45; rates were 51%, 57%, and 53%, in 2019 and later."
    answer = composed("answer: 51%, 57%, and 53% | none", text)
    assert answer.spans == ("51%", "57%", "53%")
    assert [text[place.start : place.end] for place in answer.citations] == list(answer.spans)
    assert composed("answer: $1,200, $900 and $45 | none", text).spans == ("$1,200", "$900", "$45")
    assert composed("answer: 2019 and later | none", text).spans == ("2019 and later",)


FILING = "Northmere (In Millions)\nNet income $ 1,452 1,146\nBasic shares 500 480\nDiluted earnings per share 2.31 2.05"


@pytest.mark.parametrize(
    ("line", "text", "unit", "spoken"),
    [
        ("calc: 1452 - 1146 | million", FILING, "USD", "USD 306 million"),
        ("calc: 1146 | million", FILING, "USD", "USD 1,146 million"),
        ("calc: 500 - 480 | million", FILING, "shares", "20 million shares"),
        ("calc: 2.31 | million", FILING, "USD", "USD 2.31"),
        ("calc: 500 * 2.31 | million", FILING, "USD", "USD 1,155 million"),
        ("calc: 1452 / 1146 | million", FILING, None, "1.27 million"),
        ("calc: 2023 - 2019 | none", "Since 2019 $ grew until 2023.", None, "4"),
        ("calc: 1200 | none", "We hold 1,200 patents and $ 5.", None, "1,200"),
        ("calc: 5 | million", "The loan runs 5 years and is of $5 million.", "USD", "USD 5 million"),
        ("calc: 412 | million", "Proceeds from shares issued 412\n$", "USD", "USD 412 million"),
        ("calc: 412 | million", "Sales were R$ 412 million.", "BRL", "BRL 412 million"),
        (
            "calc: 412 | million",
            "Statistics (in thousands)\nTrucks 5\n(In Millions)\nRevenue $ 412",
            "USD",
            "USD 412 million",
        ),
        (
            "calc: 5466 | thousand",
            "Sales were 5 million dollars.\n(Thousands of dollars)\nRevenue $ 5,466",
            "USD",
            "USD 5,466 thousand",
        ),
        ("calc: 412 | million", "Revenue, in millions except per share $ 412 380", "USD", "USD 412 million"),
        ("calc: 1000 - 400 | million", "(in thousands)\nRevenue $ 1,000 400", "USD", "USD 600 thousand"),
    ],
)
def test_units_are_read_as_filings_print_them(line: str, text: str, unit: str | None, spoken: str) -> None:
    answer = composed(line, text)
    assert (answer.unit, answer.answer) == (unit, spoken)


def test_a_currency_that_is_none_of_ours_is_not_added_to_dollars() -> None:
    with pytest.raises(ProgramError, match="different things"):
        composed("calc: 412 - 57 | million", "Sales were RMB 412 million (US$ 57 million).")


def test_a_number_is_cited_where_it_stands_on_its_own() -> None:
    answer = composed("answer: 500 | none", "Revenue | 1,500\nShares | 500")
    assert (answer.citations[0].start, answer.value) == (25, Decimal(500))


THOUSANDS = "Balance sheets (in thousands, except per share)\nCurrent liabilities | 5,466,312 | 4,586,657\nBook value per share | 8.28"


@pytest.mark.parametrize(
    ("line", "text", "spoken", "scale"),
    [
        ("calc: 5466312 | million", THOUSANDS + "\n$ 1", "USD 5,466,312 thousand", "thousand"),
        ("calc: 5466312 - 4586657 | million", THOUSANDS + "\n$ 1", "USD 879,655 thousand", "thousand"),
        ("calc: 5466312 / 1000 | million", THOUSANDS + "\n$ 1", "USD 5,466.31 million", "million"),
        (
            "calc: 5466312 / 1000 - 412 | million",
            THOUSANDS + "\nand a loan of $412 million",
            "USD 5,054.31 million",
            "million",
        ),
        ("calc: 8.28 | none", THOUSANDS + "\n$ 1", "USD 8.28", "none"),
        ("calc: 3.2 | million", PROSE, "USD 3.2 billion", "billion"),
        ("answer: 5,466,312 | million", THOUSANDS + "\n$ 1", "5,466,312", "thousand"),
    ],
)
def test_an_amount_is_of_the_magnitude_that_the_evidence_prints(line: str, text: str, spoken: str, scale: str) -> None:
    answer = composed(line, text)
    assert (answer.answer, answer.scale) == (spoken, scale)


def test_words_of_an_amount_are_its_value() -> None:
    assert (composed("answer: $412 million | none", PROSE).value, composed("answer: 18,400 | none", PROSE).value) == (
        Decimal(412_000_000),
        Decimal(18_400),
    )
    answer = composed("answer: $412 million | million", PROSE)
    assert (answer.value, answer.scale, answer.unit) == (Decimal(412), "million", "USD")


def test_a_percentage_that_is_copied_is_one() -> None:
    answer = composed("answer: 12.5% | none", "The margin was 12.5% in 2020.")
    assert (answer.value, answer.scale, answer.unit) == (Decimal("12.5"), "percent", "percent")


def test_the_value_is_that_of_the_passage_that_is_cited() -> None:
    passages = [Passage("p", "p", 0, 0, 18, "Sales 100 in 2018"), Passage("p", "p", 0, 0, 18, "Costs 200 in 2019")]
    line = parse_line("answer: 200 | none")
    assert line is not None
    assert compose(Question("What were costs?"), line, passages, numbers_in(passages), 1.0).value == 200


def test_words_are_cited_over_signs_that_nobody_sees() -> None:
    answer = composed("answer: Marta Lindqvist | none", "The officer is Marta\u200b Lind\u00adqvist.")
    assert [place.quote for place in answer.citations] == ["Marta\u200b Lind\u00adqvist"]


def test_a_billion_may_be_a_letter() -> None:
    answer = composed("calc: 5.2 | billion", "(in millions)\nRevenue was $5.2B in 2020.")
    assert (answer.value, answer.scale, answer.unit) == (Decimal("5.2"), "billion", "USD")


def test_a_heading_in_capitals_is_no_currency() -> None:
    assert composed("calc: 28229 | none", "TOTAL ASSETS$ 28,229").unit != "SGD"


@pytest.mark.parametrize("heading", ["$M", "$ millions", "US$ Millions", "$mm", "$ M"])
def test_headings_of_millions_are_read_as_people_print_them(heading: str) -> None:
    text = f"(in thousands)\nNet sales | $5 | 6\n\nSegments ({heading})\nCloud | $20"
    assert composed("calc: 20 | million", text).answer == "USD 20 million"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Loss | (44.1) | 5", "-44.1"),
        ("Loss | $ (44.1) | 5", "-44.1"),
        ("Loss | ($44.1) | 5", "-44.1"),
        ("Growth | (44.1%) | 5", "-44.1"),
        ("Growth | (44.1)% | 5", "-44.1"),
        ("It grew by $5 million (44.1%) in 2020.", "44.1"),
        ("a loss of -44.1 million", "-44.1"),
        ("a loss of -$44.1 million", "-44.1"),
        ("Growth | \u201344.1% | 5", "-44.1"),
        ("Loss | - 44.1 | 5", "-44.1"),
        ("a range of 5 - 44.1%", "44.1"),
        ("a range of 5%-44.1%", "44.1"),
        ("the years 2019 \u2013 44.1", "44.1"),
        ("a 10-44.1 split", "44.1"),
        ("Risks:\n- 44.1 of them", "44.1"),
    ],
)
def test_the_sign_of_a_number_is_what_stands_beside_it(text: str, value: str) -> None:
    (number,) = (n for n in numbers_in([Passage("p", "d", 0, 0, len(text), text)]) if abs(n.value) == Decimal("44.1"))
    assert number.value == Decimal(value)


@pytest.mark.parametrize(
    ("words", "value", "scale"),
    [
        ("US$1.2 billion", "1200000000", "none"),
        ("$1.2bn", "1200000000", "none"),
        ("5 percent", "5", "percent"),
        ("\u22123.2%", "-3.2", "percent"),
        ("(3.2)%", "-3.2", "percent"),
        ("EUR 412", "412", "none"),
    ],
)
def test_an_amount_that_is_copied_has_a_value(words: str, value: str, scale: str) -> None:
    answer = composed(f"answer: {words} | none", f"It was {words}, all told.")
    assert (answer.value, answer.scale) == (Decimal(value), scale)
