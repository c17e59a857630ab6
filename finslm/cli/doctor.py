"""`finslm doctor`: is this machine fit?"""

from __future__ import annotations

import typer

from finslm.cli.output import print_json, print_table
from finslm.cli.session import session_of
from finslm.errors import FinslmError


def doctor(context: typer.Context) -> None:
    """Examine this machine: CPU features, libraries, models, places, the readers' protections.

    Example: finslm doctor
    """
    from finslm.airgap import diagnose

    session = session_of(context)
    checks = diagnose(session.settings)
    if session.as_json:
        print_json(list(checks))
    else:
        rows = ((c.name, c.level, c.detail, c.advice) for c in checks)
        print_table("Doctor", ("check", "result", "found", "advice"), rows)
    failures = [check.name for check in checks if check.level == "failure"]
    if failures:
        raise FinslmError(
            f"{len(failures)} checks fail: {', '.join(failures)}", next_step="the advice stands beside each"
        )
