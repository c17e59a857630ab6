"""The choices of `finslm model use`, as JSON beside the models. The allow-list limits them at every load."""

from __future__ import annotations

import json
from pathlib import Path

from finslm.errors import FinslmError
from finslm.model.allow_list import Job
from finslm.model.disk import flush_to_disk, named_when_full


def load_choices(path: Path) -> dict[str, str]:
    """The model chosen for each job; empty when nobody chose."""
    try:
        choices = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(choices, dict) or not all(isinstance(name, str) for name in choices.values()):
        raise _damaged(path)
    return choices


def write_choice(path: Path, job: Job, name: str) -> None:
    """Adds one choice; the file is replaced whole."""
    choices = load_choices(path) | {job: name}
    draft = path.with_name(f".{path.name}.draft")
    with named_when_full(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(choices, indent=2) + "\n", encoding="utf-8")
        flush_to_disk(draft)
    draft.replace(path)


def _damaged(path: Path) -> FinslmError:
    return FinslmError(
        f"the chosen models in {path} cannot be read",
        safe="no model was run",
        next_step="delete the file to go back to the defaults of the policy",
    )
