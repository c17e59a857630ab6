"""Settings: a TOML file and FINSLM_* environment variables, read once at the edge and passed down as a value."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Annotated

from platformdirs import PlatformDirs
from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

DIRS = PlatformDirs("finslm", appauthor=False)
CONFIG_FILE = Path(DIRS.user_config_dir) / "config.toml"


def shipped(name: str) -> Path:
    """The folder `data` or `policies` that came with this installation: in the wheel, or in the checkout."""
    inside = Path(str(importlib.resources.files("finslm"))) / "_shipped" / name
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent / name


class Settings(BaseSettings):
    """Every setting, with its default. `FINSLM_VAULT=/path` or `vault = "/path"` in config.toml sets one."""

    model_config = SettingsConfigDict(env_prefix="FINSLM_", frozen=True, extra="ignore", protected_namespaces=())

    vault: Path = Path(DIRS.user_data_dir) / "vault"
    passphrase_file: Path | None = None
    model: str | None = None
    """The model for every job, in place of the one that `model use` or the policy names."""
    models_dir: Path = Path(DIRS.user_data_dir) / "models"
    data_dir: Path = shipped("data")
    policies_dir: Path = shipped("policies")
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads for the model; 0 means every core this process may use."""
    context_tokens: Annotated[int, Field(ge=512)] = 4096
    evidence_tokens: Annotated[int, Field(ge=128)] = 1600
    """The largest evidence given to the model."""
    abstain_below: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Answers with a lower confidence are declined."""
    reader_timeout_s: Annotated[float, Field(gt=0)] = 120.0
    reader_memory_bytes: Annotated[int, Field(gt=0)] = 600 * 1024**2
    ocr_page_timeout_s: Annotated[float, Field(gt=0)] = 120.0
    """For one scanned page; a page that takes longer is named and left unread."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the TOML file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=CONFIG_FILE)
