"""The files inside a file: bare names, and the sentence for one that is kept out."""

from __future__ import annotations

from finslm.documents import Attachment

LONGEST_NAME = 120


def bare_name(name: str) -> str:
    """`name` without folders and characters that move a terminal's cursor; `unnamed` when nothing is left."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    printable = "".join(char for char in last if char.isprintable()).strip()
    kept = printable if printable.strip(".") else ""
    return kept[-LONGEST_NAME:] or "unnamed"


def kept_out(name: str, happened: str, next_step: str) -> Attachment:
    """An attachment of which nothing but the reason is passed on."""
    return Attachment(name, b"", f"{happened}; the other documents are not affected; {next_step}")
