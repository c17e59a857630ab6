from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from finslm.config import shipped
from finslm.errors import FinslmError
from finslm.model.allow_list import load_allow_list
from finslm.model.manifest import WheelSource, load_manifest, load_manifests

SHIPPED = shipped("data") / "models" / "finslm-0.5b" / "manifest.toml"


def test_shipped_manifests_are_those_of_the_allow_list() -> None:
    manifests = load_manifests(shipped("data"))
    allow_list = load_allow_list(shipped("policies") / "models.toml")
    assert {name: manifest.built.sha256 for name, manifest in manifests.items()} == {
        entry.name: entry.sha256 for entry in allow_list.allowed
    }
    assert set(allow_list.jobs.values()) <= manifests.keys()


def test_pieces_of_every_shipped_base_add_up_to_it() -> None:
    for manifest in load_manifests(shipped("data")).values():
        for source in manifest.sources:
            if isinstance(source, WheelSource):
                assert sum(part.size_bytes for part in source.parts) == manifest.base.size_bytes


def test_manifest_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_manifest(SHIPPED).name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("pattern", "replacement", "named"),
    [
        (r'^file = "qwen', 'file = "../qwen', "base.file"),
        (r'^template = "chatml"', 'template = "jinja"', "template"),
        (r'^kind = "url"', 'kind = "torrent"', "sources.1"),
        (r"^parameters = \d+", "parameters = 0", "parameters"),
        (r'^linear = "IQ4_NL"', 'linear = "Q1_0"', "built.linear"),
        (r'^license = "Apache-2.0"', 'licence = "Apache-2.0"', "licen"),
    ],
)
def test_wrong_field_is_named(tmp_path: Path, pattern: str, replacement: str, named: str) -> None:
    text, changes = re.subn(pattern, replacement, SHIPPED.read_text("utf-8"), flags=re.MULTILINE)
    assert changes == 1
    (tmp_path / "manifest.toml").write_text(text, "utf-8")
    with pytest.raises(FinslmError, match=re.escape(named)):
        load_manifest(tmp_path / "manifest.toml")


def test_hash_that_is_no_sha256_is_refused(tmp_path: Path) -> None:
    pinned = tomllib.loads(SHIPPED.read_text("utf-8"))["built"]["sha256"]
    (tmp_path / "manifest.toml").write_text(SHIPPED.read_text("utf-8").replace(pinned, pinned[:-1]), "utf-8")
    with pytest.raises(FinslmError, match=r"built\.sha256"):
        load_manifest(tmp_path / "manifest.toml")


def test_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text("name = ", "utf-8")
    with pytest.raises(FinslmError, match=r"manifest\.toml is not valid: it is not TOML"):
        load_manifest(tmp_path / "manifest.toml")
