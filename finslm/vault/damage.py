"""Whether a database file is whole."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

CHECKS = ("cipher_integrity_check", "integrity_check", "foreign_key_check")
"""Every page authentic (free ones too), every tree in order, no record without the one it belongs to. SQLite's
`integrity_check` runs FTS5's own, each table's words against its rows, since 3.44."""
MOST_TOLD = 5


def database_damage(database: Engine) -> tuple[str, ...]:
    """What SQLCipher and SQLite find wrong with a database, in a few words each; nothing when it is whole."""
    found = [words for check in CHECKS for words in _found_by(check, database)]
    more = (f"and {len(found) - MOST_TOLD} more",) if len(found) > MOST_TOLD else ()
    return (*found[:MOST_TOLD], *more)


def _found_by(check: str, database: Engine) -> Sequence[str]:
    try:
        with database.connect() as connection:
            rows = connection.exec_driver_sql(f"PRAGMA {check}").all()
    except DatabaseError:
        return [f"{check} stopped at bytes that it cannot read"]
    if check == "foreign_key_check":
        return [f"row {row[1]} of {row[0]} belongs to no row of {row[2]}" for row in rows]
    return [str(row[0]) for row in rows if row[0] != "ok"]
