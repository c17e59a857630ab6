"""The rules in force: every `*.cedar` file of the policies folder, evaluated by Cedar."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy

from finslm.documents import Decision, Document, Sensitivity
from finslm.errors import IntegrityError
from finslm.vault import Member

LEVELS: dict[Sensitivity, int] = {"public": 0, "internal": 1, "confidential": 2, "mnpi": 3}


@dataclass(frozen=True)
class Resource:
    """What an action is done to, as Cedar sees it."""

    type: str
    id: str
    attributes: Mapping[str, str | int]


def document_resource(document: Document) -> Resource:
    """A stored document with its collection and level."""
    attributes: dict[str, str | int] = {"collection": document.collection, "level": LEVELS[document.sensitivity]}
    return Resource("Document", document.id, attributes)


def collection_resource(name: str) -> Resource:
    """A collection by name."""
    return Resource("Collection", name, {"name": name})


def vault_resource(vault_id: str) -> Resource:
    """The vault as a whole."""
    return Resource("Vault", vault_id, {})


class Rules:
    """The policies of one folder, parsed once. Raises IntegrityError when they do not parse."""

    def __init__(self, folder: Path) -> None:
        files = sorted(folder.glob("*.cedar"))
        text = "\n".join(file.read_text() for file in files)
        queues_file = folder / "queues.toml"
        try:
            if not files:
                raise ValueError("it holds no .cedar file")
            self._policies = cedarpy.PolicySet.from_str(text)
            self._names = _rule_names(text)
            queues = tomllib.loads(queues_file.read_text())["queue"]
            self._queues = tuple(str(queue["name"]) for queue in queues)
        except (ValueError, KeyError, OSError) as error:
            raise IntegrityError(
                f"the policies in {folder} cannot be read ({error})",
                safe="nothing is permitted without them, and nothing was done",
                next_step="restore the folder from the installation, or mend the file",
            ) from error
        self.digest = hashlib.sha256((text + queues_file.read_text()).encode()).hexdigest()[:16]
        """The first 16 hexadecimal digits of the SHA-256 of all rules; each audit entry names it."""

    def decide(
        self, member: Member, action: str, resource: Resource, context: Mapping[str, int] | None = None
    ) -> Decision:
        """May `member` do `action` to `resource`?"""
        user = {
            "uid": _uid("User", member.name),
            "attrs": {
                "roles": list(member.roles),
                "clearance": LEVELS[member.clearance],
                "collections": list(member.collections),
            },
            "parents": [],
        }
        thing = {"uid": _uid(resource.type, resource.id), "attrs": dict(resource.attributes), "parents": []}
        request = {
            "principal": _uid("User", member.name),
            "action": _uid("Action", action),
            "resource": _uid(resource.type, resource.id),
            "context": dict(context or {}),
        }
        result = cedarpy.is_authorized(request, self._policies, [user, thing])
        reasons = tuple(self._names[reason] for reason in result.diagnostics.reasons)
        return Decision(member.name, action, f"{resource.type}:{resource.id}", result.allowed, reasons)

    def route(self, facts: Mapping[str, Any]) -> str:
        """The first queue, in the order of `queues.toml`, that the rules permit for a document with these facts."""
        for queue in self._queues:
            request = {
                "principal": _uid("Agent", "triage"),
                "action": _uid("Action", "route"),
                "resource": _uid("Queue", queue),
                "context": dict(facts),
            }
            if cedarpy.is_authorized(request, self._policies, []).allowed:
                return queue
        # Fail closed: a document that no rule places goes to the strictest reader, the first queue.
        return self._queues[0]


def _rule_names(text: str) -> dict[str, str]:
    """The `@id` of each rule by Cedar's own number for it; a rule without one keeps the number."""
    rules = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
    return {number: rule.get("annotations", {}).get("id", number) for number, rule in rules.items()}


def _uid(type_name: str, name: str) -> dict[str, str]:
    return {"type": type_name, "id": name}
