"""Values of cells as their number formats show them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finslm.ingest.number_format import displayed


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1204.5, "General", "1204.5"),
        (2024, "General", "2024"),
        (0.1 + 0.2, "General", "0.3"),
        (1234567.891, "#,##0", "1,234,568"),
        (1234567.891, '"$"#,##0.00', "$1,234,567.89"),
        (-1204.5, "#,##0.0_);(#,##0.0)", "(1,204.5)"),
        (-1204.5, "#,##0.0_);[Red](#,##0.0)", "(1,204.5)"),
        (-1204.5, "#,##0", "-1,205"),
        (0, '#,##0_);(#,##0);"-"??', "-"),
        (0.0005, '#,##0_);(#,##0);"-"??', "0"),
        (0.12345, "0.0%", "12.3%"),
        (-0.05, "0%", "-5%"),
        (12_345_678, '#,##0.0,,"m"', "12.3m"),
        (1204.5, "[$€-407] #,##0.00", "€ 1,204.50"),
        (1204.5, "#,##0.00 [$CHF]", "1,204.50 CHF"),
        (3.5, '0.0"x"', "3.5x"),
        (3.5, "0.0\\x", "3.5x"),
        (0.5, "#.##", ".5"),
        (7, "000", "007"),
        (-0.001, "0.0", "0.0"),
        (2.5, "0", "3"),
        (5, ";;;", ""),
        (0.25, "# ?/?", "0.25"),
        (12345, "0.00E+00", "12345"),
        (4930123456, "000-0000-000", "4930123456"),
        (float("inf"), "0.0", "inf"),
        (True, "General", "TRUE"),
        ("#DIV/0!", "0.0", "#DIV/0!"),
        (dt.datetime(2024, 3, 31), "mm-dd-yy", "2024-03-31"),
        (dt.datetime(2024, 3, 31), "d mmm yyyy", "31 Mar 2024"),
        (dt.datetime(2024, 3, 31), "[$-409]mmmm d\\, yyyy;@", "March 31, 2024"),
        (dt.datetime(2024, 3, 5), "dd/mm/yyyy", "05/03/2024"),
        (dt.datetime(2024, 3, 5, 9, 7), "yyyy-mm-dd hh:mm", "2024-03-05 09:07"),
        (dt.datetime(2024, 3, 5, 15, 7), "h:mm AM/PM", "3:07 PM"),
        (dt.time(9, 5, 3), "mm:ss", "05:03"),
    ],
)
def test_a_value_is_shown_as_excel_shows_it(value: object, code: str, shown: str) -> None:
    assert displayed(value, code) == shown


@given(st.integers(-(10**12), 10**12))
def test_grouped_digits_are_the_number(value: int) -> None:
    assert int(displayed(value, "#,##0").replace(",", "")) == value


@given(st.floats(), st.text('#0?.,%;"\\_*[]$-ymdhsE/@ aG', max_size=20))
def test_no_format_is_too_strange(value: float, code: str) -> None:
    assert isinstance(displayed(value, code), str)


@given(st.datetimes(), st.text('ymdhs:/-.," []\\apm;@', max_size=20))
def test_no_date_format_is_too_strange(value: dt.datetime, code: str) -> None:
    assert isinstance(displayed(value, code), str)
