"""Connections and cursors that make rows in a way of their own, and engines that tell their driver."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from scanner.collect.python import syntax
from scanner.collect.python.driver_hints import addresses
from scanner.collect.python.executors import BY_NAME_FACTORIES, BY_NAME_OPTIONS, ROW_FACTORY_KEYWORDS
from scanner.collect.python.frames import Frame
from scanner.collect.python.holes import marked
from scanner.collect.python.names import last_name
from scanner.collect.python.signatures import Signature, by_keyword, by_position, signature
from scanner.collect.python.values import ClassValue, ConnectionValue, FunctionValue, PartialValue, TextValue, Variants
from scanner.model import RowUse
from scanner.model.observation import RowUseKind


def connected(
    expression: syntax.Call, receivers: Variants, functions: Variants, arguments: Sequence[Variants], frame: Frame
) -> ConnectionValue | None:
    """What is known of the connection, cursor or engine that the call opens, if it opens one."""
    name = last_name(expression.function)
    if (name in _ENGINES or name in _OPENING) and not any(isinstance(each, _OF_PROJECT) for each in functions):
        if name in _ENGINES:
            return ConnectionValue(driver=_named(arguments))
        for value in (*receivers, *chain(*arguments)):
            if isinstance(value, ConnectionValue) and value.driver is not None:
                return value
    opens_cursor = name == "cursor"
    for argument in expression.arguments:
        if argument.keyword in ROW_FACTORY_KEYWORDS or (opens_cursor and argument.keyword is None):
            return factory(argument.value, frame)
        if argument.keyword in BY_NAME_OPTIONS and argument.value == syntax.Constant("True"):
            return ConnectionValue(RowUse("by-name"))
    inherited = (value for value in receivers if isinstance(value, ConnectionValue))
    return next(inherited, None) if opens_cursor else None


def _named(arguments: Sequence[Variants]) -> str:
    """The one driver that the address of an engine names; empty where it names none, or is not known."""
    texts = (marked(value)[0] for values in arguments[:1] for value in values if isinstance(value, TextValue))
    found = {each.removeprefix("address ") for text in texts for each in addresses(text)}
    return found.pop() if len(found) == 1 else ""


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


# Functions of the project that are called as SQLAlchemy's: they are entered.
_OF_PROJECT = (FunctionValue, ClassValue, PartialValue)
_ENGINES = frozenset(("create_engine", "create_async_engine"))
# What opens a connection of an engine, or of what it is given as an argument.
_OPENING = frozenset(("connect", "begin", "raw_connection", "execution_options", "Session", "AsyncSession"))
# How psycopg's row factories hand a row to a class or function.
_OF_CLASSES: dict[str, RowUseKind] = {"class_row": "keywords", "kwargs_row": "keywords", "args_row": "splatted"}
