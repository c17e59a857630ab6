"""Programs of the data sets come out as plain arithmetic that means the same."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finslm.answer import execute
from finslm.distill.spelling import from_steps, spelled
from finslm.errors import ProgramError

TABLE = [["", "2019", "2018"], ["Cash", "$ 1,200", "-30 ( 30 )"]]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("(1,452.4-1,202.9)/1,202.9", "(1452.4 - 1202.9) / 1202.9"),
        ("[($3+4)-(5-6)]/2", "(3 + 4 - (5 - 6)) / 2"),
        ("-(3)-(-4)", "-3 - -4"),
        ("12.50%-10%", "12.50 - 10"),
        ("1*(2/3)", "1 * (2 / 3)"),
        ("((5))", "5"),
        ("(8/2)^(1/3)-1", "(8 / 2) ** (1 / 3) - 1"),
    ],
)
def test_brackets_commas_and_signs_are_as_few_as_can_be(written: str, plain: str) -> None:
    assert spelled(written) == plain


@pytest.mark.parametrize(
    ("steps", "plain"),
    [
        ("subtract(5829, 5735), divide(#0, 5735)", "(5829 - 5735) / 5735"),
        ("divide(subtract(3, 4), const_100)", "(3 - 4) / 100"),
        ("greater(3, 4)", "3 > 4"),
        ("multiply(4, 5%)", "4 * (5 / 100)"),
        ("table_average(cash, none)", "avg(1200, -30)"),
        ("206588", "206588"),
        ("add(1, 2), add(3, 4), divide(#0, #1)", "(1 + 2) / (3 + 4)"),
    ],
)
def test_steps_become_one_expression(steps: str, plain: str) -> None:
    assert from_steps(steps, TABLE) == plain


@pytest.mark.parametrize("steps", ["frobnicate(1, 2)", "table_sum(debt, none)", "add(1)", "cash / 2", ""])
def test_what_is_no_program_says_so(steps: str) -> None:
    with pytest.raises(ProgramError):
        from_steps(steps, TABLE)


def expressions() -> st.SearchStrategy[str]:
    number = st.integers(1, 9999).map(str)
    return st.recursive(
        number,
        lambda inner: st.builds(lambda a, sign, b: f"(({a}){sign}({b}))", inner, st.sampled_from("+-*/"), inner),
        max_leaves=6,
    )


@given(expressions())
def test_spelling_never_changes_the_value(expression: str) -> None:
    try:
        value = execute(expression)
    except ProgramError:
        return
    # Brackets that associativity makes needless change the rounding of the last of 34 digits.
    assert execute(spelled(expression)) == pytest.approx(value, rel=Decimal("1e-25"), abs=Decimal("1e-25"))
