"""The audit log: append-only, tamper-evident, fail closed.

In come who did what to which document, with counts and digests, never text; out go entries, signed checkpoints and the
result of verification. The tree is that of RFC 6962, checkpoints are C2SP signed notes, entries are sealed at rest. It
never decides anything, and it never lets an action pass that it could not write down.
"""

from finslm.audit.log import AuditLog

__all__ = ["AuditLog"]
