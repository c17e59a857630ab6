from hypothesis import given
from hypothesis import strategies as st

from finslm.documents import Page
from finslm.search.passages import PASSAGE_CHARACTERS, cut


@given(st.text(alphabet="ab \n1,.", max_size=6000))
def test_passages_keep_their_places_and_leave_nothing_out(text: str) -> None:
    passages = list(cut("d", Page(0, text)))
    assert all(p.text == text[p.start : p.end] and 0 < len(p.text) <= PASSAGE_CHARACTERS for p in passages)
    covered = {i for p in passages for i in range(p.start, p.end)}
    assert "".join(c for i, c in enumerate(text) if i not in covered).strip() == ""
