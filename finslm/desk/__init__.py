"""The one door: an opened vault with an identity, the policy, the audit log and the model.

What comes in is a use case of the product (`ingest`, `ask`, `triage`, ...); what goes out are frozen values. Each method
is: authorise, do, audit, return. Nothing is returned that could not be written down first. The room never reads a
document itself, never prints, and never lets anyone past it: CLI, TUI and Python users see nothing below `Desk`; `Models` alone serves who measures models without a vault.
"""

from finslm.desk.desk import Desk
from finslm.desk.models import Models

__all__ = ["Desk", "Models"]
