"""Units: what the numbers of the evidence are amounts of, and what the value of a program is therefore an amount of."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finslm.answer.numbers import EvidenceNumber
from finslm.answer.program import literal_of, parsed
from finslm.documents import Passage, Scale
from finslm.errors import ProgramError
from finslm.money import CURRENCY, ISO_CODES, MAGNITUDE, SCALES, iso_code, read_headings, usual_currency

SHARES, PERCENT, OTHER, UNKNOWN, RATIO = "shares", "percent", "other", "unknown", "ratio"
"""What a unit may be beside a currency: OTHER things are counted (employees, days), of UNKNOWN nothing is said, a RATIO has none."""
# A blank, but no end of a line, may stand between a number and its unit.
BEFORE = re.compile(rf"({CURRENCY})[^\S\n]?[(\-−]?[^\S\n]?$")
AFTER = re.compile(
    r"\)?[^\S\n]?(?:(?P<percent>%|per[^\S\n]?cent\b)|(?P<scale>" + MAGNITUDE + r")?\b[^\S\n]?"
    rf"(?:(?:of[^\S\n])?(?:\w+[^\S\n])?(?P<shares>shares)\b|(?P<money>euros?|dollars|pounds|yen|{CURRENCY})(?![\w\d])"
    r"|(?P<things>(?:[a-z-]+[^\S\n])?(?:employees|people|persons|staff|customers|stores|branches|locations|units|days|weeks"
    r"|months|years|hours|times|companies|countries|barrels|tonnes|options|awards|members|shareholders|holders|bps"
    r"|points))\b)?)",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?:19|20)\d\d")
IN_PROSE = re.compile(r"[^\S\n][a-z]{2}")
"""What follows a number that stands in a sentence."""
LABEL = re.compile(r"[^\d\n]{0,120}")
"""What stands in a line before its first number."""
COUNTED = re.compile(
    r"\W*(?:(?:total|average|full-time|part-time|our|number|of)\s+)*(?:number of|headcount|employees|days)\b",
    re.IGNORECASE,
)
OF_SHARES = re.compile(
    r"\W*(?:(?:total|weighted|average|basic|diluted|common|ordinary|adjusted|number|of|and|outstanding)[\s-]+)*shares?\b",
    re.IGNORECASE,
)
A_SHARE = re.compile(r"(?!.*\bexcept\b).*\bper (?:\w+ )?share", re.IGNORECASE)
"""A row of amounts a share, and no heading such as `in millions, except per share`."""
MAGNITUDES: tuple[Scale, ...] = ("thousand", "million", "billion")


@dataclass(frozen=True)
class Unit:
    """What a number is an amount of: an ISO currency or one of the words above.

    `is_said` where it stands beside the number; else it is what the row or the page speaks of. `scale` is the word of
    magnitude beside the number.
    """

    name: str
    is_said: bool = False
    scale: str | None = None


def unit_of(number: EvidenceNumber) -> Unit:
    """The unit of a number: what is printed beside it, else what its row counts, else the currency of its passage."""
    text = number.passage.text
    after = AFTER.match(text, number.end)
    scale = _scale(after["scale"] if after else None)
    if currency := BEFORE.search(text, max(0, number.start - 8), number.start):
        return Unit(iso_code(currency[1]) or UNKNOWN, True, scale)
    if after and (name := _printed_after(after)):
        return Unit(name, True, scale)
    return Unit(_unsaid(number), False, scale)


def _unsaid(number: EvidenceNumber) -> str:
    """What a number is of which nothing is said beside it: what its row counts; in a table, money."""
    text = number.passage.text
    if YEAR.fullmatch(text, number.start, number.end):
        return OTHER
    if counted := _counted_by_row(text, number.start):
        return counted
    return UNKNOWN if IN_PROSE.match(text, number.end) else usual_currency([text]) or UNKNOWN


def is_money(name: str) -> bool:
    """Whether a unit is a currency."""
    return name in ISO_CODES


def units_of(used: Sequence[EvidenceNumber], numbers: Sequence[EvidenceNumber]) -> dict[Decimal, Unit]:
    """The unit of each number that is used, by its absolute value; said only where it is said at all of its places."""
    units = {}
    for number in used:
        unit, value = unit_of(number), abs(number.value)
        is_sure = all(unit_of(other) == unit for other in numbers if abs(other.value) == value)
        units[value] = unit if is_sure else Unit(unit.name)
    return units


def magnitude_printed(
    used: Sequence[EvidenceNumber], units: Mapping[Decimal, Unit], evidence: Sequence[Passage]
) -> Scale | None:
    """The magnitude in which the evidence prints all these amounts: by a word beside them, else by the heading above them.

    None where they differ and where nothing is said; amounts a share have none.
    """
    printed = {units[abs(number.value)].scale or _magnitude_above(number, evidence) for number in used}
    return next((scale for scale in (*MAGNITUDES, "none") if printed == {scale}), None)


def unit_of_value(program: str, units: Mapping[Decimal, Unit]) -> str:
    """What the value of `program` is an amount of: a currency, or one of the words above; a product is OTHER.

    `units` are those of the numbers by their absolute value. Raises ProgramError where different things are added up.
    """
    tree = parsed(program)
    _said(tree, program, units)
    powers = _powers(tree, program, units) or Counter()
    left = {name: power for name, power in powers.items() if power}
    if left.get(SHARES) == -1 and len(left) == 2:
        left.pop(SHARES)
    if not left:
        return RATIO
    return next(iter(left)) if list(left.values()) == [1] else OTHER


def _magnitude_above(number: EvidenceNumber, evidence: Sequence[Passage]) -> str | None:
    """What the headings such as `in thousands` say, above the number on its page; nothing where columns differ."""
    passage = number.passage
    if A_SHARE.match(_label(passage.text, number.start)):
        return "none"
    before = [part.text for part in evidence if part.id == passage.id and part.start < passage.start]
    said = {heading.scale for heading in read_headings("\n".join([*before, passage.text[: number.start]]))}
    return said.pop() if len(said) == 1 else None


def _counted_by_row(text: str, start: int) -> str | None:
    label = _label(text, start)
    if A_SHARE.match(label):
        return None
    if OF_SHARES.match(label):
        return SHARES
    return OTHER if COUNTED.match(label) else None


def _label(text: str, place: int) -> str:
    found = LABEL.match(text, text.rfind("\n", 0, place) + 1)
    return found[0] if found else ""


def _printed_after(after: re.Match[str]) -> str | None:
    if after["percent"]:
        return PERCENT
    if after["shares"]:
        return SHARES
    if after["money"]:
        return iso_code(after["money"])
    return OTHER if after["things"] else None


def _scale(word: str | None) -> str | None:
    return SCALES[word.lower()] if word else None


def _powers(node: ast.expr, program: str, units: Mapping[Decimal, Unit]) -> Counter[str] | None:
    """The power of each unit in a value; None for a number that stands in no evidence, which fits everything."""
    match node:
        case ast.Constant():
            unit = units.get(literal_of(node, program))
            return Counter({unit.name: 1}) if unit else None
        case ast.UnaryOp(operand=operand):
            return _powers(operand, program, units)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as op, right=right):
            both = Counter(_powers(left, program, units))
            (both.update if isinstance(op, ast.Mult) else both.subtract)(_powers(right, program, units) or {})
            return both
        case ast.BinOp(left=left, op=ast.Pow()):
            return _powers(left, program, units)
    measured = [powers for part in _parts(node) if (powers := _powers(part, program, units)) is not None]
    return max(measured, key=lambda powers: sum(map(abs, powers.values())), default=None)


def _said(node: ast.expr, program: str, units: Mapping[Decimal, Unit]) -> Unit | None:
    """The unit that is printed for what a sum adds up, if any. Raises ProgramError where two of them do not fit."""
    match node:
        case ast.Constant():
            unit = units.get(literal_of(node, program))
            return unit if unit and (unit.is_said or unit.scale) else None
        case ast.BinOp(op=ast.Mult() | ast.Div() | ast.Pow()):
            for part in _parts(node):
                _said(part, program, units)
            return None
    said = [unit for part in _parts(node) if (unit := _said(part, program, units))]
    for one in said[1:]:
        if not _fit(said[0], one):
            raise ProgramError(f"it adds up different things ({_named(said[0])}, {_named(one)})")
    return said[0] if said else None


def _fit(one: Unit, other: Unit) -> bool:
    names = {unit.name for unit in (one, other) if unit.is_said} - {UNKNOWN}
    scales = {unit.scale for unit in (one, other)} - {None}
    return len(scales) < 2 and (len(names) < 2 or names.isdisjoint(ISO_CODES))


def _named(unit: Unit) -> str:
    return " ".join(part for part in (unit.name if unit.is_said else "", unit.scale) if part)


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    return (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
