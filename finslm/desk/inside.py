"""How much may come out of one file: an archive in an archive in a mail has to end somewhere."""

from __future__ import annotations

from finslm.documents import Attachment
from finslm.ingest import kept_out

MOST_DEPTH = 4
MOST_FILES = 2000
MOST_BYTES = 512 * 2**20


class Allowance:
    """What the files inside one file may still amount to, whatever their nesting."""

    def __init__(self) -> None:
        self._files = MOST_FILES
        self._bytes = MOST_BYTES

    def admit(self, attachment: Attachment, depth: int) -> Attachment:
        """The file, `depth` files deep, counted; only the reason why it is kept out when that is too many or too much."""
        if depth > MOST_DEPTH:
            return _too_much(attachment, f"the file lies more than {MOST_DEPTH} files deep")
        if self._files < 1:
            return _too_much(attachment, f"more than {MOST_FILES} files lie inside one")
        if self._bytes < len(attachment.content):
            return _too_much(attachment, f"the files inside one unpack to more than {MOST_BYTES // 2**20} MiB")
        self._files -= 1
        self._bytes -= len(attachment.content)
        return attachment


def _too_much(attachment: Attachment, happened: str) -> Attachment:
    return kept_out(attachment.name, happened, "unpack it and read its folder")
