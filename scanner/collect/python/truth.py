"""Whether a condition holds, where the arguments of a call decide it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.collect.python import syntax
from scanner.collect.python.executors import TELLING
from scanner.collect.python.frames import Frame
from scanner.collect.python.gist import nodes
from scanner.collect.python.names import last_name
from scanner.collect.python.values import (
    ConstantValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    Literal,
    TextValue,
    Unknown,
    Value,
    Variants,
)

_MORE_THAN_NONE = ((">", syntax.Constant("0")), ("!=", syntax.Constant("0")), (">=", syntax.Constant("1")))
# What they are given stays as it is.
_READ_ONLY = TELLING | frozenset(("dict", "list", "tuple", "sorted", "len", "bool", "any", "all", "set", "join", "zip"))
_FALSE = frozenset(("None", "False", "0", "0.0"))


def truth(test: syntax.Expression, frame: Frame) -> bool | None:
    """Whether the condition holds in a function that was entered from a call; None if that is not known.

    A function that is evaluated without its callers goes all ways.
    """
    return _truth(test, frame) if frame.depth else None


def demanded(statement: syntax.If) -> dict[syntax.Expression, bool]:
    """The comparisons that have to hold, or not to hold, for the code not to raise."""
    if _raises(statement.body):
        return dict(_demanded(statement.test, holds=False))
    return dict(_demanded(statement.test, holds=True)) if _raises(statement.otherwise) else {}


def _raises(block: tuple[syntax.Statement, ...]) -> bool:
    return bool(block) and isinstance(block[-1], syntax.Evaluate) and block[-1].raises


def _demanded(test: syntax.Expression, *, holds: bool) -> Iterator[tuple[syntax.Expression, bool]]:
    if isinstance(test, syntax.Unary) and test.operator == "not":
        yield from _demanded(test.operand, holds=not holds)
    elif isinstance(test, syntax.Binary) and test.operator == ("and" if holds else "or"):
        yield from _demanded(test.left, holds=holds)
        yield from _demanded(test.right, holds=holds)
    elif isinstance(test, syntax.Binary):
        yield test, holds


def narrowed(test: syntax.Expression, frame: Frame, *, holds: bool) -> dict[str, Variants]:
    """The names of which fewer variants are left where the condition holds, or does not hold."""
    if isinstance(test, syntax.Unary) and test.operator == "not":
        return narrowed(test.operand, frame, holds=not holds)
    if isinstance(test, syntax.Binary) and test.operator == ("and" if holds else "or"):
        return {**narrowed(test.left, frame, holds=holds), **narrowed(test.right, frame, holds=holds)}
    name = _asked(test)
    values = frame.names.get(name, ()) if name else ()
    kept = tuple(value for value in values if _is_full(value) in (None, holds))
    return {name: kept} if name and kept and kept != values else {}


def _asked(test: syntax.Expression) -> str | None:
    """The name that ``name``, ``len(name)`` and ``len(name) > 0`` ask to be full."""
    if isinstance(test, syntax.Binary) and (test.operator, test.right) in _MORE_THAN_NONE:
        return _asked(test.left) if isinstance(test.left, syntax.Call) else None
    if isinstance(test, syntax.Call) and isinstance(test.function, syntax.Name) and test.function.id == "len":
        test = test.arguments[0].value if test.arguments else test
    return test.id if isinstance(test, syntax.Name) else None


def _is_full(value: Value) -> bool | None:
    if isinstance(value, ListValue) and not value.open:
        return bool(value.items)
    return _holds(value)


def _truth(test: syntax.Expression, frame: Frame) -> bool | None:
    if isinstance(test, syntax.Unary) and test.operator == "not":
        inner = _truth(test.operand, frame)
        return None if inner is None else not inner
    if isinstance(test, syntax.Binary):
        return _compared(test, frame)
    if isinstance(test, syntax.Attribute):
        found = {_is_full(value) for value in _held(test, frame)}
    elif isinstance(test, syntax.Name) and _is_empty_rest(test.id, frame):
        found = {False}
    elif isinstance(test, syntax.Name | syntax.Constant):
        found = {_holds(value) for value in frame.evaluate(test)}
    else:
        return None
    return found.pop() if len(found) == 1 else None


def _is_empty_rest(name: str, frame: Frame) -> bool:
    """Whether it is ``**where`` or ``*args`` of a function, and the call gives nothing of the kind."""
    definition = frame.world.functions.get(FunctionValue(frame.module.path, frame.function or ""))
    if definition is None or name not in (definition.function.keywords, definition.function.rest):
        return False
    values = frame.names.get(name, ())
    is_empty = all(
        (isinstance(value, DictValue) and not value.open and not value.entries)
        or (isinstance(value, ListValue) and not value.open and not value.items)
        for value in values
    )
    return bool(values) and is_empty and not _is_handed_on(name, definition.function)


def _is_handed_on(name: str, function: syntax.Function) -> bool:
    """Whether a call of the function gets the dict or list itself, and may fill it."""
    calls = (node for node in nodes(function.body) if isinstance(node, syntax.Call))
    given = ((last_name(call.function), each) for call in calls for each in call.arguments if not each.star)
    return any(
        isinstance(each.value, syntax.Name) and each.value.id == name and called not in _READ_ONLY
        for called, each in given
    )


def _held(test: syntax.Attribute, frame: Frame) -> Iterator[Value]:
    """What instances hold under a name since they were made; an attribute of the class may be another in a subclass."""
    base = frame.find(test.base.id) if isinstance(test.base, syntax.Name) else ()
    own = frame.names.get(f"{test.base.id}.{test.name}") if isinstance(test.base, syntax.Name) else None
    for instance in base:
        fields = dict(instance.fields) if isinstance(instance, InstanceValue) else {}
        yield from own or fields.get(test.name, (Unknown(test.name),))


def _compared(test: syntax.Binary, frame: Frame) -> bool | None:
    if test.operator in ("and", "or"):
        sides = [_truth(side, frame) for side in (test.left, test.right)]
        decisive = test.operator == "or"
        if decisive in sides:
            return decisive
        return None if None in sides else not decisive
    if test.operator not in ("is", "is not") or test.right != syntax.Constant("None"):
        return None
    if not isinstance(test.left, syntax.Name):
        return None
    found = {_is_none(value) for value in frame.evaluate(test.left)}
    known = found.pop() if len(found) == 1 else None
    return None if known is None else known == (test.operator == "is")


def _is_none(value: Value) -> bool | None:
    if isinstance(value, ConstantValue):
        return value.source == "None"
    return False if isinstance(value, TextValue | ListValue | DictValue) else None


def _holds(value: Value) -> bool | None:
    # What is empty where it is written may have been filled since, by functions nobody looked into.
    if isinstance(value, ConstantValue):
        return value.source not in _FALSE
    if isinstance(value, ListValue):
        return True if value.items and not value.open else None
    if isinstance(value, DictValue):
        return True if value.entries else None
    if isinstance(value, TextValue) and all(isinstance(piece, Literal) for piece in value.pieces):
        return any(piece.text for piece in value.pieces if isinstance(piece, Literal))
    return None
