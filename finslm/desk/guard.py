"""Who may do what, and that it is written down: the policy and the audit log in front of every journey."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Mapping
from typing import Literal

from finslm.audit import AuditLog
from finslm.documents import Document
from finslm.errors import PolicyDenied
from finslm.policy import Resource, Rules, document_resource, vault_resource
from finslm.vault import Member, Vault

Details = Mapping[str, str | int | bool | list[str]]
Outcome = Literal["allowed", "denied", "failed"]


class Guard:
    """One member before one vault. May be called from several threads."""

    def __init__(self, vault: Vault, member: Member, rules: Rules, audit: AuditLog) -> None:
        self.member = member
        self.rules = rules
        self.vault_resource = vault_resource(vault.id)
        self._audit = audit
        self._digest_key = vault.key_for("digests")
        self._appending = threading.Lock()

    def may(self, action: str, document: Document) -> bool:
        """The policy's word, without a note: for filtering what is listed."""
        return self.rules.decide(self.member, action, document_resource(document)).allowed

    def authorise(
        self, action: str, resource: Resource | None = None, context: Mapping[str, int] | None = None
    ) -> None:
        """Returns when the policy permits `action` on `resource`, the whole vault by default.

        A denial is written down, then raised as PolicyDenied.
        """
        resource = resource or self.vault_resource
        if self.rules.decide(self.member, action, resource, context).allowed:
            return
        self.note(action, {}, resource=f"{resource.type}:{resource.id}", outcome="denied")
        raise PolicyDenied(
            f"the policy does not permit {self.member.name} to {action} {resource.type.lower()} {resource.id}",
            safe="nothing was shown or changed",
            next_step="ask the security officer, who can explain it with `finslm policy check`",
        )

    def note(self, action: str, details: Details, *, resource: str | None = None, outcome: Outcome = "allowed") -> None:
        """Writes one entry; `resource` is the whole vault unless given. Raises NoSpaceLeft, AuditTampered."""
        with self._appending:
            self._audit.append(
                user=self.member.name,
                action=action,
                resource=resource or f"{self.vault_resource.type}:{self.vault_resource.id}",
                outcome=outcome,
                details=details,
                policy=self.rules.digest,
            )

    def digest(self, text: str) -> str:
        """A keyed digest: the same text gives the same digest, and nobody without the vault can guess it."""
        return hmac.new(self._digest_key, text.encode(), hashlib.sha256).hexdigest()[:32]
