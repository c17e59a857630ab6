"""FinSLM: an on-premises assistant for finance analysts.

`Desk` is the one door: an opened vault with an identity, the policy, the audit log and the model.

    from finslm import Desk
    with Desk.open(vault, passphrase) as desk:
        answer = desk.ask(Question("What was revenue in 2023?"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finslm.documents import Answer, Citation, Document, Filters, Passage, Question, TriageRecord, Turn
from finslm.errors import FinslmError

if TYPE_CHECKING:
    from finslm.desk import Desk

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Citation",
    "Desk",
    "Document",
    "Filters",
    "FinslmError",
    "Passage",
    "Question",
    "TriageRecord",
    "Turn",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Loads the desk, and with it the database and the model's runtime, only when it is asked for."""
    if name == "Desk":
        from finslm.desk import Desk  # noqa: PLC0415

        return Desk
    raise AttributeError(f"module 'finslm' has no attribute {name!r}")
