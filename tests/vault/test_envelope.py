import pytest
from hypothesis import given
from hypothesis import strategies as st

from finslm.errors import VaultTampered
from finslm.vault import seal, unseal
from finslm.vault.envelope import new_key

KEY = new_key()


@given(st.binary(max_size=2000), st.text(max_size=40))
def test_what_is_sealed_opens_again(plaintext: bytes, context: str) -> None:
    sealed = seal(KEY, plaintext, context)
    assert len(sealed) == len(plaintext) + 28
    assert unseal(KEY, sealed, context) == plaintext


@given(st.binary(min_size=1, max_size=200), st.data())
def test_one_flipped_bit_is_refused(plaintext: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, plaintext, "page:a:0"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(VaultTampered):
        unseal(KEY, bytes(sealed), "page:a:0")


def test_a_page_does_not_open_in_another_place_or_with_another_key() -> None:
    sealed = seal(KEY, b"net income", "page:a:0")
    with pytest.raises(VaultTampered):
        unseal(KEY, sealed, "page:a:1")
    with pytest.raises(VaultTampered):
        unseal(new_key(), sealed, "page:a:0")
