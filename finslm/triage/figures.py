"""The figures of a document: named numbers, each with the exact words of the page that bear it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from finslm.documents import Figure, Page
from finslm.money import Heading, heading_at, read_headings, usual_currency
from finslm.triage.line_items import LineItem
from finslm.triage.numbers import Amount, read_amounts
from finslm.triage.sentences import Sentence, split_sentences
from finslm.triage.tables import read_rows

MOST_FIGURES = 8
MOST_PAGES = 40
REACH = 90
"""How many characters may stand between the name of a figure and its number."""
QUOTE_BEFORE = 60
UNNAMED = 0.35
"""The importance of a number that no line item names."""
DECIMAL_COMMA_LANGUAGES = frozenset({"de", "fr", "es", "it", "nl"})


@dataclass(frozen=True)
class _Found:
    figure: Figure
    importance: float
    place: tuple[int, int]


def read_figures(
    pages: Sequence[Page], items: Sequence[LineItem], *, period: str | None, language: str | None
) -> tuple[Figure, ...]:
    """At most 8 figures, the most important first; among equals the earlier one."""
    reader = _Reader(
        items,
        period or "",
        language in DECIMAL_COMMA_LANGUAGES,
        usual_currency(page.text for page in pages[:MOST_PAGES]),
    )
    found = [one for page in pages[:MOST_PAGES] for one in reader.of_page(page)]
    best: dict[tuple[object, ...], _Found] = {}
    for one in sorted(found, key=lambda one: (-one.importance, one.place)):
        best.setdefault((abs(one.figure.value), one.figure.unit, one.figure.scale), one)
    return tuple(one.figure for one in _varied(best.values()))[:MOST_FIGURES]


def _varied(found: Iterable[_Found]) -> list[_Found]:
    """The same with a second figure of one name weighing half, so that eight figures are not eight of a kind."""
    seen: Counter[str] = Counter()
    weighed = []
    for one in found:
        seen[one.figure.name] += 1
        weighed.append(replace(one, importance=one.importance / seen[one.figure.name] ** 2))
    return sorted(weighed, key=lambda one: (-one.importance, one.place))


@dataclass(frozen=True)
class _Reader:
    items: Sequence[LineItem]
    period: str
    has_decimal_comma: bool
    currency: str | None

    def of_page(self, page: Page) -> Iterator[_Found]:
        """The figures of one page, those of table rows and those of sentences."""
        headings = read_headings(page.text)
        rows = list(read_rows(page.text))
        for row in rows:
            yield from self._of_row(page, row.label, row.start, row.cells_start, row.end, headings)
        taken = [(row.start, row.end) for row in rows]
        for sentence in split_sentences(page.text):
            if not any(start <= sentence.start and sentence.end <= end for start, end in taken):
                yield from self._of_sentence(page, sentence)

    def _of_row(
        self, page: Page, label: str, start: int, cells: int, end: int, headings: list[Heading]
    ) -> Iterator[_Found]:
        amounts = list(read_amounts(page.text[cells:end], decimal_comma=self.has_decimal_comma))
        if not amounts:
            return
        amount = _moved(amounts[0], cells)
        item = next((item for item in self.items if item.pattern.search(label)), None)
        heading = heading_at(headings, start)
        scale = amount.scale or ("one" if amount.unit in ("percent", "ratio", "bps", "per_share") else None)
        unit = amount.unit or _unit_of_row(item, label, (heading.currency if heading else None) or self.currency)
        if unit is None or (item is None and amount.unit is None and not heading):
            return
        if scale is None:
            scale = (
                heading.scale if heading and unit not in ("per_share", "percent", "ratio", "shares", "count") else "one"
            )
        figure = self._figure(
            page, replace(amount, unit=unit, scale=scale), item.name if item else label.lower(), start
        )
        yield _Found(figure, item.importance if item else UNNAMED, (page.index, start))

    def _of_sentence(self, page: Page, sentence: Sentence) -> Iterator[_Found]:
        amounts = list(read_amounts(sentence.text, decimal_comma=self.has_decimal_comma))
        named: set[int] = set()
        for item in self.items:
            for mention in item.pattern.finditer(sentence.text):
                amount = _amount_of(item, mention, amounts)
                if amount and amount.start not in named:
                    named.add(amount.start)
                    yield self._in_prose(page, sentence, amount, item.name, item.importance, mention.start())
        for amount in amounts:
            if amount.unit and amount.start not in named:
                name = _name_before(sentence.text[: amount.start])
                yield self._in_prose(page, sentence, amount, name, UNNAMED, max(0, amount.start - QUOTE_BEFORE))

    def _in_prose(
        self, page: Page, sentence: Sentence, amount: Amount, name: str, importance: float, begin: int
    ) -> _Found:
        moved = _moved(amount, sentence.start)
        per_share = re.match(r",?\s+(?:per|a)\s+(?:\w+\s+)?share", page.text[moved.end : moved.end + 30])
        if name.endswith("per share") or (name == "dividend" and per_share and moved.unit != "percent"):
            moved = replace(moved, unit="per_share")
        start = sentence.start + _word_start(sentence.text, min(begin, amount.start))
        return _Found(self._figure(page, moved, name, start), importance, (page.index, moved.start))

    def _figure(self, page: Page, amount: Amount, name: str, start: int) -> Figure:
        start = min(start, amount.start)
        quote = page.text[start : amount.end]
        return Figure(
            name[:80] or "figure",
            amount.value,
            amount.unit or "count",
            amount.scale or "one",
            self.period,
            page.index,
            quote,
        )


def _amount_of(item: LineItem, mention: re.Match[str], amounts: Sequence[Amount]) -> Amount | None:
    """The number that a mention goes with: the first of its kind after it, or one directly before it."""
    after = (one for one in amounts if 0 <= one.start - mention.end() <= REACH and _kind(one) in item.kinds)
    before = (one for one in reversed(amounts) if 0 <= mention.start() - one.end <= 8 and _kind(one) in item.kinds)
    return next(after, None) or next(before, None)


def _kind(amount: Amount) -> str:
    if amount.unit is None:
        return "count"
    return amount.unit if amount.unit in ("percent", "ratio", "bps", "shares", "per_share") else "money"


def _unit_of_row(item: LineItem | None, label: str, currency: str | None) -> str | None:
    if "%" in label or "per cent" in label.lower():
        return "percent"
    kinds = item.kinds if item else frozenset({"money"})
    if "per_share" in kinds:
        return "per_share"
    if "money" in kinds:
        return currency
    return next(iter(sorted(kinds)), None)


def _name_before(text: str) -> str:
    """A name for an unnamed number: the words before it, without the verb and the little words between."""
    words = re.findall(r"[^\W\d_][\w&'’-]*", text[-80:].rsplit(",", 1)[-1].rsplit(";", 1)[-1])
    small = {"of", "to", "by", "at", "is", "was", "were", "are", "a", "an", "the", "up", "in", "from", "for", "about",
             "around", "over", "and", "or", "with", "than", "stood", "rose", "fell", "be", "di", "de", "von"}  # fmt: skip
    while words and words[-1].lower() in small:
        words.pop()
    return " ".join(words[-4:]).lower()


def _word_start(text: str, place: int) -> int:
    while place > 0 and not text[place - 1].isspace():
        place -= 1
    return place


def _moved(amount: Amount, by: int) -> Amount:
    return replace(amount, start=amount.start + by, end=amount.end + by)
