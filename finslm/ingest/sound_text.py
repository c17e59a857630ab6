"""Text that every encoding, file and database can hold."""

from __future__ import annotations


def sound(text: str) -> str:
    """`text` without lone surrogates: a question mark stands for each."""
    return text.encode("utf-8", "replace").decode()
