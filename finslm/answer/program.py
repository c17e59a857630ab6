"""Programs: the arithmetic that the model writes, executed exactly in decimal arithmetic.

A program is an arithmetic expression with + - * / **, brackets and the functions sum, avg, min, max, abs and count; a
claim compares two of them with < or >.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext

from finslm.errors import ProgramError


def _divided(a: Decimal, b: Decimal) -> Decimal:
    """A quotient; nought by nought, too, is a division by zero."""
    if not b:
        raise DivisionByZero
    return a / b


OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divided,
    ast.Pow: operator.pow,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Decimal, Decimal], bool]] = {ast.Lt: operator.lt, ast.Gt: operator.gt}
FUNCTIONS: dict[str, Callable[[Sequence[Decimal]], Decimal]] = {
    "sum": lambda values: sum(values, Decimal(0)),
    "avg": lambda values: sum(values, Decimal(0)) / len(values),
    "min": min,
    "max": max,
    "abs": lambda values: abs(values[0]),
    "count": lambda values: Decimal(len(values)),
}
# The numbers that a program may use though they do not stand in the evidence.
CONSTANTS = (*map(str, range(11)), "12", "100", "365", "1000", "10000", "1000000")
LARGEST = Decimal("1e18")
"""More than any amount of money that a document reports; a program that gives more has gone astray."""
EXACT = Context(prec=34, traps=[DivisionByZero, InvalidOperation, Overflow])


def execute(program: str) -> Decimal:
    """The exact value of `program`, to 34 significant digits. Raises ProgramError when it has none."""
    with _reasons_told():
        return _bounded(_value(parsed(program), program))


def holds(claim: str) -> bool:
    """Whether `claim`, a comparison of two programs, is true. Raises ProgramError when one of them has no value."""
    with _reasons_told():
        match parsed(claim):
            case ast.Compare(left=left, ops=[comparison], comparators=[right]):
                values = [_bounded(_value(side, claim)) for side in (left, right)]
                return COMPARISONS[type(comparison)](*values)
    raise _no_value("it is no comparison")


def operands(program: str) -> tuple[Decimal, ...]:
    """The numbers written in a program or a claim, in order."""
    nodes = [n for n in ast.walk(parsed(program)) if isinstance(n, ast.Constant) and not isinstance(n.value, str)]
    nodes.sort(key=lambda node: node.col_offset)
    return tuple(literal_of(node, program) for node in nodes)


def amounts(program: str, printed: Collection[Decimal]) -> tuple[Decimal, ...]:
    """The numbers of a program or a claim that are amounts of the evidence, of which `printed` are the absolute values.

    A constant such as 100 is one where it is added up, averaged or compared, and printed; a factor, and the 1 of a growth
    rate, are constants even if the evidence holds such a number too.
    """
    constants = set(CONSTANTS) - {literal for literal in _added_up(parsed(program), program) if literal != "1"}
    found = tuple(value for value in operands(program) if format(value, "f") not in constants and value in printed)
    return found or operands(program)


def _added_up(tree: ast.expr, program: str) -> Iterator[str]:
    """The literals that are parts of sums, functions or comparisons."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add | ast.Sub):
            continue
        for part in ast.iter_child_nodes(node):
            inner = part.operand if isinstance(part, ast.UnaryOp) else part
            if isinstance(inner, ast.Constant):
                yield str(ast.get_source_segment(program, inner))


@contextmanager
def _reasons_told() -> Iterator[None]:
    try:
        with localcontext(EXACT):
            yield
    except (SyntaxError, KeyError, RecursionError) as error:
        raise _no_value("it is not arithmetic that we know") from error
    except DivisionByZero as error:
        raise _no_value("it divides by zero") from error
    except (InvalidOperation, Overflow) as error:
        raise _no_value("its value is out of range") from error


def parsed(program: str) -> ast.expr:
    """The syntax tree of a program or a claim."""
    return ast.parse(program, mode="eval").body


def _bounded(value: Decimal) -> Decimal:
    if abs(value) > LARGEST:
        raise _no_value("its value is out of range")
    return value


def _value(node: ast.expr, program: str) -> Decimal:
    match node:
        case ast.Constant():
            return literal_of(node, program)
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand, program)
        case ast.BinOp():
            return OPERATORS[type(node.op)](_value(node.left, program), _value(node.right, program))
        case ast.Call(func=ast.Name(id="count"), args=[ast.Constant(value=str()), *_] as words):
            return Decimal(len(words))
        case ast.Call(func=ast.Name(id=name)) if node.args:
            return FUNCTIONS[name]([_value(argument, program) for argument in node.args])
    raise _no_value("it is not arithmetic that we know")


def literal_of(node: ast.Constant, program: str) -> Decimal:
    """The value of a number as `program` writes it."""
    # The text, not the parsed float: 0.1 must stay one tenth.
    return Decimal(ast.get_source_segment(program, node) or "NaN")


def _no_value(reason: str) -> ProgramError:
    return ProgramError(f"the program has no exact value: {reason}", next_step="ask in other words")
