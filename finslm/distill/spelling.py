"""Programs of the data sets in the one notation that we teach: plain arithmetic, numbers as printed without commas."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from decimal import Decimal

from finslm.answer import execute
from finslm.errors import ProgramError

BINARY = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "exp": "**"}
OVER_ROWS = {"table_sum": "sum", "table_average": "avg", "table_max": "max", "table_min": "min"}
SYMBOLS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", 1),
    ast.Sub: ("-", 1),
    ast.Mult: ("*", 2),
    ast.Div: ("/", 2),
    ast.Pow: ("**", 4),
}
NEGATED = 3
ATOM = 5
STEP = re.compile(r"\b([a-z_]+)\(([^()]*)\)")
"""An innermost call."""


def spelled(expression: str) -> str:
    """`expression` with single blanks, no thousands separators and no needless brackets. Raises ProgramError."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", expression)
    text = re.sub(r"[$€£%]", "", text).translate(str.maketrans("[]{}×–−", "()()*--")).replace("^", "**").strip()
    text = re.sub(r"(?<![\d.])0+(?=\d)", "", text)
    text = re.sub(r"(?<![\d.])\.(?=\d)", "0.", text)
    try:
        return _spelled(ast.parse(text, mode="eval").body, text)[0]
    except (SyntaxError, KeyError, ValueError) as error:
        raise ProgramError(f"no arithmetic: {expression}") from error


def from_steps(program: str, table: Sequence[Sequence[str]]) -> str:
    """FinQA's notation (`subtract(7, 5), divide(#0, 5)`) as an expression. Raises ProgramError."""
    steps: list[str] = []
    while call := STEP.search(program):
        steps.append(_step(call[1], call[2].split(","), steps, table))
        program = f"{program[: call.start()]}#{len(steps) - 1}{program[call.end() :]}"
    if not steps:
        return spelled(program)
    left, is_claim, right = steps[-1].partition(" > ")
    return f"{spelled(left)} > {spelled(right)}" if is_claim else spelled(left)


def _step(name: str, arguments: Sequence[str], steps: Sequence[str], table: Sequence[Sequence[str]]) -> str:
    if name in OVER_ROWS:
        return f"{OVER_ROWS[name]}({', '.join(_row(arguments[0], table))})"
    if len(arguments) != 2 or name not in (*BINARY, "greater"):
        raise ProgramError(f"unknown step {name}")
    left, right = (_operand(argument.strip(), steps) for argument in arguments)
    return f"{left} > {right}" if name == "greater" else f"({left} {BINARY[name]} {right})"


def value_of(expression: str) -> Decimal | None:
    """The expression's value, if it has one."""
    try:
        return execute(expression)
    except ProgramError:
        return None


def _operand(argument: str, steps: Sequence[str]) -> str:
    if argument.startswith("#"):
        return steps[int(argument[1:])]
    if argument.startswith("const_"):
        return argument.removeprefix("const_").replace("m", "-")
    if argument.endswith("%"):
        return f"({argument[:-1]} / 100)"
    return argument


def _row(label: str, table: Sequence[Sequence[str]]) -> list[str]:
    """The numbers of the row that `label` names."""
    for row in table:
        if row and row[0].strip().casefold() == label.strip().casefold():
            found = (re.search(r"-?\d[\d,]*\.?\d*", cell.replace("$", "").replace(" ", "")) for cell in row[1:])
            return [match.group().replace(",", "") for match in found if match]
    raise ProgramError("the program names no row of the table")


def _spelled(node: ast.expr, text: str) -> tuple[str, int]:
    """The node's text, and how tightly it binds."""
    match node:
        case ast.Constant(value=int() | float()):
            return ast.get_source_segment(text, node) or "", ATOM
        case ast.UnaryOp(op=ast.USub()):
            inner, binds = _spelled(node.operand, text)
            return f"-{_bracketed(inner, binds < ATOM)}", NEGATED
        case ast.UnaryOp(op=ast.UAdd()):
            return _spelled(node.operand, text)
        case ast.BinOp():
            symbol, strength = SYMBOLS[type(node.op)]
            left, left_binds = _spelled(node.left, text)
            right, right_binds = _spelled(node.right, text)
            left = _bracketed(left, left_binds < strength)
            right = _bracketed(right, right_binds <= strength and right_binds < ATOM)
            return f"{left} {symbol} {right}", strength
        case ast.Call(func=ast.Name(id=name)) if node.args:
            return f"{name}({', '.join(_spelled(argument, text)[0] for argument in node.args)})", ATOM
    raise ProgramError("no arithmetic that we teach")


def _bracketed(text: str, is_needed: bool) -> str:
    return f"({text})" if is_needed else text
