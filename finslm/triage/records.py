"""Triage records as plain values with the field names of the command-line contract, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from finslm.documents import Figure, PersonalData, SummaryLine, TriageRecord
from finslm.errors import FinslmError

FIELDS = tuple(field.name for field in fields(TriageRecord))
OMITTED_WHEN_NONE = ("error", "duplicate_of")


def failed_record(path: str, sha256: str, error: str | Exception, *, seconds: float = 0.0) -> TriageRecord:
    """The record of a document that could not be triaged, with its reason; a person has to look at it.

    Only our own errors are quoted: the message of any other exception may hold document text.
    """
    reason = str(error) if isinstance(error, str | FinslmError) else type(error).__name__
    return TriageRecord(
        path, sha256, "failed", error=reason, needs_review=True, reasons=("unreadable",), seconds=seconds
    )


def to_plain(record: TriageRecord) -> dict[str, Any]:
    """The record as JSON values; `error` and `duplicate_of` are left out where there is none."""
    plain = {name: _plain(getattr(record, name)) for name in FIELDS}
    return {name: value for name, value in plain.items() if value is not None or name not in OMITTED_WHEN_NONE}


def from_plain(plain: Mapping[str, Any]) -> TriageRecord:
    """The record that `to_plain` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    known: dict[str, Any] = {name: plain[name] for name in FIELDS if name in plain}
    known |= {name: tuple(known.get(name, ())) for name in ("events", "reasons")}
    known["figures"] = tuple(
        Figure(**{**figure, "value": Decimal(str(figure["value"]))}) for figure in known.get("figures", ())
    )
    known["pii"] = tuple(PersonalData(**finding) for finding in known.get("pii", ()))
    known["summary"] = tuple(SummaryLine(**line) for line in known.get("summary", ()))
    return TriageRecord(**known)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Figure | PersonalData | SummaryLine):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
