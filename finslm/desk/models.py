"""The models a desk works with: which serves a job, loaded when first needed."""

from __future__ import annotations

import threading
from pathlib import Path

from finslm.config import Settings
from finslm.model import Engine, Job, ModelStatus, Registry, prefers_flash_attention, usable_cores


class Models:
    """The engines of one desk. May be called from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._registry = Registry(settings.models_dir, settings.data_dir, settings.policies_dir)
        self._engines: dict[str, Engine] = {}
        self._loading = threading.Lock()

    def name_for(self, job: Job, wanted: str | None = None) -> str:
        """The model that serves `job`: the wanted one, else the setting, where the policy allows it."""
        return self._registry.model_for(job, wanted or self._settings.model)

    def engine(self, name: str) -> Engine:
        """The model in memory. Raises ModelMissing, ModelHashMismatch, ModelUnusable."""
        with self._loading:
            if name not in self._engines:
                self._engines[name] = self._loaded(self._registry.path_for(name))
            return self._engines[name]

    def _loaded(self, path: Path) -> Engine:
        threads = self._settings.threads or usable_cores()
        cells = self._settings.context_tokens
        notes = self._settings.models_dir / "tuning.json"
        flash = prefers_flash_attention(path, threads=threads, context_tokens=cells, notes=notes)
        return Engine(path, is_proven=True, threads=threads, context_tokens=cells, flash_attention=flash)

    def is_taught(self, name: str) -> bool:
        """Whether our laboratory taught this model."""
        return self._registry.is_taught(name)

    def status(self) -> ModelStatus:
        """The model that answers questions: whether it is built, and the file the policy allows."""
        return self._registry.status(self.name_for("ask"))

    def close(self) -> None:
        """Frees every model, once a running call has ended."""
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()
