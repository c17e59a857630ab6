"""Files read by threads, each in a process of its own, while somebody works on those before them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from finslm.config import Settings
from finslm.desk.incoming import Incoming
from finslm.documents import Reading
from finslm.errors import UnreadableDocument
from finslm.ingest import reason_of


@dataclass(frozen=True)
class Opened:
    """A file with the digest of its bytes, empty where they cannot be had, and its reading, or why there is none."""

    file: Incoming
    sha256: str
    reading: Reading | str


class ReadingAhead:
    """Reads with `readers`, and `most` files ahead, so that a folder of any size fits into memory."""

    def __init__(self, readers: Executor, most: int, settings: Settings) -> None:
        self._readers = readers
        self._most = most
        self._settings = settings

    def opened(self, files: Iterable[Incoming]) -> Iterator[Opened]:
        """Each file as read, in order. Raises ReaderUnprotected."""
        waiting: deque[Future[Opened]] = deque()
        for file in files:
            waiting.append(self._readers.submit(_opened, file, self._settings))
            if len(waiting) > self._most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _opened(file: Incoming, settings: Settings) -> Opened:
    sha256 = ""
    try:
        sha256, _ = file.measured()
        return Opened(file, sha256, file.read(settings))
    except (UnreadableDocument, OSError) as error:
        return Opened(file, sha256, reason_of(error))
