"""The doctor: looks at everything FinSLM needs on this machine, by trying it."""

from __future__ import annotations

from finslm.airgap.check import Check
from finslm.airgap.machine_checks import cores, memory, native_build, python_version
from finslm.airgap.model_checks import answers_offline, built_models
from finslm.airgap.place_checks import config_file, free_disk
from finslm.airgap.software_checks import (
    cipher_and_search,
    constrained_decoding,
    optical_recognition,
    packages,
    reading_process,
)
from finslm.config import Settings

__all__ = ["Check", "diagnose"]


def diagnose(settings: Settings) -> tuple[Check, ...]:
    """Every finding about this installation, in the order in which one would mend it. Takes a few seconds."""
    return (
        python_version(),
        *packages(),
        cores(settings.threads),
        memory(),
        native_build(),
        cipher_and_search(),
        constrained_decoding(),
        *reading_process(),
        optical_recognition(),
        config_file(settings),
        free_disk("free disk for the vault", settings.vault),
        free_disk("free disk for the models", settings.models_dir),
        *built_models(settings),
        answers_offline(settings),
    )
