"""The policy: may WHO do WHAT to WHICH document, and which queue a triaged document goes to.

In come a member, an action and a resource, or the facts of a triaged document; out goes a decision with the ids of the
rules that made it, or a queue. The rules are Cedar files in `policies/`; what no rule permits is denied. The room never
reads a document and never writes anything.
"""

from finslm.policy.rules import (
    LEVELS,
    Resource,
    Rules,
    collection_resource,
    document_resource,
    vault_resource,
)

__all__ = ["LEVELS", "Resource", "Rules", "collection_resource", "document_resource", "vault_resource"]
