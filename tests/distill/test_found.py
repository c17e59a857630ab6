"""Training questions over what search finds for them."""

from __future__ import annotations

from collections.abc import Sequence

from finslm.distill.examples import Asked, Example
from finslm.distill.found import found
from finslm.documents import Passage

FILLER = "".join(f"Sentence {n} speaks of nothing much at all.\n" for n in range(400))
PAGES = {
    0: FILLER,
    1: FILLER + "Total inventories 5,409 5,305\nNet sales 80 70\n",
    2: "Inventories are counted once a year.\n" + FILLER,
}
INVENTORIES = Asked("What were inventories?", "calc: 5409 | million")
SALES = Asked("What were sales?", "calc: 80 - 70 | million")
ABROAD = Asked("Who buys?", "answer: customers abroad | none")


def tokens(text: str) -> int:
    return len(text.split())


def finder(order: Sequence[int]) -> object:
    def find(question: str, filing: str) -> tuple[list[Passage], list[str]]:
        assert filing == "X_2019"
        pages = [Passage(f"p{n}", filing, n, 0, len(PAGES[n]), PAGES[n]) for n in order]
        return pages, question.strip("?").lower().split()

    return find


def made(asked: Sequence[Asked], order: Sequence[int], seed: int = 0) -> list[Example]:
    example = Example("teacher", "X_2019|1", "ours", (PAGES[1],), tuple(asked))
    return list(found([example], finder(order), tokens, seed))  # type: ignore[arg-type]


def test_questions_of_one_page_share_the_evidence_in_which_they_stand() -> None:
    examples = [example for seed in range(8) for example in made([INVENTORIES, SALES], [0, 2, 1], seed)]
    assert {example.source for example in examples} == {"found"}
    assert any({one.line for one in example.asked} == {INVENTORIES.line, SALES.line} for example in examples)
    for example in examples:
        assert all("5,409" in "".join(example.passages) for one in example.asked if one == INVENTORIES)


def test_a_question_whose_page_was_found_late_gets_it_all_the_same() -> None:
    (example,) = made([INVENTORIES], [0] * 12 + [1])
    assert "5,409" in "".join(example.passages)


def test_where_the_page_is_withheld_the_evidence_does_not_state_it() -> None:
    lines = {one.line for seed in range(200) for each in made([INVENTORIES], [1, 2], seed) for one in each.asked}
    assert lines == {INVENTORIES.line, "missing"}
    withheld = [
        each for seed in range(200) for each in made([INVENTORIES], [1, 2], seed) if each.asked[0].line == "missing"
    ]
    assert all("5,409" not in "".join(example.passages) for example in withheld)


def test_a_line_that_its_page_does_not_bear_is_left_out() -> None:
    assert all(one != ABROAD for seed in range(20) for each in made([ABROAD], [1, 2], seed) for one in each.asked)
