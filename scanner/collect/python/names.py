"""An expression as a reader would quote it, in one short line."""

from __future__ import annotations

from itertools import chain

from scanner.collect.python import syntax

_MAX_DEPTH = 4
_MAX_TEXT = 24


def shown(expression: syntax.Expression, depth: int = 0) -> str:
    """The expression as written, with what is long or deep left out."""
    if depth > _MAX_DEPTH:
        return "…"
    match expression:
        case syntax.Name():
            return expression.id
        case syntax.Attribute():
            return f"{shown(expression.base, depth)}.{expression.name}"
        case syntax.Call():
            inside = ", ".join(_argument(each, depth + 1) for each in expression.arguments[:3])
            return f"{shown(expression.function, depth + 1)}({inside})"
        case syntax.Subscript():
            return f"{shown(expression.base, depth)}[{shown(expression.index, depth + 1)}]"
        case syntax.Text():
            return repr(expression.value[:_MAX_TEXT])
        case syntax.Constant():
            return expression.source
        case syntax.Binary():
            left, right = (shown(side, depth + 1) for side in (expression.left, expression.right))
            return f"{left} {expression.operator} {right}"
        case _:
            return "…"


def called(function: syntax.Expression) -> str:
    """The dotted name of what is called: ``self.db.cursor().execute`` → "self.db.cursor().execute"."""
    match function:
        case syntax.Name():
            return function.id
        case syntax.Attribute():
            return f"{called(function.base)}.{function.name}"
        case syntax.Call():
            return f"{called(function.function)}()"
        case syntax.Subscript():
            return f"{called(function.base)}[]"
        case _:
            return "…"


def last_name(function: syntax.Expression) -> str:
    """The last part of what is called: "execute" of ``cursor.execute``; empty for a computed one."""
    if isinstance(function, syntax.Attribute):
        return function.name
    return function.id if isinstance(function, syntax.Name) else ""


def position(expression: object) -> int | None:
    """The offset of the first part of the expression that has one."""
    at = getattr(expression, "at", None)
    if isinstance(at, int):
        return at
    parts = (getattr(expression, name, ()) for name in ("base", "left", "function", "operand", "items", "right"))
    every = chain.from_iterable(part if isinstance(part, tuple) else (part,) for part in parts)
    return next((found for found in map(position, every) if found is not None), None)


def _argument(argument: syntax.Argument, depth: int) -> str:
    value = shown(argument.value, depth)
    return f"{argument.keyword}={value}" if argument.keyword else argument.star + value


def rows_of(cursor: str) -> str:
    """The name under which a frame keeps the rows that a cursor has; no program can use it."""
    return f"rows of {cursor}"
