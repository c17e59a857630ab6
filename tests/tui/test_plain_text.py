from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finslm.tui.plain_text import around, is_tabular, location, one_line, page_text, speaking_line


@given(st.text())
def test_page_text_keeps_every_offset_and_holds_no_control_character(text: str) -> None:
    safe = page_text(text)
    assert len(safe) == len(text)
    assert safe.count("\n") == text.count("\n")
    assert not [char for char in safe if char not in "\n\t" and (ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0)]


@given(st.text(alphabet="ab \n"), st.data())
def test_location_leads_back_to_the_offset(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    row, column = location(text, offset)
    lines = text.split("\n")
    assert sum(len(line) + 1 for line in lines[:row]) + column == offset


def test_direction_overrides_are_made_visible() -> None:
    assert page_text("pay\u202e001\u202c") == "pay\ufffd001\ufffd"


@given(st.text(), st.integers(2, 40))
def test_one_line_is_never_wider_than_asked(text: str, width: int) -> None:
    line = one_line(text, width)
    assert len(line) <= width
    assert "\n" not in line


def test_a_snippet_begins_shortly_before_the_word_sought() -> None:
    text = "word " * 100 + "the covenant limit is 3.5 " + "word " * 100
    snippet = around(text, ["covenant"], 60)
    assert snippet.startswith("… ")
    assert "covenant limit" in snippet
    assert len(snippet) <= 60


def test_the_line_that_speaks_most_of_the_query_is_found_by_its_offsets() -> None:
    text = "Covenants\n  The covenant limit is 3.5.  \nThe limit was kept.\n"
    start, end = speaking_line(text, ["covenant", "limit"])
    assert text[start:end] == "The covenant limit is 3.5."


@pytest.mark.parametrize(
    ("text", "tabular"),
    [
        ("Revenue     1,577.4     1,412.9\nCosts       1,301.2     1,198.4\nProfit        276.2       214.5\n", True),
        ("Revenue rose to EUR 1,577.4 million.\n\nCosts rose less.\nProfit rose more.\n", False),
    ],
)
def test_a_page_of_columns_is_told_from_prose(text: str, tabular: bool) -> None:
    assert is_tabular(text) is tabular
