"""How much may come out of one file: an archive in an archive in a mail has to end somewhere."""

from __future__ import annotations

from finslm.documents import Attachment
from finslm.errors import UnreadableDocument

MOST_DEPTH = 4
MOST_FILES = 2000
MOST_BYTES = 512 * 2**20


class Allowance:
    """What the files inside one file may still amount to, whatever their nesting."""

    def __init__(self) -> None:
        self._files = MOST_FILES
        self._bytes = MOST_BYTES

    def take(self, attachment: Attachment, depth: int) -> None:
        """Counts one file that lies `depth` files deep. Raises UnreadableDocument when that is too many or too much."""
        if depth > MOST_DEPTH:
            raise _too_much(f"the file lies more than {MOST_DEPTH} files deep")
        if self._files < 1:
            raise _too_much(f"more than {MOST_FILES} files lie inside one")
        if self._bytes < len(attachment.content):
            raise _too_much(f"the files inside one unpack to more than {MOST_BYTES // 2**20} MiB")
        self._files -= 1
        self._bytes -= len(attachment.content)


def _too_much(happened: str) -> UnreadableDocument:
    return UnreadableDocument(
        happened, safe="the other documents are not affected", next_step="unpack it and read its folder"
    )
