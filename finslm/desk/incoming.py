"""The files of one ingest: each with where it goes, what surrounds it, and what a person should know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from finslm.desk.duplicates import NearDuplicates
from finslm.desk.inside import Allowance
from finslm.documents import Attachment, Reading, Sensitivity
from finslm.ingest import instructed_pages, notes_on_pages, path_text


@dataclass(frozen=True)
class Run:
    """What all files of one call share."""

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
    """A file to store, or one inside it, `depth` files deep; `parent` is the id of the document around it.

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

    def inside(self, attachment: Attachment, parent: str | None) -> Incoming:
        """A file that was found inside this one."""
        name = attachment.name
        place = self.path / name
        return Incoming(place, f"{self.filename}/{name}", self.allowance, attachment, self.depth + 1, parent)
