"""The options that limit a search or a question to some of the stored documents."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, cast

import typer

from finslm.documents import Filters, Sensitivity

FORM = "Only this form: 10-K, 10-Q, 8-K, earnings or other."
COMPANY = "Only documents of this company, by words of its name."
YEAR = "Only documents of this year, by their name or period."
SENSITIVITY = "Only public, internal, confidential or mnpi documents."
SINCE = "Only documents stored on this day (UTC) or later."
UNTIL = "Only documents stored on this day (UTC) or earlier."

Form = Annotated[str | None, typer.Option("--form", help=FORM)]
Company = Annotated[str | None, typer.Option("--company", help=COMPANY)]
Year = Annotated[int | None, typer.Option("--year", help=YEAR)]
OfSensitivity = Annotated[str | None, typer.Option("--sensitivity", help=SENSITIVITY)]
Since = Annotated[datetime | None, typer.Option("--since", metavar="DATE", formats=["%Y-%m-%d"], help=SINCE)]
Until = Annotated[datetime | None, typer.Option("--until", metavar="DATE", formats=["%Y-%m-%d"], help=UNTIL)]


def filters_of(
    form: str | None,
    company: str | None,
    year: int | None,
    sensitivity: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Filters:
    """The filters that the options give; the desk refuses forms and sensitivities that there are not."""
    days = (day.date() if day else None for day in (since, until))
    return Filters(form, company, year, cast(Sensitivity | None, sensitivity), *days)


def as_options(filters: Filters) -> str:
    """The filters as they were given: `--form 10-K --year 2022`."""
    return " ".join(f"--{name} {value}" for name, value in asdict(filters).items() if value is not None)
