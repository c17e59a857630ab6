"""The models: which are built and proven, and whether the default one answers without any network."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from finslm.airgap.check import Check
from finslm.config import Settings
from finslm.errors import FinslmError, ModelMissing
from finslm.model.machine import compiled_features
from finslm.model.registry import ModelStatus, Registry

TIMEOUT_S = 120.0
NAME = "answers without network"
WITHOUT_AMX = (
    "a known fault of AMX code from older compilers; reinstall llama-cpp-python from source with "
    "CMAKE_ARGS=\"-DCMAKE_C_FLAGS='-mno-amx-tile -mno-amx-int8 -mno-amx-bf16' "
    "-DCMAKE_CXX_FLAGS='-mno-amx-tile -mno-amx-int8 -mno-amx-bf16'\""
)


def built_models(settings: Settings) -> Iterator[Check]:
    """How each model stands. One that no job uses may be missing."""
    try:
        for status in _registry(settings).list():
            yield _judged(status)
    except FinslmError as error:
        yield Check("models", "failure", error.happened, error.next_step)


def answers_offline(settings: Settings) -> Check:
    """Has the model of `ask` answer in a process whose network was taken away."""
    registry = _registry(settings)
    try:
        path = registry.path_for(registry.model_for("ask", settings.model))
    except ModelMissing as error:
        return Check(NAME, "warning", f"not tried: {error.happened}", error.next_step)
    except FinslmError as error:
        return Check(NAME, "failure", error.happened, error.next_step)
    # By its file, not as a module: importing this package starts threads, and then no network can be dropped.
    command = [sys.executable, "-P", str(Path(__file__).with_name("model_trial.py"))]
    command += [str(path), str(settings.context_tokens)]
    try:
        trial = subprocess.run(  # noqa: S603 - our own interpreter with our own module
            command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return Check(NAME, "failure", f"no answer within {TIMEOUT_S:.0f} s", "stop other work and try again")
    if trial.returncode != 0:
        return _died(trial)
    return _told(json.loads(trial.stdout))


def _registry(settings: Settings) -> Registry:
    return Registry(settings.models_dir, settings.data_dir, settings.policies_dir)


def _judged(status: ModelStatus) -> Check:
    name, size = f"model {status.name}", f"{status.size_bytes / 1e6:.0f} MB"
    if status.is_verified:
        uses = ", ".join(status.in_use_for) or "no job"
        return Check(name, "ok", f"verified, {size}, {status.quantization}, in use for {uses}")
    if status.state == "missing":
        advice = f"`finslm model build {status.name}`, with --from FILE_OR_DIR where there is no network"
        return Check(name, "failure", "not built", advice) if status.in_use_for else Check(name, "ok", "not built")
    if status.state == "mismatch":
        advice = f"`finslm model build {status.name}`, and check who changed the file"
        return Check(name, "failure", "its file does not match its pinned hash", advice)
    return Check(name, "failure", "the policy does not allow it", "policies/models.toml names what may run")


def _died(trial: subprocess.CompletedProcess[str]) -> Check:
    if trial.returncode > 0:
        last = (trial.stderr.strip().splitlines() or ["no reason given"])[-1]
        return Check(NAME, "failure", f"the model does not run: {last}", "reinstall FinSLM with its dependencies")
    with_amx = any(feature.startswith("AMX") for feature in compiled_features())
    advice = WITHOUT_AMX if with_amx else "reinstall llama-cpp-python, compiled on this machine"
    return Check(NAME, "failure", f"llama.cpp died with {signal.Signals(-trial.returncode).name}", advice)


def _told(answer: dict[str, Any]) -> Check:
    took = f"{answer['seconds']:.1f} s, {answer['memory_bytes'] / 1e6:.0f} MB of memory for weights and context"
    detail = f"a grammar-bound answer in {took}"
    if answer["isolated"]:
        return Check(NAME, "ok", f"{detail}, in a process without network interfaces")
    advice = "to see it proven, allow user namespaces"
    return Check(NAME, "warning", f"{detail}, but this kernel does not let a process drop its network", advice)
