"""Of the pages that a search found, what speaks of the question is kept, with what makes it understood."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from finslm.answer import gathered
from finslm.documents import Passage

FILLER = "".join(f"Sentence {n} speaks of nothing much at all.\n" for n in range(80))
STATEMENT = (
    "CONSOLIDATED BALANCE SHEETS\n(In millions)\nAs of December 31,\n2019 2018\n"
    + "".join(f"Item {n} {n}1 {n}2\n" for n in range(60))
    + "Total inventories 5,409 5,305\n"
    + "".join(f"Other item {n} {n}3 {n}4\n" for n in range(60))
)
PROSE = FILLER + (
    "Sales in the region fell because the largest customer moved its orders of compressors to a\n"
    "supplier abroad, and did so without notice. Something else.\n"
)


def words(text: str) -> int:
    return len(text.split())


def page(name: str, text: str, start: int = 0) -> Passage:
    return Passage(name, "d", 3, start, start + len(text), text)


def kept_of(texts: list[str], asked: str, tokens: int) -> str:
    pages = [page(f"p{i}", text) for i, text in enumerate(texts)]
    return "\n".join(piece.text for piece in gathered(pages, asked.split(), tokens, words))


def test_what_fits_stays_whole() -> None:
    pages = [page("a", STATEMENT), page("b", PROSE, 50)]
    assert gathered(pages, ["inventories"], 5000, words) == tuple(pages)


def test_a_row_comes_with_the_headings_above_it() -> None:
    kept = kept_of([FILLER, STATEMENT], "total inventories", 60)
    assert "Total inventories 5,409 5,305" in kept
    assert "(In millions)" in kept
    assert "2019 2018" in kept


def test_a_sentence_that_runs_over_lines_stays_whole() -> None:
    kept = kept_of([STATEMENT, PROSE], "customer compressors", 60)
    assert "Sales in the region fell because the largest customer" in kept
    assert "supplier abroad, and did so without notice." in kept


def test_a_page_found_late_gives_its_sentence_too() -> None:
    late = FILLER + "The auditor is Ann Lee.\n" + FILLER
    assert "The auditor is Ann Lee." in kept_of([FILLER] * 9 + [late], "auditor", 80)


def test_of_the_same_words_the_better_page_comes_first() -> None:
    texts = [FILLER + f"The auditor of copy {n} is {name}.\n" for n, name in enumerate(("Ann Lee", "Bo Ito"))]
    kept = kept_of(texts, "auditor", 20)
    assert "Ann Lee" in kept
    assert "Bo Ito" not in kept


def test_nothing_is_kept_of_pages_that_say_nothing() -> None:
    assert gathered([page("a", FILLER), page("b", FILLER)], ["auditor"], 60, words) == ()


@given(st.text(alphabet="ab .\n|2019", max_size=300), st.integers(1, 60))
def test_every_piece_stands_where_it_says(text: str, tokens: int) -> None:
    pages = [page("a", text, 7), page("b", STATEMENT)]
    kept = gathered(pages, ["a", "inventories", "2019"], tokens, words)
    sources = {"a": (text, 7), "b": (STATEMENT, 0)}
    for each in kept:
        source, start = sources[each.id]
        assert source[each.start - start : each.end - start] == each.text
    assert sum(words(each.text) for each in kept) <= tokens
    assert [each.id for each in kept] == sorted(each.id for each in kept)
