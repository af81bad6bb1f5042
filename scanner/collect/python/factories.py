"""Connections and cursors that make rows in a way of their own."""

from __future__ import annotations

from scanner.collect.python import syntax
from scanner.collect.python.executors import BY_NAME_FACTORIES, BY_NAME_OPTIONS, ROW_FACTORY_KEYWORDS
from scanner.collect.python.frames import Frame
from scanner.collect.python.names import last_name
from scanner.collect.python.signatures import Signature, by_keyword, by_position, signature
from scanner.collect.python.values import ConnectionValue, Variants
from scanner.model import RowUse
from scanner.model.observation import RowUseKind


def connected(expression: syntax.Call, receivers: Variants, frame: Frame) -> ConnectionValue | None:
    """A connection or cursor that makes rows in a way of its own, if the call opens one."""
    opens_cursor = last_name(expression.function) == "cursor"
    for argument in expression.arguments:
        if argument.keyword in ROW_FACTORY_KEYWORDS or (opens_cursor and argument.keyword is None):
            return factory(argument.value, frame)
        if argument.keyword in BY_NAME_OPTIONS and argument.value == syntax.Constant("True"):
            return ConnectionValue(RowUse("by-name"))
    inherited = (value for value in receivers if isinstance(value, ConnectionValue))
    return next(inherited, None) if opens_cursor else None


def assigned(target: syntax.Expression, value: syntax.Expression, frame: Frame) -> None:
    """``connection.row_factory = dict_row``."""
    if isinstance(target, syntax.Attribute) and target.name in ROW_FACTORY_KEYWORDS:
        made = factory(value, frame)
        if made is not None and isinstance(target.base, syntax.Name):
            frame.names[target.base.id] = (made, *frame.find(target.base.id))


def factory(expression: syntax.Expression, frame: Frame) -> ConnectionValue | None:
    """What a connection with this row factory is."""
    made = expression.function if isinstance(expression, syntax.Call) else expression
    if last_name(made) in BY_NAME_FACTORIES:
        return ConnectionValue(RowUse("by-name"))
    given = expression.arguments if isinstance(expression, syntax.Call) else ()
    kind = _OF_CLASSES.get(last_name(made))
    functions = [value for each in given for value in frame.evaluate(each.value)] if kind else []
    known = next(filter(None, (signature(each, frame) for each in functions)), None)
    return ConnectionValue(_made(kind, known)) if kind else None


def _made(kind: RowUseKind, known: Signature | None) -> RowUse:
    if known is None:
        return RowUse(kind)
    return by_position(known) if kind == "splatted" else by_keyword(known, known.names)


# How psycopg's row factories hand a row to a class or function.
_OF_CLASSES: dict[str, RowUseKind] = {"class_row": "keywords", "kwargs_row": "keywords", "args_row": "splatted"}
