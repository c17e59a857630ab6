"""The progress of a run over files, each of which may hold others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


class FilesBar:
    """A bar that counts the files of which something is done; what lies inside a file counts as that file."""

    def __init__(self, bar: Progress, title: str) -> None:
        self._bar = bar
        self._task = bar.add_task(title, total=None)
        self._files: frozenset[Path] = frozenset()
        self._begun: set[Path] = set()

    def expect(self, files: Iterable[Path]) -> None:
        """Says which files there are."""
        self._files = frozenset(files)
        self._bar.update(self._task, total=len(self._files))

    def reach(self, path: str, title: str | None = None) -> None:
        """Counts the file at `path`, or the one around it."""
        self._begun.update(self._around(Path(path)))
        self._bar.update(self._task, completed=len(self._begun), description=title)

    def name_of(self, path: str) -> str:
        """The name of a file, with that of the one around it: `mail.eml/report.pdf`."""
        place = Path(path)
        around = next(iter(self._around(place)), place)
        return str(place.relative_to(around.parent))

    def _around(self, place: Path) -> frozenset[Path]:
        return self._files.intersection((place, *place.parents))
