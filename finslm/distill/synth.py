"""Examples from real statements and our templates: any question family, any row, any year, exact answers for nothing."""

from __future__ import annotations

import itertools
import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from finslm.answer import Kind, table_text
from finslm.distill.examples import Asked, Example
from finslm.distill.lines import claimed, computed, copied, missing
from finslm.distill.spelling import value_of
from finslm.distill.tables import LICENCE, Row, Statement, statements, sums_of, written
from finslm.documents import Scale
from finslm.errors import ProgramError

ASKED_OF_ONE = 8
AS_PRINTED = 0.35
"""The part of the statements that stand as the page's lines, the others as rows between bars."""
ROWS_SHOWN = 24
UNITS: dict[Scale, str] = {
    "none": "the units shown",
    "thousand": "thousands",
    "million": "millions",
    "billion": "billions",
}


@dataclass(frozen=True)
class Family:
    """A question family of `data/templates/questions.toml`."""

    name: str
    rows: str | list[str]
    questions: list[str]
    scale: str
    rationale: str = ""
    program: str = ""
    answer: str = ""
    kind: Kind = "answer"
    needs: str = ""


@dataclass(frozen=True)
class Pick:
    """Rows and columns chosen for one question; columns are newest first. `parts` are the rows that add up to `row`."""

    row: Row
    other: Row | None
    columns: tuple[int, ...]
    parts: tuple[Row, ...] = ()


def load_families(data_dir: Path, file: str = "questions.toml") -> list[Family]:
    """The families of one of the project's files of templates."""
    with (data_dir / "templates" / file).open("rb") as opened:
        return [Family(**fields) for fields in tomllib.load(opened)["family"]]


def synthesised(
    pages: Mapping[tuple[str, int], str], families: Sequence[Family], seed: int, more_labels: Sequence[str] = ()
) -> Iterator[Example]:
    """An example for each statement of the pages, in an order that does not depend on how many are taken.

    What a statement does not answer is asked with the row labels of the others and `more_labels`.
    """
    found = [statement for (doc, page), text in pages.items() for statement in statements(doc, page, text)]
    labels = [*_labels_of(found), *more_labels]
    for statement in found:
        if example := _example(statement, families, labels, seed):
            yield example


def _labels_of(found: Iterable[Statement]) -> list[str]:
    """The row labels of all statements, each once."""
    labels = (row.label for statement in found for row in statement.rows)
    return list(dict.fromkeys(label for label in labels if 2 <= len(label.split()) <= 8))


def _example(statement: Statement, families: Sequence[Family], labels: Sequence[str], seed: int) -> Example | None:
    place = f"{statement.doc}|{statement.page}|{statement.number}"
    chance = random.Random(f"{seed}|{place}")  # noqa: S311 - examples, not secrets
    passages = _passages(statement, chance)
    asked = asked_of(statement, passages, families, chance, labels=labels)
    return Example("synthetic", place, LICENCE, passages, asked) if asked else None


def asked_of(
    statement: Statement,
    passages: Sequence[str],
    families: Sequence[Family],
    chance: random.Random,
    *,
    labels: Sequence[str] = (),
    most: int = ASKED_OF_ONE,
) -> tuple[Asked, ...]:
    """At most `most` questions to a statement that stands in `passages`, each of another family."""
    asked: dict[str, Asked] = {}
    for family in chance.sample(families, len(families)):
        if len(asked) == most:
            break
        pick = _pick(family, statement, chance)
        if pick and (one := _asked(family, statement, pick, labels, passages, chance)):
            asked[one.question] = one
    return tuple(asked.values())


def _passages(statement: Statement, chance: random.Random) -> tuple[str, ...]:
    if chance.random() < AS_PRINTED:
        return ("\n".join(statement.lines),)
    rows = [["", *statement.years], *([row.label, *(cell or "—" for cell in row.cells)] for row in statement.rows)]
    return " ".join(statement.heading[-2:]), table_text(rows)


def _pick(family: Family, statement: Statement, chance: random.Random) -> Pick | None:
    """Rows whose labels stand once and have numbers in all columns, such as the family wants."""
    if family.needs and statement.scale != family.needs:
        return None
    seen = [_said(row.label).casefold() for row in statement.rows]
    whole = [
        row for row in statement.rows[:ROWS_SHOWN] if all(row.cells) and seen.count(_said(row.label).casefold()) == 1
    ]
    percents = [row for row in whole if all("%" in cell for cell in row.cells)]
    amounts = [row for row in whole if row not in percents]
    columns = _columns(statement, chance)
    match family.rows:
        case "one":
            return Pick(chance.choice(amounts), None, columns) if amounts else None
        case "percent":
            return Pick(chance.choice(percents), None, columns) if percents else None
        case "two":
            pairs = list(itertools.permutations(amounts, 2))
            return Pick(*chance.choice(pairs), columns) if pairs else None
        case "sum":
            sums = [each for each in sums_of(statement) if each[0] in whole]
            total, parts = chance.choice(sums) if sums else (None, ())
            return Pick(total, None, columns, parts) if total else None
    first, second = (re.compile(pattern, re.IGNORECASE) for pattern in family.rows)
    pairs = [(a, b) for a, b in itertools.permutations(amounts, 2) if first.search(a.label) and second.search(b.label)]
    return Pick(*chance.choice(pairs), columns) if pairs else None


def _columns(statement: Statement, chance: random.Random) -> tuple[int, ...]:
    """The columns, newest first; in any order where they are no years."""
    places = range(len(statement.years))
    if not statement.has_years:
        return tuple(chance.sample(places, len(places)))
    return tuple(sorted(places, key=lambda i: statement.years[i], reverse=True))


def _asked(
    family: Family,
    statement: Statement,
    pick: Pick,
    labels: Sequence[str],
    passages: Sequence[str],
    chance: random.Random,
) -> Asked | None:
    places = _places(statement, pick, labels, chance)
    question = chance.choice(family.questions)
    try:
        line = _line(family, statement, pick, places, passages)
        return Asked(question.format(**places), line, rationale=family.rationale.format(**places)) if line else None
    except (KeyError, ProgramError):
        # A template that names a third year, or years apart, where there are none.
        return None


def _places(statement: Statement, pick: Pick, labels: Sequence[str], chance: random.Random) -> dict[str, str]:
    """What the templates may name."""
    numbers = [written(pick.row.cells[i]) for i in pick.columns]
    years = [statement.years[i] for i in pick.columns]
    page_text = " ".join(statement.lines).casefold()
    absent = [label for label in chance.sample(labels, min(8, len(labels))) if label.casefold() not in page_text]
    places = {
        "row": _spoken(pick.row.label, chance),
        "units": UNITS.get(statement.scale, ""),
        "all": ", ".join(numbers),
        "all_labels": ", ".join(years),
        "bar": _bar([written(part.cells[pick.columns[0]]) or "0" for part in pick.parts] or numbers),
        **dict(zip(("new", "old", "older"), years, strict=False)),
        **dict(zip("xyz", numbers, strict=False)),
    }
    if statement.has_years:
        places |= _of_time(years, numbers, chance)
    if absent:
        places["absent"] = _spoken(absent[0], chance)
    if pick.other:
        others = [written(pick.other.cells[i]) for i in pick.columns]
        places |= {"other": _spoken(pick.other.label, chance), **dict(zip("op", others, strict=False))}
    return places


def _of_time(years: Sequence[str], numbers: Sequence[str], chance: random.Random) -> dict[str, str]:
    """What the templates may name of the time that the columns span, newest first."""
    last, first = int(years[0]), int(years[-1])
    absent = {"absent_year": str(first - chance.randint(2, 5))}
    if last - first < 2:
        return absent
    return absent | {"first": years[-1], "last": years[0], "f": numbers[-1], "l": numbers[0], "n": str(last - first)}


def _line(
    family: Family, statement: Statement, pick: Pick, places: dict[str, str], passages: Sequence[str]
) -> str | None:
    if family.scale == "claim":
        return _claim(family.program.format(**places), passages)
    scale = _scale(family, statement, pick)
    if family.program:
        return computed(family.program.format(**places), None, scale, passages)
    if family.answer == "missing":
        return missing()
    parts = _parts(family, statement, pick, Decimal(places["bar"].replace(",", "")))
    return copied(family.kind, parts, scale, passages)


def _claim(claim: str, passages: Sequence[str]) -> str | None:
    """The line of a claim, unless both sides are equal: then the question would be an odd one."""
    left, sign, right = re.split(r" ([<>]) ", claim)
    difference = value_of(f"({left}) - ({right})")
    return claimed(claim, (difference > 0) == (sign == ">"), passages) if difference else None


def _parts(family: Family, statement: Statement, pick: Pick, bar: Decimal) -> list[str]:
    """The spans or counted items of a family without a program; none where its question has no single answer."""
    cells = [pick.row.cells[i] for i in pick.columns]
    match family.answer:
        case "number" | "numbers":
            return cells[: 1 if family.answer == "number" else 2]
        case "all_numbers":
            return cells
        case "numbers_of_rows" if pick.other:
            return [cells[0], pick.other.cells[pick.columns[0]]]
        case "years":
            return list(statement.years)
    if pick.parts:
        return _labels_of_sum(family.answer, pick, bar)
    years = [statement.years[i] for i in pick.columns]
    return _years_of(family.answer, dict(zip(years, [Decimal(written(cell)) for cell in cells], strict=True)), bar)


def _years_of(answer: str, values: Mapping[str, Decimal], bar: Decimal) -> list[str]:
    """The years of a row that an answer names."""
    is_clear = len(set(values.values())) == len(values)
    above = [year for year, value in values.items() if value > bar]
    below = [year for year, value in values.items() if value < bar]
    match answer:
        case "best_year" if is_clear:
            return [max(values, key=lambda year: values[year])]
        case "worst_year" if is_clear:
            return [min(values, key=lambda year: values[year])]
        case "years_above":
            return above
        case "only_year_above":
            return above if len(above) == 1 else []
        case "only_year_below":
            return below if len(below) == 1 else []
    return []


def _labels_of_sum(answer: str, pick: Pick, bar: Decimal) -> list[str]:
    """Labels of the rows that make up a sum: all of them, those of the newest year above the bar, the first or the last."""
    by_label = {part.label: Decimal(written(part.cells[pick.columns[0]]) or 0) for part in pick.parts}
    is_clear = len(set(by_label.values())) == len(pick.parts)
    match answer:
        case "parts":
            return list(by_label)
        case "largest_part" if is_clear and by_label:
            return [max(by_label, key=lambda label: by_label[label])]
        case "smallest_part" if is_clear and by_label:
            return [min(by_label, key=lambda label: by_label[label])]
        case "parts_above":
            return [label for label, value in by_label.items() if value > bar]
    return []


def _scale(family: Family, statement: Statement, pick: Pick) -> Scale:
    """The scale of the answer; a row of shares, of amounts a share or of percentages has its own."""
    if family.scale != "statement":
        return family.scale if family.scale in ("percent", "thousand", "million") else "none"  # type: ignore[return-value]
    if "%" in pick.row.cells[0]:
        return "percent"
    return (
        "none" if re.search(r"per .*share|per unit|ratio|number of", pick.row.label, re.IGNORECASE) else statement.scale
    )


def _spoken(label: str, chance: random.Random) -> str:
    """A label as people say it in a sentence: mostly without its notes, sometimes in small letters."""
    said = _said(label)
    return said.lower() if chance.random() < 0.6 else said


def _said(label: str) -> str:
    """A label without its notes."""
    return re.sub(r"\s*\([^)]*\)\s*$", "", label).rstrip(",;: ") or label


def _bar(numbers: Sequence[str]) -> str:
    """A round number among the values."""
    values = sorted(abs(Decimal(number)) for number in numbers)
    middle = (values[0] + values[-1]) / 2 if len(values) > 1 else values[0]
    rounded = round(middle, 1 - len(str(int(middle)))) if middle >= 10 else middle.quantize(Decimal("0.1"))
    return format(rounded, ",f" if rounded != rounded.to_integral_value() else ",.0f")
