from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tiny_model import TinyModel, sha256

from finslm.errors import (
    FinslmError,
    ModelHashMismatch,
    ModelMissing,
    ModelNotAllowed,
    PathMissing,
    UsageError,
)
from finslm.model.registry import Registry

HOUSE_BYTES = b"GGUF of the house"


@pytest.fixture
def registry(tiny: TinyModel, tmp_path: Path) -> Registry:
    """A registry that can build `tiny` and allows it for everything, and `house` for triage alone."""
    _write_manifest(tiny, tmp_path / "data" / "models" / "tiny" / "manifest.toml")
    (tmp_path / "house.bin").write_bytes(HOUSE_BYTES)
    _write_policy(tmp_path / "policies", tiny.manifest.built.sha256, sha256(tmp_path / "house.bin"))
    return Registry(tmp_path / "models", tmp_path / "data", tmp_path / "policies")


def _write_policy(folder: Path, tiny_sha256: str, house_sha256: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "models.toml").write_text(f"""
[jobs]
ask = "tiny"
triage = "tiny"
summary = "tiny"
[[allowed]]
name = "tiny"
sha256 = "{tiny_sha256}"
jobs = ["ask", "triage", "summary"]
[[allowed]]
name = "house"
sha256 = "{house_sha256}"
jobs = ["triage"]
""")


def _write_manifest(tiny: TinyModel, path: Path) -> None:
    base, built, url = tiny.manifest.base, tiny.manifest.built, tiny.manifest.sources[1]
    adapter, importance = tiny.manifest.adapter, tiny.manifest.importance
    shutil.copytree(tiny.parts, path.parent)
    path.write_text(f"""
name = "tiny"
description = "Tiny."
license = "Apache-2.0"
base_model = "none"
architecture = "llama"
parameters = 1
context_tokens = 512
template = "chatml"
[base]
file = "{base.file}"
size_bytes = {base.size_bytes}
sha256 = "{base.sha256}"
[[sources]]
kind = "url"
url = "{url.url}"
[built]
file = "{built.file}"
size_bytes = {built.size_bytes}
sha256 = "{built.sha256}"
linear = "{built.linear}"
embedding = "{built.embedding}"
fine = {json.dumps(built.fine)}
[adapter]
file = "{adapter.file}"
size_bytes = {adapter.size_bytes}
sha256 = "{adapter.sha256}"
[importance]
file = "{importance.file}"
size_bytes = {importance.size_bytes}
sha256 = "{importance.sha256}"
""")


def test_model_that_is_not_built_says_how_to_build_it(registry: Registry) -> None:
    with pytest.raises(ModelMissing) as missing:
        registry.path_for("tiny")
    assert str(missing.value) == (
        "model tiny is not built on this machine; nothing was run; build it with `finslm model build tiny`"
    )


def test_built_model_is_handed_out(registry: Registry, tiny: TinyModel) -> None:
    registry.build("tiny")
    assert sha256(registry.path_for("tiny")) == tiny.manifest.built.sha256


def test_one_changed_byte_is_found_though_size_and_time_are_the_same(registry: Registry) -> None:
    path = registry.build("tiny").path
    assert registry.path_for("tiny") == path
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(before.st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ModelHashMismatch) as refusal:
        registry.path_for("tiny")
    assert refusal.value.exit_code == 4
    assert "model tiny does not match its pinned hash; nothing was run" in str(refusal.value)


def test_model_whose_hash_was_taken_from_the_policy_does_not_run(registry: Registry, tmp_path: Path) -> None:
    registry.build("tiny")
    _write_policy(tmp_path / "policies", "0" * 64, "1" * 64)
    fresh = Registry(tmp_path / "models", tmp_path / "data", tmp_path / "policies")
    with pytest.raises(ModelNotAllowed) as refusal:
        fresh.path_for("tiny")
    assert refusal.value.exit_code == 4


def test_list_tells_how_each_model_stands(registry: Registry) -> None:
    registry.build("tiny")
    standing = {status.name: status for status in registry.list()}
    assert standing["tiny"].is_verified
    assert standing["tiny"].in_use_for == ("ask", "triage", "summary")
    assert standing["house"].state == "missing"
    assert standing["house"].jobs == ("triage",)


def test_list_tells_of_a_changed_file(registry: Registry) -> None:
    registry.build("tiny").path.write_bytes(b"another file")
    assert {status.name: status.state for status in registry.list()}["tiny"] == "mismatch"


def test_model_of_the_firm_is_added_by_its_hash(registry: Registry, tmp_path: Path) -> None:
    status = registry.add(tmp_path / "house.bin")
    assert (status.name, status.state) == ("house", "verified")
    assert registry.path_for("house").read_bytes() == HOUSE_BYTES


def test_model_that_the_policy_does_not_name_is_not_added(registry: Registry, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.gguf"
    stranger.write_bytes(b"GGUF of nobody")
    with pytest.raises(ModelNotAllowed, match=sha256(stranger)):
        registry.add(stranger)
    assert not (tmp_path / "models").exists()


def test_file_to_add_must_exist(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(PathMissing):
        registry.add(tmp_path / "nowhere.gguf")


def test_choice_of_use_stays(registry: Registry, tmp_path: Path) -> None:
    registry.add(tmp_path / "house.bin")
    registry.use("house", "triage")
    fresh = Registry(tmp_path / "models", tmp_path / "data", tmp_path / "policies")
    assert fresh.model_for("triage") == "house"
    assert fresh.model_for("ask") == "tiny"
    assert fresh.status("house").in_use_for == ("triage",)


def test_model_is_not_used_for_a_job_that_the_policy_does_not_allow(registry: Registry, tmp_path: Path) -> None:
    registry.add(tmp_path / "house.bin")
    with pytest.raises(ModelNotAllowed, match="the model house for ask"):
        registry.use("house", "ask")
    assert registry.model_for("ask") == "tiny"


def test_choice_written_past_the_policy_is_refused(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "use.json").write_text(json.dumps({"ask": "house"}))
    with pytest.raises(ModelNotAllowed):
        registry.model_for("ask")


def test_model_that_is_not_built_cannot_be_chosen(registry: Registry) -> None:
    with pytest.raises(ModelMissing):
        registry.use("tiny", "ask")


def test_model_named_for_one_call_wins(registry: Registry) -> None:
    assert registry.model_for("triage", override="house") == "house"


@pytest.mark.parametrize("call", [lambda r: r.path_for("nobody"), lambda r: r.model_for("ask", "nobody")])
def test_unknown_model_is_wrong_usage_and_the_known_ones_are_named(registry: Registry, call) -> None:
    with pytest.raises(UsageError, match=r"there is no model nobody.*tiny, house"):
        call(registry)


def test_unknown_job_is_wrong_usage(registry: Registry) -> None:
    with pytest.raises(UsageError, match="ask, triage, summary"):
        registry.model_for("trading")


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('summary = "tiny"', "", "it names no model for summary"),
        ('jobs = ["triage"]', 'jobs = ["trading"]', "allowed.1.jobs.0"),
        ("[jobs]", "[jobs", "it is not TOML"),
    ],
)
def test_wrong_policy_runs_no_model(registry: Registry, tmp_path: Path, before: str, after: str, named: str) -> None:
    policy = tmp_path / "policies" / "models.toml"
    policy.write_text(policy.read_text().replace(before, after, 1))
    with pytest.raises(FinslmError, match=named):
        registry.model_for("ask")


def test_missing_policy_runs_no_model(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "policies" / "models.toml").unlink()
    with pytest.raises(FinslmError, match="there is no such file; no model was run"):
        registry.path_for("tiny")


def test_damaged_choices_say_what_to_do(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "use.json").write_text("{")
    with pytest.raises(FinslmError, match="delete the file"):
        registry.model_for("ask")
