from __future__ import annotations

import sys
from pathlib import Path

import pytest

from finslm.airgap import Check, diagnose
from finslm.airgap.machine_checks import cores, judged
from finslm.airgap.place_checks import free_disk
from finslm.airgap.software_checks import optical_recognition
from finslm.config import Settings, shipped
from finslm.model.machine import Machine, usable_cores


def settings_in(folder: Path, **changes: object) -> Settings:
    places = {"vault": folder / "vault", "models_dir": folder / "models"}
    return Settings(**(places | {"data_dir": shipped("data"), "policies_dir": shipped("policies")} | changes))


def by_name(checks: tuple[Check, ...]) -> dict[str, Check]:
    return {check.name: check for check in checks}


@pytest.fixture(scope="module")
def on_an_empty_machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    return by_name(diagnose(settings_in(tmp_path_factory.mktemp("empty"))))


def test_libraries_of_this_installation_work(on_an_empty_machine: dict[str, Check]) -> None:
    for name in ("Python", "SQLCipher", "llguidance", "settings"):
        assert on_an_empty_machine[name].level == "ok", on_an_empty_machine[name]
    assert "FTS5" in on_an_empty_machine["SQLCipher"].detail


def test_default_model_that_is_not_built_is_a_failure_with_its_remedy(
    on_an_empty_machine: dict[str, Check],
) -> None:
    check = on_an_empty_machine["model finslm-0.5b"]
    assert not check.is_ok
    assert "finslm model build finslm-0.5b" in check.advice


def test_model_that_no_job_needs_may_be_missing(on_an_empty_machine: dict[str, Check]) -> None:
    assert on_an_empty_machine["model finslm-135m"].level == "ok"


def test_every_finding_that_is_not_well_says_what_to_do(on_an_empty_machine: dict[str, Check]) -> None:
    assert all(check.advice for check in on_an_empty_machine.values() if check.level != "ok")


def test_protections_of_the_reading_process_are_reported(on_an_empty_machine: dict[str, Check]) -> None:
    assert on_an_empty_machine["reading: memory is limited"].level == "ok"


def test_diagnosis_changes_nothing(tmp_path: Path) -> None:
    diagnose(settings_in(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_changed_model_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "finslm-0.5b.gguf").write_bytes(b"GGUF of somebody else")
    checks = by_name(diagnose(settings_in(tmp_path)))
    assert "does not match its pinned hash" in checks["model finslm-0.5b"].detail
    assert checks["answers without network"].level == "failure"


def test_folder_without_policies_is_a_failure_and_no_crash(tmp_path: Path) -> None:
    checks = by_name(diagnose(settings_in(tmp_path, policies_dir=tmp_path / "nowhere")))
    assert checks["settings"].level == "failure"
    assert checks["models"].level == "failure"


def test_library_compiled_for_an_older_processor_is_warned_of() -> None:
    check = judged(Machine(2, "CPU", frozenset({"AVX2", "AVX512"}), frozenset({"AVX2"})))
    assert check.level == "warning"
    assert "AVX512" in check.detail


def test_more_threads_than_cores_are_warned_of() -> None:
    assert cores(usable_cores() + 1).level == "warning"
    assert cores(0).level == "ok"


def test_free_disk_of_a_folder_to_come_is_that_of_its_parent(tmp_path: Path) -> None:
    check = free_disk("disk", tmp_path / "a" / "b")
    assert str(tmp_path) in check.detail
    assert "a/b" not in check.detail


@pytest.mark.model
def test_built_model_answers_in_a_process_without_network() -> None:
    registry_settings = Settings(model="finslm-135m")
    check = by_name(diagnose(registry_settings))["answers without network"]
    assert check.is_ok, check
    assert "grammar-bound answer" in check.detail
    assert "MB of memory for weights and context" in check.detail


def test_recognition_that_is_not_installed_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)  # as Python finds it where it is not installed
    check = optical_recognition()
    assert (check.level, check.detail) == ("ok", "not installed: scanned pages are named, not read")
    assert "finslm[ocr]" in check.advice


@pytest.mark.ocr
def test_recognition_is_tried(on_an_empty_machine: dict[str, Check]) -> None:
    check = on_an_empty_machine["OCR"]
    assert (check.level, check.advice) == ("ok", "")
    assert check.detail.startswith("rapidocr 3.10")
