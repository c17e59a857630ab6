"""People: what the policy knows of those who may open the vault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from finslm.documents import Sensitivity
from finslm.vault.records import UserRecord


@dataclass(frozen=True)
class Member:
    """Somebody who may open the vault: what the policy knows of them."""

    name: str
    roles: tuple[str, ...]
    clearance: Sensitivity
    collections: tuple[str, ...]


def member_of(record: UserRecord) -> Member:
    """The member of a record."""
    return Member(record.name, tuple(record.roles), cast(Sensitivity, record.clearance), tuple(record.collections))


def record_of_member(member: Member) -> UserRecord:
    """The record of a member."""
    return UserRecord(
        name=member.name,
        roles=list(member.roles),
        clearance=member.clearance,
        collections=list(member.collections),
    )
