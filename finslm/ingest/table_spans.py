"""The rules under the headings of a table -> which columns each heading spans."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from finslm.ingest.pdf_words import Rule
from finslm.ingest.table_columns import Column
from finslm.ingest.table_lines import Line
from finslm.ingest.table_pieces import Piece

LOWEST, HIGHEST = -0.7, 0.35  # heights of the line, from its foot: where the rule of a heading is looked for
JOINED = 0.6  # points: rules that are no further apart are one
SLACK = 6.0  # points: how far from the middle of its columns a heading may stand
UNDERLINE = 0.25  # heights


def spans_by_rule(
    columns: Sequence[Column], line: Line, pieces: Sequence[Piece], rules: Sequence[Rule]
) -> dict[int, tuple[int, int]]:
    """For each piece of a heading line that has a rule under it, by `id`: the first and the last column of that rule.

    Rules may be drawn column by column: then a piece spans as many of those without a piece as make it stand in their
    middle. Where the labels have such a rule as well, the rules are the edges of shaded lines: then a piece spans two of
    them at most, when it stands between. A rule under several pieces belongs to none.
    """
    under = _under(line, pieces, rules)
    shaded = any(rule.right < columns[0].outer_left for rule in under)
    free = [not any(rule.left <= piece.middle <= rule.right for piece in pieces) for rule in under]
    found = {}
    for piece in pieces:
        own = [rule for rule in under if rule.left <= piece.middle <= rule.right]
        if any(rule.left <= other.middle <= rule.right for rule in own for other in pieces if other is not piece):
            continue
        inside = _columns_over(columns, _span(piece, under, free, grows=not shaded))
        if inside:
            found[id(piece)] = (inside[0], inside[-1])
    return found


def is_ruled_off(line: Line, pieces: Sequence[Piece], rules: Sequence[Rule]) -> bool:
    """Whether a rule parts a heading line from what stands under it, as none parts the lines of one heading."""
    return bool(_under(line, pieces, rules))


def _columns_over(columns: Sequence[Column], span: Sequence[Rule]) -> list[int]:
    if not span:
        return []
    left, right = span[0].left - 2, max(rule.right for rule in span) + 2
    return [number for number, column in enumerate(columns) if left < column.middle < right]


def _span(piece: Piece, rules: Sequence[Rule], free: Sequence[bool], *, grows: bool) -> Sequence[Rule]:
    """The rules, side by side, in the middle of which the piece stands: its own, those around it, or none."""
    own = [number for number, rule in enumerate(rules) if rule.left <= piece.middle <= rule.right]
    before = [number for number, rule in enumerate(rules) if rule.right < piece.middle and free[number]]
    after = [number for number, rule in enumerate(rules) if rule.left > piece.middle and free[number]]
    if own and rules[own[0]].left <= piece.left and piece.right <= rules[own[-1]].right:
        return [rules[number] for number in own]
    if not own and not (before and after):
        return []
    first, last = (own[0], own[-1]) if own else (before[-1], after[0])
    starts, ends = [first], [last]
    while grows and starts[-1] - 1 in before:
        starts.append(starts[-1] - 1)
    while grows and ends[-1] + 1 in after:
        ends.append(ends[-1] + 1)
    spans = [rules[start : end + 1] for start in starts for end in ends]
    wider = [span for span in spans if span[0].left <= piece.left and piece.right <= span[-1].right]
    return min(wider or spans, key=lambda span: (round(abs(_middle(span) - piece.middle) / SLACK), -len(span)))


def _middle(span: Sequence[Rule]) -> float:
    return (span[0].left + span[-1].right) / 2


def _under(line: Line, pieces: Sequence[Piece], rules: Sequence[Rule]) -> list[Rule]:
    """The rules right under a line, those that touch made one; without any, the bands that lie behind it."""
    flat = [
        rule
        for rule in rules
        if not rule.is_band and LOWEST < ((rule.bottom + rule.top) / 2 - line.bottom) / line.height < HIGHEST
    ]
    plain = [rule for rule in _joined(flat) if not any(_underlines(rule, piece, line.height) for piece in pieces)]
    if plain:
        return _in_a_row(plain)
    return _in_a_row(_joined([rule for rule in rules if rule.is_band and rule.bottom < line.middle < rule.top]))


def _in_a_row(rules: Sequence[Rule]) -> list[Rule]:
    """The rules from left to right, the widest of those that lie one over the other."""
    row: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: rule.left - rule.right):
        if all(rule.right <= other.left + JOINED or other.right <= rule.left + JOINED for other in row):
            row.append(rule)
    return sorted(row, key=lambda rule: rule.left)


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Rules of the same height that touch, as one."""
    joined: list[Rule] = []
    for _, level in groupby(sorted(rules, key=_height), key=_height):
        for rule in sorted(level, key=lambda rule: rule.left):
            last = joined[-1] if joined else None
            if last and _height(last) == _height(rule) and rule.left <= last.right + JOINED:
                joined[-1] = Rule(last.left, max(last.right, rule.right), last.bottom, last.top)
            else:
                joined.append(rule)
    return joined


def _height(rule: Rule) -> int:
    return round((rule.bottom + rule.top) / 2)


def _underlines(rule: Rule, piece: Piece, height: float) -> bool:
    """Whether the rule is as wide as the text: an underline says nothing of columns."""
    return abs(rule.left - piece.left) + abs(rule.right - piece.right) < UNDERLINE * height
