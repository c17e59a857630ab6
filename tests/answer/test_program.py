from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finslm.answer import execute, holds
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
        ("((150 / 100) ** (1 / 2) - 1) * 100", "22.4744871391589"),
        ("count(4, 4, 4)", "3"),
    ],
)
def test_programs_are_executed_exactly(program: str, value: str) -> None:
    assert execute(program).quantize(Decimal(value)) == Decimal(value)


@pytest.mark.parametrize(
    "program",
    [
        "1 / 0",
        "1 / (2 - 2)",
        "__import__('os')",
        "(-8) ** (1 / 3)",
        "9 ** 9 ** 9",
        "a + 1",
        "sum()",
        "1 +",
        "'x'",
        "9 < 10",
    ],
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


@pytest.mark.parametrize(("claim", "truth"), [("1576 < 2867", True), ("10 * 2 > 20", False), ("-3 < -2", True)])
def test_claims_hold_or_not(claim: str, truth: bool) -> None:
    assert holds(claim) is truth


@pytest.mark.parametrize("claim", ["1 + 1", "1 < 2 < 3", "1 / 0 < 2", "1 == 1", "a < b"])
def test_what_is_no_claim_says_so(claim: str) -> None:
    with pytest.raises(ProgramError):
        holds(claim)
