from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finslm.answer import execute
from finslm.errors import ProgramError


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ("(214.6 - 187.9) / 187.9 * 100", "14.20968600319318786588611"),
        ("0.1 + 0.2", "0.3"),
        ("sum(1.1, 2.2, 3.3)", "6.6"),
        ("avg(10, 20)", "15"),
        ("-(5 - 8) * 2", "6"),
        ("max(3, 9, 4) - min(3, 9)", "6"),
        ("abs(3 - 9)", "6"),
        ("count(4, 4, 4)", "3"),
    ],
)
def test_programs_are_executed_exactly(program: str, value: str) -> None:
    assert execute(program).quantize(Decimal(value)) == Decimal(value)


@pytest.mark.parametrize(
    "program", ["1 / 0", "1 / (2 - 2)", "__import__('os')", "1 ** 2", "a + 1", "sum()", "1 +", "'x'", "9 < 10"]
)
def test_what_has_no_value_says_so(program: str) -> None:
    with pytest.raises(ProgramError):
        execute(program)


@given(st.decimals(-(10**9), 10**9, places=2), st.decimals(-(10**9), 10**9, places=2))
def test_sums_and_differences_lose_nothing(a: Decimal, b: Decimal) -> None:
    assert execute(f"{a} + {b}") == a + b
    assert execute(f"{a} - ({b})") == a - b


def test_an_astronomical_value_is_no_answer() -> None:
    with pytest.raises(ProgramError, match="out of range"):
        execute("1000000 * 1000000 * 1000000 * 1000000")
