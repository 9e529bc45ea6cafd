"""Arithmetic typed by people or models, worked out from its syntax tree: nothing is ever executed."""

import ast
import math
import operator
from collections.abc import Callable

MAX_LENGTH = 200
"""Longest expression taken, in characters."""

MAX_BITS = 4096
"""Largest power worked out, in bits; more would only keep the processor busy."""


def _power(base: float, exponent: float) -> float:
    if abs(base) > 1 and abs(exponent) * math.log2(abs(base)) > MAX_BITS:
        raise ValueError("the power is too large")
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError("the root of a negative number is not real")
    return float(result) if isinstance(result, float) else int(result)


_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
_UNARY: dict[type[ast.unaryop], Callable[[float], float]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}


def evaluate(expression: str) -> float:
    """The value of an expression of numbers, `+ - * / // % **` and parentheses; an `int` where it is whole by itself.

    Raises `ValueError` with a plain reason for anything else: names, calls, a division by zero, numbers too large.
    """
    if len(expression) > MAX_LENGTH:
        raise ValueError(f"the expression is longer than {MAX_LENGTH} characters")
    try:
        result = _value(ast.parse(expression.strip(), mode="eval").body)
        if isinstance(result, float) and not math.isfinite(result):
            raise OverflowError
        return result
    except SyntaxError as error:
        raise ValueError(f"not an arithmetic expression: {expression.strip()!r}") from error
    except ZeroDivisionError as error:
        raise ValueError("division by zero") from error
    except OverflowError as error:
        raise ValueError("the result is too large") from error


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=value) if type(value) in (int, float):
            assert isinstance(value, int | float)
            return value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left), _value(right))
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _UNARY:
            return _UNARY[type(sign)](_value(operand))
        case _:
            raise ValueError(f"only numbers and + - * / // % ** ( ) are allowed, not {ast.unparse(node)!r}")
