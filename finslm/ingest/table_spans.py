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
UNDERLINE = 0.25  # heights


def spans_by_rule(
    columns: Sequence[Column], line: Line, pieces: Sequence[Piece], rules: Sequence[Rule]
) -> dict[int, tuple[int, int]]:
    """For each piece of a heading line that has a rule under it, by `id`: the first and the last column of that rule.

    Rules that stand one beside the other belong to the nearest piece; one under several pieces belongs to none.
    """
    found: dict[int, list[int]] = {}
    for rule in _under(line, pieces, rules):
        over = [piece for piece in pieces if rule.left <= piece.middle <= rule.right]
        inside = [number for number, column in enumerate(columns) if rule.left - 2 < column.middle < rule.right + 2]
        if len(over) <= 1 and inside:
            middle = (rule.left + rule.right) / 2
            nearest = over[0] if over else min(pieces, key=lambda piece: abs(piece.middle - middle))
            found.setdefault(id(nearest), []).extend(inside)
    return {piece: (min(inside), max(inside)) for piece, inside in found.items()}


def _under(line: Line, pieces: Sequence[Piece], rules: Sequence[Rule]) -> list[Rule]:
    """The rules right under a line, those that touch made one; without any, the bands that lie behind it."""
    flat = [
        rule
        for rule in rules
        if not rule.is_band and LOWEST < ((rule.bottom + rule.top) / 2 - line.bottom) / line.height < HIGHEST
    ]
    plain = [rule for rule in _joined(flat) if not any(_underlines(rule, piece, line.height) for piece in pieces)]
    if plain:
        return plain
    return _joined([rule for rule in rules if rule.is_band and rule.bottom < line.middle < rule.top])


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
