"""The error tree. Each error says what happened, what is safe, and what to do next; its class carries the exit code.

Messages never hold document text, questions, keys or passphrases.
"""

from __future__ import annotations

from pathlib import Path


class FinslmError(Exception):
    """The root: an expected failure, shown as one sentence without a traceback."""

    exit_code = 1

    def __init__(self, happened: str, *, safe: str = "nothing was changed", next_step: str = "") -> None:
        self.happened = happened
        self.safe = safe
        self.next_step = next_step
        super().__init__("; ".join(part for part in (happened, safe, next_step) if part))


class UsageError(FinslmError):
    """The caller asked for something that makes no sense as asked."""

    exit_code = 2


class PolicyDenied(FinslmError):
    """The policy does not permit this user this action on this document."""

    exit_code = 3


class IntegrityError(FinslmError):
    """Something does not verify: vault, audit log, model or bundle."""

    exit_code = 4


class PartialFailure(FinslmError):
    """Some documents failed; the others are done."""

    exit_code = 5


class WrongPassphrase(FinslmError):
    """The passphrase opens no slot of this user."""


class VaultMissing(UsageError):
    """No vault at the given place."""


class VaultExists(UsageError):
    """A vault stands where one was to be made."""


class PathMissing(UsageError):
    """A path given by the user does not exist."""


class EmptyFolder(UsageError):
    """A folder given by the user holds no file."""


class CollectionExists(UsageError):
    """A collection of that name stands already."""


class DocumentMissing(UsageError):
    """No stored document by that id or file name."""


class VaultBusy(FinslmError):
    """Another process is using the vault, in the way of this one."""


class UnreadableDocument(FinslmError):
    """One document cannot be read; it costs that document only."""


class ReaderUnprotected(FinslmError):
    """This machine cannot confine the process that reads documents, so nothing is read."""


class NoSpaceLeft(FinslmError):
    """The disk is full."""


class ModelMissing(FinslmError):
    """The model file has not been built on this machine."""


class ModelSourceUnreachable(FinslmError):
    """No source of the base could be read."""


class ModelHashMismatch(IntegrityError):
    """A model file or one of its parts is not the one that is pinned."""


class ModelNotAllowed(IntegrityError):
    """The model's hash is not in `policies/models.toml`."""


class ModelUnusable(FinslmError):
    """llama.cpp cannot load or run this model file."""


class ModelDamaged(ModelUnusable):
    """The model file cannot be loaded at all: no other question would fare better with it."""


class PromptTooLong(FinslmError):
    """The prompt does not fit the model's context."""


class Cancelled(FinslmError):
    """The user stopped the work."""


class ProgramError(FinslmError):
    """The program the model wrote has no exact result: division by zero, overflow, a missing operand."""


class BrokenData(FinslmError):
    """A place of a data file is not what it should be; `what` says how."""

    def __init__(self, path: Path, place: str, what: str) -> None:
        self.what = what
        super().__init__(f"{place} of {path} is broken: {what}", next_step="mend or remove it, then run it again")


class BrokenLine(BrokenData):
    """A line of a data file is not what it should be."""

    def __init__(self, path: Path, number: int, what: str) -> None:
        super().__init__(path, f"line {number}", what)


class AuditTampered(IntegrityError):
    """The audit log does not verify."""


class VaultTampered(IntegrityError):
    """A sealed object of the vault does not open with its key."""
