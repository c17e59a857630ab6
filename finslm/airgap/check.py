"""One finding of the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "failure"]


@dataclass(frozen=True)
class Check:
    """What was looked at, how it stands, what was seen, and what to do about it (empty when it is well)."""

    name: str
    level: Level
    detail: str
    advice: str = ""

    @property
    def is_ok(self) -> bool:
        """Whether FinSLM works with this: a warning costs speed or comfort, a failure costs the product."""
        return self.level != "failure"
