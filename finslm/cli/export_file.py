"""The file that a document leaves the vault in.

.json   the fields of `docs show --json`, with all pages: {..., "pages": [{"index", "text"}], "tables": [...]}
.txt    the text of the pages, a form feed between two
"""

from __future__ import annotations

import os
from pathlib import Path

from finslm.cli.output import json_line, to_json
from finslm.documents import Export
from finslm.errors import NoSpaceLeft, PathMissing, UsageError
from finslm.vault import new_private_file

ENDINGS = (".json", ".txt")


class ExportFile:
    """A new file that its owner alone may read. Raises UsageError for another ending, or a file that is there."""

    def __init__(self, path: Path) -> None:
        if path.suffix.lower() not in ENDINGS:
            raise UsageError(
                f"a document cannot be exported as {path.suffix or 'a file without an ending'}; the vault keeps text and tables",
                safe="nothing was written",
                next_step=f"name a file that ends in {' or '.join(ENDINGS)}",
            )
        if path.exists():
            raise UsageError(f"{path} exists already", safe="it was not touched", next_step="name a new file")
        if not path.absolute().parent.is_dir():
            raise PathMissing(
                f"the folder of {path} does not exist", safe="nothing was written", next_step="make the folder first"
            )
        self._path = path

    def write(self, exported: Export) -> None:
        """Writes the document; the file is whole or absent. Raises NoSpaceLeft, UsageError."""
        is_json = self._path.suffix.lower() == ".json"
        text = _as_json(exported) if is_json else "\f".join(page.text for page in exported.pages)
        try:
            opened = new_private_file(self._path)
        except OSError as error:
            raise UsageError(
                f"{self._path} cannot be written ({error.strerror})",
                safe="nothing was written",
                next_step="name a new file",
            ) from error
        try:
            with opened as file:
                file.write(text.encode("utf-8", "surrogatepass"))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self._path.unlink()
            raise NoSpaceLeft(
                f"{self._path} could not be written ({error.strerror})",
                safe="the vault is whole, and no part of the file was left",
                next_step="free some space and run the command again",
            ) from error


def _as_json(exported: Export) -> str:
    fields = {**to_json(exported.document), "pages": exported.pages, "tables": exported.tables}
    return json_line(fields) + "\n"
