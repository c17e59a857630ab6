"""Where things lie: settings, vault, models, and the room on their disks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from finslm.airgap.check import Check
from finslm.config import CONFIG_FILE, Settings

ENOUGH_DISK_BYTES = 2 * 1000**3


def config_file(settings: Settings) -> Check:
    """Which settings file counts, and the places that follow from it."""
    state = "is read" if CONFIG_FILE.is_file() else "does not exist, so the defaults hold"
    places = f"vault {settings.vault}, models {settings.models_dir}, policies {settings.policies_dir}"
    if not settings.policies_dir.is_dir() or not settings.data_dir.is_dir():
        advice = "set FINSLM_POLICIES_DIR and FINSLM_DATA_DIR, or reinstall FinSLM"
        return Check("settings", "failure", f"{places}: not all of them exist", advice)
    return Check("settings", "ok", f"{CONFIG_FILE} {state}; {places}")


def free_disk(name: str, place: Path) -> Check:
    """Whether something can be written under `place`, which need not exist yet."""
    folder = _standing(place)
    if not os.access(folder, os.W_OK):
        return Check(name, "failure", f"{folder} cannot be written", "change its owner, or set another place")
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1000**3:.1f} GB free under {folder}"
    if free >= ENOUGH_DISK_BYTES:
        return Check(name, "ok", detail)
    return Check(name, "warning", detail, "free some space: a model and its parts take 1.4 GB while it is built")


def _standing(place: Path) -> Path:
    return next(folder for folder in (place, *place.absolute().parents) if folder.is_dir())
