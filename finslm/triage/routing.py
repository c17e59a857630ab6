"""What the policy is told about a triaged document when it is asked for a queue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RoutingFacts:
    """The facts that a routing rule may use; the same names stand in `policies/routing.cedar`."""

    doc_type: str
    sensitivity: str
    priority: str
    events: tuple[str, ...]
    needs_review: bool

    def as_context(self) -> dict[str, str | bool | list[str]]:
        """The facts as the context of a Cedar request."""
        return {
            "doc_type": self.doc_type,
            "sensitivity": self.sensitivity,
            "priority": self.priority,
            "events": list(self.events),
            "needs_review": self.needs_review,
        }
