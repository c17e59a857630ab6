"""What every test may use: the samples, a real vault, a desk on it, and the small model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from finslm.config import Settings, shipped
from finslm.desk import Desk
from finslm.model import Engine, Registry

PASSPHRASE = "ledger orchard seventeen"
SAMPLES = shipped("data") / "samples"


@pytest.fixture(scope="session")
def samples() -> Path:
    return SAMPLES


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(model="finslm-135m")


@pytest.fixture(scope="session")
def model_path(settings: Settings) -> Path:
    """The built small model; `make model-small` builds it."""
    return Registry(settings.models_dir, settings.data_dir, settings.policies_dir).path_for("finslm-135m")


@pytest.fixture(scope="session")
def engine(model_path: Path) -> Iterator[Engine]:
    engine = Engine(model_path, is_proven=True, context_tokens=2048)
    yield engine
    engine.close()


@pytest.fixture
def passphrase() -> str:
    return PASSPHRASE


@pytest.fixture
def vault_path(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def desk(vault_path: Path, settings: Settings) -> Iterator[Desk]:
    with Desk.create(vault_path, PASSPHRASE, user="alice", settings=settings) as desk:
        yield desk
