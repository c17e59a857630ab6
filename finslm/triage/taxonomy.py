"""The label sets: which words a triage record may use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from finslm.errors import IntegrityError


@dataclass(frozen=True)
class Taxonomy:
    """The labels of each kind, in the order in which the file gives them; ordered scales go from low to high."""

    doc_type: tuple[str, ...]
    event: tuple[str, ...]
    sentiment: tuple[str, ...]
    sensitivity: tuple[str, ...]
    priority: tuple[str, ...]
    figure_unit: tuple[str, ...]
    figure_scale: tuple[str, ...]
    pii_type: tuple[str, ...]


def load_taxonomy(path: Path) -> Taxonomy:
    """The taxonomy of `data/taxonomy.json`. Raises IntegrityError when the file is not one."""
    try:
        sets = json.loads(path.read_text("utf-8"))
        return Taxonomy(**{kind: tuple(map(str, labels)) for kind, labels in sets.items()})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise IntegrityError(
            f"the label sets in {path.name} cannot be read ({type(error).__name__})",
            safe="nothing was triaged",
            next_step="restore the data folder from the installation",
        ) from error
