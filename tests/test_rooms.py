"""A room imports only from rooms below it."""

import ast
from pathlib import Path

import pytest

import finslm

PACKAGE = Path(finslm.__file__).parent
LEVELS = [
    ("cli",),
    ("tui", "airgap", "distill"),
    ("desk",),
    ("triage",),
    ("answer",),
    ("search",),
    ("ingest",),
    ("policy",),
    ("audit",),
    ("vault",),
    ("model",),
    ("table_json", "money"),
    ("documents", "config"),
    ("errors",),
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}


def imports_of(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text())))
    modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    modules |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[1] for name in modules if name.startswith("finslm.")}


ROOMS = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}


@pytest.mark.parametrize("room", sorted(ROOMS & set(LEVEL)))
def test_a_room_imports_only_from_below(room: str) -> None:
    place = PACKAGE / room
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    above = {
        (file.name, name) for file in files for name in imports_of(file) - {room} if LEVEL.get(name, -1) <= LEVEL[room]
    }
    assert above == set()


def test_every_room_has_its_level() -> None:
    assert ROOMS - {"__init__", "_shipped"} <= set(LEVEL)


def test_no_module_is_longer_than_400_lines() -> None:
    long = [file.name for file in PACKAGE.rglob("*.py") if len(file.read_text().splitlines()) > 400]
    assert long == []
