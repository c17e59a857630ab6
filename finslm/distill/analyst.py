"""Examples of what analysts compute from the primary statements of a filing, often from two of them: margins, ratios, days."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from finslm.answer import fitting
from finslm.distill.examples import Asked, Example
from finslm.distill.lines import claimed, computed, missing, scale_of_units
from finslm.distill.tables import LICENCE, Statement, statements, written
from finslm.documents import Passage, Scale
from finslm.errors import ProgramError
from finslm.search import StatementLikeness, Thesaurus

LEAST_LIKENESS = 0.75
ASKED_OF_ONE = 7
MISSING = 0.03
CHARACTERS_A_TOKEN = 2
"""Of a statement, where every digit is a token."""
HEADING_LINES = 15
PLACE = re.compile(r"\{(?P<item>[a-z_]+?)_(?P<year>new|old|older)(?P<is_absolute>_abs)?\}")
EXPENSES = ("cogs", "sga", "rnd", "interest_expense")
"""Printed in brackets by some companies and without by others, and meant alike."""
EITHER_WAY = ("income_tax",)
"""In brackets a tax may be an expense or a benefit; it is asked for only where it has none."""
UNITS: dict[Scale, str] = {"none": "", "thousand": "thousands", "million": "millions", "billion": "billions"}


@dataclass(frozen=True)
class Metric:
    """A metric of `data/templates/analyst.toml`: a program or a claim over items, and how it is asked for."""

    name: str
    questions: list[str]
    program: str = ""
    claim: str = ""
    scale: str = "none"
    needs: str = ""
    without: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Templates:
    """The items with the statement and the pattern that tell them, how they are spoken of, and the metrics."""

    items: Mapping[str, tuple[str, re.Pattern[str]]]
    spoken: Mapping[str, list[str]]
    metrics: tuple[Metric, ...]
    openings: list[str]
    endings: list[str]
    claim_endings: list[str]

    @classmethod
    def load(cls, data_dir: Path) -> Templates:
        """The shipped templates."""
        content = tomllib.loads((data_dir / "templates" / "analyst.toml").read_text(encoding="utf-8"))
        items = {name: (on, re.compile(pattern)) for name, (on, pattern) in content["items"].items()}
        metrics = tuple(Metric(**fields) for fields in content["metric"])
        return cls(items, content["spoken"], metrics, content["openings"], content["endings"], content["claim_endings"])


@dataclass(frozen=True)
class Accounts:
    """The primary statements of one filing, each with its 0-based page and the text of that.

    `cells`: item to year to the number as printed; `years` newest first.
    """

    doc: str
    company: str
    scale: Scale
    years: tuple[str, ...]
    places: Mapping[str, int]
    pages: Mapping[str, str]
    cells: Mapping[str, Mapping[str, str]]


def analysed(
    pages: Mapping[tuple[str, int], str], companies: Mapping[str, str], data_dir: Path, seed: int
) -> Iterator[Example]:
    """Examples over the filings in whose pages the primary statements are found; `companies` names them."""
    templates = Templates.load(data_dir)
    likeness = StatementLikeness(Thesaurus.load(data_dir).statements)
    by_filing: dict[str, dict[int, str]] = {}
    for (doc, page), text in pages.items():
        by_filing.setdefault(doc, {})[page] = text
    for doc, texts in by_filing.items():
        accounts = accounts_of(doc, companies.get(doc, ""), texts, templates, likeness)
        if accounts and accounts.company:
            yield from _examples(accounts, templates, seed)


def accounts_of(
    doc: str, company: str, texts: Mapping[int, str], templates: Templates, likeness: StatementLikeness
) -> Accounts | None:
    """What the primary statements among the pages say; None where fewer than two are found with the same years and scale."""
    judged = {page: likeness.of(text) for page, text in texts.items()}
    found: dict[str, tuple[Statement, str]] = {}
    for i, name in enumerate(likeness.names):
        page = max(judged, key=lambda p: judged[p][i])
        if judged[page][i] >= LEAST_LIKENESS and (tables := list(statements(doc, page, texts[page]))):
            found[name] = (max(tables, key=lambda table: len(table.rows)), texts[page])
    newest = {max(table.years) for table, _ in found.values()}
    scales = {_scale(table, text) for table, text in found.values()}
    if len(found) < 2 or len(scales) != 1 or len(newest) != 1:
        return None
    years = max((sorted(table.years, reverse=True) for table, _ in found.values()), key=len)
    cells = {
        item: row
        for item, (on, pattern) in templates.items.items()
        if on in found and (row := _row(found[on][0], pattern))
    }
    places = {name: table.page for name, (table, _) in found.items()}
    shown = {name: text for name, (_, text) in found.items()}
    return Accounts(doc, company, scales.pop(), tuple(years), places, shown, cells)


def _scale(table: Statement, page: str) -> Scale:
    """The scale that stands over the table, or below its years."""
    return table.scale if table.scale != "none" else scale_of_units(page.splitlines()[:HEADING_LINES])


def _row(table: Statement, pattern: re.Pattern[str]) -> dict[str, str] | None:
    """The first row whose label fits: its numbers by year."""
    for row in table.rows:
        if pattern.search(row.label.casefold()) and all(row.cells):
            return dict(zip(table.years, row.cells, strict=True))
    return None


def _examples(accounts: Accounts, templates: Templates, seed: int) -> Iterator[Example]:
    names = sorted(accounts.pages)
    for shown in (*combinations(names, 1), *combinations(names, 2)):
        place = f"{accounts.doc}|{'+'.join(shown)}|{'+'.join(str(accounts.places[name]) for name in shown)}"
        chance = random.Random(f"{seed}|{place}")  # noqa: S311 - examples, not secrets
        passages = _evidence(accounts, shown, templates, chance)
        asked: dict[str, Asked] = {}
        for metric in chance.sample(templates.metrics, len(templates.metrics)):
            if len(asked) < ASKED_OF_ONE and (one := _asked(accounts, metric, shown, passages, templates, chance)):
                asked.setdefault(one.question, one)
        if asked:
            yield Example("analyst", place, LICENCE, passages, tuple(asked.values()))


def _evidence(accounts: Accounts, shown: Sequence[str], templates: Templates, chance: random.Random) -> tuple[str, ...]:
    """The statements' pages, cut as the runtime cuts what a search found, to the rows of some items."""
    words = [word for item, (on, _) in templates.items.items() if on in shown for word in templates.spoken[item]]
    passages: list[str] = []
    for name in chance.sample(shown, len(shown)):
        text = accounts.pages[name]
        page = Passage(name, accounts.doc, 0, 0, len(text), text)
        room = chance.choice((300, 450, 600, 900)) if len(shown) > 1 else chance.choice((450, 700, 1000))
        passages += [cut.text for cut in fitting((page,), " ".join(words), room, _tokens)]
    return tuple(passages)


def _tokens(text: str) -> int:
    return len(text) // CHARACTERS_A_TOKEN


def _asked(
    accounts: Accounts,
    metric: Metric,
    shown: Sequence[str],
    passages: Sequence[str],
    templates: Templates,
    chance: random.Random,
) -> Asked | None:
    formula = metric.program or metric.claim
    item = chance.choice([name for name, (on, _) in templates.items.items() if on in shown])
    formula = formula.replace("{ITEM", "{" + item)
    used = {match["item"] for match in PLACE.finditer(formula)}
    on = {templates.items[name][0] for name in used}
    if (metric.needs and metric.needs != accounts.scale) or set(metric.without) & accounts.cells.keys():
        return None
    question = _question(accounts, metric, item, templates, chance)
    if not on <= set(shown):
        is_absent = not on & set(shown) and chance.random() < MISSING
        return Asked(question, missing()) if is_absent else None
    # A question that takes part of the evidence only belongs to the context that has no more than that.
    if len(on) < len(shown) and chance.random() < 0.7:
        return None
    try:
        line = _line(metric, _filled(formula, accounts), accounts, passages)
    except (KeyError, IndexError, ProgramError):
        return None
    return Asked(question, line) if line else None


def _line(metric: Metric, formula: str, accounts: Accounts, passages: Sequence[str]) -> str | None:
    if metric.claim:
        true, false = (claimed(formula, answer, passages) for answer in (True, False))
        return true or false
    scale = accounts.scale if metric.scale == "statement" else metric.scale
    return computed(formula, None, scale, passages)  # type: ignore[arg-type]  # the templates name scales


def _question(accounts: Accounts, metric: Metric, item: str, templates: Templates, chance: random.Random) -> str:
    years = dict(zip(("new", "old", "older"), (*accounts.years, "", ""), strict=False))
    questions = [each for each in metric.questions if UNITS[accounts.scale] or "{units}" not in each]
    asked = chance.choice(questions).format(
        company=accounts.company, ITEM=chance.choice(templates.spoken[item]), units=UNITS[accounts.scale], **years
    )
    endings = templates.claim_endings if metric.claim else templates.endings
    return chance.choice(templates.openings) + asked + chance.choice(endings)


def _filled(formula: str, accounts: Accounts) -> str:
    """The formula with the numbers as a program writes them. Raises KeyError and IndexError where one is not known."""

    def number(match: re.Match[str]) -> str:
        year = accounts.years[("new", "old", "older").index(match["year"])]
        cell = accounts.cells[match["item"]][year]
        if match["item"] in EITHER_WAY and cell.startswith("("):
            raise KeyError(match["item"])
        is_absolute = match["is_absolute"] or match["item"] in EXPENSES
        return written(cell).removeprefix("-") if is_absolute else written(cell)

    return PLACE.sub(number, formula)
