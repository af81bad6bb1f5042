"""Connections and cursors that make rows in a way of their own, and engines that tell their driver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from scanner.collect.python import syntax
from scanner.collect.python.binding import bind
from scanner.collect.python.callables import LambdaValue
from scanner.collect.python.classes import ancestry
from scanner.collect.python.driver_hints import addresses
from scanner.collect.python.executors import BY_NAME_FACTORIES, BY_NAME_OPTIONS, ROW_FACTORY_KEYWORDS
from scanner.collect.python.frames import Frame
from scanner.collect.python.holes import marked
from scanner.collect.python.light import replace
from scanner.collect.python.names import last_name, shown
from scanner.collect.python.signatures import Signature, by_keyword, by_position, signature
from scanner.collect.python.uses import note, use
from scanner.collect.python.values import (
    ClassValue,
    ConnectionValue,
    FunctionValue,
    PartialValue,
    ResultValue,
    TextValue,
    Variants,
)
from scanner.model import RowUse
from scanner.model.observation import Namesakes, RowUseKind


def connected(
    expression: syntax.Call, receivers: Variants, functions: Variants, arguments: Sequence[Variants], frame: Frame
) -> ConnectionValue | None:
    """What is known of the connection, cursor or engine that the call opens, if it opens one."""
    name = last_name(expression.function)
    made = next((value for value in functions if isinstance(value, ConnectionValue)), None)
    if made is not None:  # what a sessionmaker gives is called for a session
        return made
    if (name in _ENGINES or name in _OPENING) and not any(isinstance(each, _OF_PROJECT) for each in functions):
        if name in _ENGINES:
            return ConnectionValue(driver=_named(arguments))
        for value in (*receivers, *chain(*arguments)):
            if isinstance(value, ConnectionValue) and value.driver is not None:
                return value
        if name in _MAKERS:
            return ConnectionValue(driver="")
    opens_cursor = name == "cursor"
    for argument in expression.arguments:
        if argument.keyword in ROW_FACTORY_KEYWORDS or (opens_cursor and argument.keyword is None):
            return factory(argument.value, frame, of_rows=argument.keyword == _OF_ROWS)
        if argument.keyword in BY_NAME_OPTIONS and argument.value == syntax.Constant("True"):
            return ConnectionValue(RowUse("by-name", namesakes=BY_NAME_OPTIONS[argument.keyword]))
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
        made = factory(value, frame, of_rows=target.name == _OF_ROWS)
        name = shown(target.base)
        if made is not None and name.isidentifier():
            frame.names[name] = (made, *frame.find(name))
        elif made is not None and isinstance(target.base, syntax.Attribute):
            bind(target.base, (made, *frame.evaluate(target.base)), frame)


def factory(expression: syntax.Expression, frame: Frame, *, of_rows: bool) -> ConnectionValue | None:
    """What a connection with this row factory is, or with this class of cursors."""
    made = expression.function if isinstance(expression, syntax.Call) else expression
    by_name = _by_name([last_name(made)], frame)
    if by_name is not None:
        return by_name
    if last_name(made) == "scalar_row":
        return ConnectionValue(RowUse("indexed", indexes=(0,)))
    given = expression.arguments if isinstance(expression, syntax.Call) else ()
    kind = _OF_CLASSES.get(last_name(made))
    if kind is None:
        return _of_project(frame.evaluate(expression), frame, of_rows=of_rows)
    functions = [value for each in given for value in frame.evaluate(each.value)]
    known = next(filter(None, (signature(each, frame) for each in functions)), None)
    return ConnectionValue(_made(kind, known))


def _by_name(names: Iterable[str], frame: Frame) -> ConnectionValue | None:
    """What one of these makes of a connection: psycopg2's DictCursor is called as PyMySQL's."""
    for namesakes in (BY_NAME_FACTORIES[name] for name in names if name in BY_NAME_FACTORIES):
        is_other = namesakes == "first" and frame.world.family == "postgres"
        return ConnectionValue(RowUse("by-name", namesakes="last" if is_other else namesakes))
    return None


def _of_project(values: Variants, frame: Frame, *, of_rows: bool) -> ConnectionValue | None:
    if of_rows:
        own = tuple(value for value in values if isinstance(value, _CALLED))
        return ConnectionValue(factory=own) if own else None
    classes = (value for value in values if isinstance(value, ClassValue))
    bases = [each.name.rsplit(".", 1)[-1] for of in classes for each in ancestry(of, frame.world)]
    return _by_name(bases, frame)


def made(found: Variants, connections: Variants, queries: tuple[TextValue, ...], frame: Frame, at: int) -> Variants:
    """What a statement gives, over a connection that makes rows in a way of its own."""
    row = ResultValue(queries, "row")
    for each in connections:
        if isinstance(each, ConnectionValue) and each.rows is not None:
            note(row, each.rows, frame, at)
            found = _with(found, queries, each.rows.namesakes)
        elif isinstance(each, ConnectionValue) and each.factory:
            rest = [value for value in _applied(each.factory, row, frame, at) if isinstance(value, ResultValue)]
            whole = next((value for value in rest if replace(value, namesakes=None) == row), None)
            if whole is None:  # what the program does then is done with something else
                use(row, "unknown", frame, at)
            found = _with(found, queries, whole.namesakes) if whole else _with(found, (), None)
    return found


def _with(found: Variants, queries: tuple[TextValue, ...], namesakes: Namesakes | None) -> Variants:
    return tuple(
        replace(value, queries=queries, namesakes=namesakes) if isinstance(value, ResultValue) else value
        for value in found
    )


def _applied(factory: Variants, row: ResultValue, frame: Frame, at: int) -> Variants:
    """``factory(cursor)(row)`` as psycopg has it, or ``factory(cursor, row)`` as sqlite3."""
    saved = dict(frame.names)
    frame.names |= {_FACTORY: factory, _CURSOR: (replace(row, shape="cursor"),), _ROW: (row,)}
    function, *arguments = (syntax.Name(name, at) for name in (_FACTORY, _CURSOR, _ROW))
    given = [syntax.Argument(each) for each in arguments]
    known = (signature(each, frame) for each in factory)
    if any(each is not None and each.least == 2 for each in known):
        call = syntax.Call(function, tuple(given), at)
    else:
        call = syntax.Call(syntax.Call(function, (given[0],), at), (given[1],), at)
    rest = frame.evaluate(call)
    frame.names = saved
    return rest


def _made(kind: RowUseKind, known: Signature | None) -> RowUse:
    if kind == "splatted":
        return by_position(known) if known else RowUse(kind)
    return replace(by_keyword(known, known.names) if known else RowUse(kind), namesakes="last")


# Functions of the project that are called as SQLAlchemy's: they are entered.
_OF_PROJECT = (FunctionValue, ClassValue, PartialValue)
_ENGINES = frozenset(("create_engine", "create_async_engine"))
# What opens a connection of an engine, or of what it is given as an argument.
_MAKERS = frozenset(("sessionmaker", "async_sessionmaker", "scoped_session", "async_scoped_session"))
_OPENING = _MAKERS | {"connect", "begin", "raw_connection", "execution_options", "Session", "AsyncSession"}
# How psycopg's row factories hand a row to a class or function.
_OF_ROWS = "row_factory"
# What is called with a row, of the project; and names for it that no program can use.
_CALLED = (*_OF_PROJECT, LambdaValue)
_FACTORY, _CURSOR, _ROW = "factory of rows", "cursor of rows", "row of rows"
_OF_CLASSES: dict[str, RowUseKind] = {"class_row": "keywords", "kwargs_row": "keywords", "args_row": "splatted"}
