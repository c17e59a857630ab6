"""The files of one run: each with where it goes, what surrounds it, and what a person should know of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from finslm.config import Settings
from finslm.desk.duplicates import NearDuplicates
from finslm.desk.inside import Allowance
from finslm.documents import Attachment, Reading, Sensitivity
from finslm.ingest import file_digest, instructed_pages, notes_on_pages, path_text, read_attachment, read_document

NOT_FOLLOWED = "a symbolic link inside a folder is not followed; name it outright to have it read"


@dataclass(frozen=True)
class Run:
    """What all files of one ingest share."""

    collection: str
    sensitivity: Sensitivity
    triggers: tuple[re.Pattern[str], ...]
    duplicates: NearDuplicates

    def notes_on(self, reading: Reading) -> tuple[str, ...]:
        """What a person should know of a reading."""
        instructed = instructed_pages(reading.pages, self.triggers)
        return (*reading.notes, *notes_on_pages(("text addresses an AI reader on pages", instructed)))


@dataclass(frozen=True)
class Incoming:
    """A file to read, or one inside it, `depth` files deep; `parent` is the id of the stored document around it.

    `allowance` is what may still come out of the file that the user named.
    """

    path: Path
    filename: str
    allowance: Allowance
    attachment: Attachment | None = None
    depth: int = 0
    parent: str | None = None

    @classmethod
    def named(cls, path: Path) -> Incoming:
        """A file that the user named, or that lies in a folder that he named."""
        return cls(path, path_text(Path(path.name)), Allowance())

    def inside(self, attachment: Attachment, parent: str | None = None) -> Incoming:
        """A file that was found inside this one; its bytes are kept out when the allowance is spent."""
        name, depth = attachment.name, self.depth + 1
        admitted = self.allowance.admit(attachment, depth)
        return Incoming(self.path / name, f"{self.filename}/{name}", self.allowance, admitted, depth, parent)

    def measured(self) -> tuple[str, int]:
        """The digest of the file's bytes, empty where they are kept out, and how many they are.

        Raises UnreadableDocument, OSError.
        """
        if self.attachment is None:
            return file_digest(self.path), self.path.stat().st_size
        content = self.attachment.content
        return "" if self.attachment.refusal else hashlib.sha256(content).hexdigest(), len(content)

    def read(self, settings: Settings) -> Reading:
        """The file's pages, read within the settings' limits. Raises UnreadableDocument, OSError."""
        reader = partial(read_attachment, self.attachment) if self.attachment else partial(read_document, self.path)
        return reader(
            timeout_s=settings.reader_timeout_s,
            memory_bytes=settings.reader_memory_bytes,
            ocr_page_timeout_s=settings.ocr_page_timeout_s,
        )
