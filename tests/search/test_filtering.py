"""A search in some of the documents: by form, company, year, sensitivity and day of ingestion."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from finslm.config import Settings
from finslm.desk import Desk
from finslm.documents import Filters, Sensitivity
from finslm.errors import UsageError

COMPANIES = {
    "Northmere Tools Inc.": "northmere",
    "Castellan Works Inc.": "castellan",
    "Coca-Cell Halden plc": "cchalden",
}
YEARS = (2021, 2022, 2023)
FORMS = {"10-K": "annual report", "10-Q": "quarterly report"}
LEVELS: dict[int, Sensitivity] = {2021: "public", 2022: "internal", 2023: "confidential"}
WIDELY_HELD = "widgets and gadgets"
ALL = frozenset(itertools.product(COMPANIES.values(), YEARS, FORMS))


def write_filing(folder: Path, company: str, year: int, form: str) -> None:
    pages = (
        f"FORM {form}\n{FORMS[form]} for the period ended March 31, {year}\n{company}\n",
        f"{company} holds spare parts. Widgets are counted yearly.",
        "Widgets and gadgets, of which the gadgets are the smaller part.",
    )
    name = f"{COMPANIES[company]}-{year}-{form.lower().replace('-', '')}.txt"
    (folder / str(year) / name).write_text("\f".join(pages))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("filings")
    with Desk.create(tmp_path_factory.mktemp("vault") / "v", "ledger orchard", user="ann", settings=Settings()) as desk:
        for year in YEARS:
            (folder / str(year)).mkdir()
            for company, form in itertools.product(COMPANIES, FORMS):
                write_filing(folder, company, year, form)
            desk.ingest([folder / str(year)], sensitivity=LEVELS[year])
        yield desk


def found(desk: Desk, filters: Filters, query: str = WIDELY_HELD) -> frozenset[tuple[str, int, str]]:
    """Company, year and form of each document with a page among those found."""
    names = {hit.document.filename for hit in desk.search(query, limit=200, filters=filters)}
    parts = (name.removesuffix(".txt").split("-") for name in names)
    forms = {"10k": "10-K", "10q": "10-Q"}
    return frozenset((company, int(year), forms[form]) for company, year, form in parts)


def fitting(company: str | None, year: int | None, form: str | None) -> frozenset[tuple[str, int, str]]:
    return frozenset(
        each for each in ALL if all(want in (None, has) for want, has in zip((company, year, form), each, strict=True))
    )


@pytest.mark.parametrize(
    ("filters", "company", "year", "form"),
    [
        (Filters(form="10-Q", year=2022), None, 2022, "10-Q"),
        (Filters(form="10-k", year=2022), None, 2022, "10-K"),
        (Filters(company="Northmere"), "northmere", None, None),
        (Filters(company="Castellan Works Inc."), "castellan", None, None),
        (Filters(company="the coca-cell"), "cchalden", None, None),
        (Filters(company="C C Halden", year=2023, form="10-K"), "cchalden", 2023, "10-K"),
        (Filters(sensitivity="confidential", form="10-K"), None, 2023, "10-K"),
    ],
)
def test_only_documents_that_fit_are_found(
    desk: Desk, filters: Filters, company: str | None, year: int | None, form: str | None
) -> None:
    assert found(desk, filters) == fitting(company, year, form)


@given(
    st.sampled_from([None, *FORMS]),
    st.sampled_from([None, *COMPANIES, "Castellan Tools"]),
    st.sampled_from([None, *YEARS, 1999]),
    st.sampled_from([WIDELY_HELD, "Northmere Tools in 2022", "gadgets of Halden, 10-Q"]),
)
@hypothesis_settings(max_examples=30, deadline=None)
def test_whatever_is_asked_what_is_found_fits_every_filter(
    desk: Desk, form: str | None, company: str | None, year: int | None, query: str
) -> None:
    hits = found(desk, Filters(form=form, company=company, year=year), query)
    wanted = fitting(COMPANIES.get(company, "none") if company else None, year, form)
    assert hits <= wanted
    if query == WIDELY_HELD:
        assert bool(hits) == bool(wanted)


def test_words_are_sought_among_the_documents_that_fit(vault_path: Path, passphrase: str, tmp_path: Path) -> None:
    """Eight documents fit; forty pages of others hold the word more often."""
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(20):
        (folder / f"loud-{i}.txt").write_text("\f".join("zephyr " * 30 + f"of note {i} {page}" for page in range(2)))
    for i in range(8):
        (folder / f"quiet-2031-{i}.txt").write_text(f"A zephyr was seen among many other things, report {i}. " * 3)
    with Desk.create(vault_path, passphrase, user="ann", settings=Settings()) as desk:
        desk.ingest([folder])
        hits = desk.search("zephyr", filters=Filters(year=2031))
    assert hits
    assert {hit.document.filename.rpartition("-")[0] for hit in hits} == {"quiet-2031"}


def test_days_of_ingestion_are_included_on_both_sides(desk: Desk) -> None:
    days = {document.ingested_at.date() for document in desk.documents()}
    first, last, day = min(days), max(days), timedelta(days=1)
    assert found(desk, Filters(since=first, until=last, year=2022, form="10-K"))
    assert not desk.search("widgets", filters=Filters(since=last + day))
    assert not desk.search("widgets", filters=Filters(until=first - day))


def test_a_filter_stays_inside_the_documents_that_are_named(desk: Desk) -> None:
    named = ["northmere-2021-10k.txt", "northmere-2022-10k.txt"]
    hits = desk.search("widgets", documents=named, filters=Filters(year=2022))
    assert {hit.document.filename for hit in hits} == {"northmere-2022-10k.txt"}


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (Filters(form="10-X"), "10-K, 10-Q, 8-K, earnings, other"),
        (Filters(sensitivity="secret"), "public, internal, confidential, mnpi"),  # type: ignore[arg-type]
        (Filters(company="The Company"), "names no company"),
        (Filters(since=date(2025, 2, 1), until=date(2025, 1, 1)), "swap"),
    ],
)
def test_a_filter_that_nothing_can_fit_is_refused(desk: Desk, filters: Filters, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        desk.search("widgets", filters=filters)
