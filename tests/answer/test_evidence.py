"""What is given to the model fits, and what the question needs is in it."""

from __future__ import annotations

import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from finslm.answer.evidence import fitting
from finslm.documents import Passage

TABLE = "(in millions) | 2019 | 2018\nSales | 10 | 8\nCosts | 7 | 6"
TEXT = (
    "".join(f"Sentence {n} speaks of nothing much at all.\n" for n in range(80)) + "The auditor is Ann Lee. Tax fell."
)


def words(text: str) -> int:
    return len(text.split())


def passage(name: str, text: str, start: int = 0) -> Passage:
    return Passage(name, "d", 3, start, start + len(text), text)


def test_what_fits_stays_as_it_is() -> None:
    passages = [passage("a", TABLE), passage("b", TEXT, 50)]
    assert fitting(passages, "Who is the auditor?", 2000, words) == tuple(passages)


def test_tables_and_the_sentences_asked_for_stay() -> None:
    kept = fitting([passage("b", TEXT, 50), passage("a", TABLE)], "Who is the auditor?", 60, words)
    assert kept[-1].text == TABLE
    assert any("The auditor is Ann Lee." in each.text for each in kept)
    assert sum(words(each.text) for each in kept) <= 60


def test_of_a_table_too_large_the_headings_and_the_rows_asked_for_stay() -> None:
    rows = "\n".join(f"Row {n} | {n} | {n + 1}" for n in range(200))
    table = f"(in millions) | 2019 | 2018\n{rows}\nImpairment of goodwill | 5 | 4"
    kept = "".join(each.text for each in fitting([passage("a", table)], "What was the impairment?", 40, words))
    assert "2019 | 2018" in kept
    assert "Impairment of goodwill | 5 | 4" in kept


def test_of_a_text_without_sentences_what_is_asked_for_stays() -> None:
    wall = "word " * 4000 + "the auditor is Ann Lee " + "word " * 4000
    kept = fitting([passage("a", wall)], "Who is the auditor?", 1000, words)
    assert any("auditor is Ann Lee" in each.text for each in kept)
    assert fitting([passage("a", "x" * 9000)], "Who?", 2500, len)


@given(st.text(alphabet="ab .\n|2019", max_size=300), st.integers(1, 60))
def test_every_piece_stands_where_it_says(text: str, tokens: int) -> None:
    kept = fitting([passage("a", text, 7), passage("b", TABLE)], "sales 2019", tokens, words)
    sources = {"a": (text, 7), "b": (TABLE, 0)}
    for each in kept:
        source, start = sources[each.id]
        assert source[each.start - start : each.end - start] == each.text
    assert sum(words(each.text) for each in kept) <= max(tokens, 0) or kept == (
        passage("a", text, 7),
        passage("b", TABLE),
    )


SCRIPT = """
import random
from finslm.answer.evidence import fitting
from finslm.documents import Passage
chance = random.Random(5)
names = [f"w{i}" for i in range(14)]
lines = [" ".join(chance.sample(names, 14)) for _ in range(60)]  # all of one score, but for how it is rounded
lines += [" ".join(names[: 1 + n % 14]) for n in range(90)]
text = "\\n".join(lines)
kept = fitting([Passage("a", "d", 0, 0, len(text), text)], " ".join(names), 300, lambda text: len(text.split()))
print([(piece.start, piece.end) for piece in kept])
"""


def test_the_same_pieces_stay_in_every_process() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(4)
    }
    assert len(said) == 1
