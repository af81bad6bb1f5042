"""What an expression is worth in a frame. Calls made on the way are noted in the world's record."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

from scanner.collect.python import displays, inlining, rows, syntax
from scanner.collect.python.binding import bind, entry
from scanner.collect.python.calls import call
from scanner.collect.python.classes import attribute
from scanner.collect.python.comparing import combined, compared
from scanner.collect.python.frames import Frame
from scanner.collect.python.lambdas import lambda_value
from scanner.collect.python.names import called, last_name, position, rows_of
from scanner.collect.python.orm import hooks, lazy
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.texts import (
    added,
    combinations,
    common,
    concatenated,
    interpolations,
    repeated,
)
from scanner.collect.python.truth import narrowed, truth
from scanner.collect.python.values import (
    ConstantValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    Literal,
    MapperValue,
    ResultValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)


def evaluate(expression: syntax.Expression, frame: Frame) -> Variants:
    """The variants of the expression; never empty."""
    variants = _EVALUATORS[type(expression)](expression, frame)
    return variants or frame.world.unknown(expression)


def _text(expression: syntax.Text, frame: Frame) -> Variants:
    return _noted((TextValue((Literal(expression.value, frame.place(expression.at)),)),), frame)


def _noted(variants: Variants, frame: Frame) -> Variants:
    if not frame.quiet:
        for value in variants:
            if isinstance(value, TextValue):
                frame.world.journal.text(value)
    return variants


def _joined(expression: syntax.Joined, frame: Frame) -> Variants:
    parts = [_part(part, frame) for part in expression.parts]
    return _noted(bounded(concatenated(each) for each in combinations(parts)), frame)


def _part(part: syntax.Expression, frame: Frame) -> Variants:
    if isinstance(part, syntax.Text):
        return (TextValue((Literal(part.value, frame.place(part.at)),)),)
    return evaluate(part, frame)


def _constant(expression: syntax.Constant, _: Frame) -> Variants:
    return (ConstantValue(expression.source),)


def _name(expression: syntax.Name, frame: Frame) -> Variants:
    return _with_rows(expression.id, frame)


def _with_rows(name: str, frame: Frame) -> Variants:
    """What a name stands for, with the rows of what was run on it last."""
    own = frame.find(name)
    fetched = frame.find(rows_of(name)) if name in frame.world.cursors else ()
    return (*fetched, *(value for value in own if not isinstance(value, ResultValue))) if fetched else own


def _attribute(expression: syntax.Attribute, frame: Frame) -> Variants:
    if isinstance(expression.base, syntax.Name):
        assigned = _with_rows(f"{expression.base.id}.{expression.name}", frame)
        if assigned:
            return assigned
    bases = evaluate(expression.base, frame)
    found = ((base, value) for base in bases for value in _member(base, expression, frame))
    return bounded(chain.from_iterable(inlining.read(value, base, frame) for base, value in found))


def _member(base: Value, expression: syntax.Attribute, frame: Frame) -> Variants:
    if isinstance(base, ResultValue):
        return rows.attribute(base, expression.name, frame, position(expression))
    if isinstance(base, InstanceValue) and base.stored:
        query = lazy.read(base, expression.name, called(expression), position(expression), frame)
        if query is not None:
            return (query,)
    return attribute(base, expression.name, frame)


def _subscript(expression: syntax.Subscript, frame: Frame) -> Variants:
    bases, indexes = evaluate(expression.base, frame), evaluate(expression.index, frame)
    is_slice = isinstance(expression.index, syntax.Items) and expression.index.kind == "slice"
    found: list[Value] = []
    for base in bases:
        if isinstance(base, ResultValue) and is_slice:
            found.extend(rows.cut(base, indexes[0], frame.place(expression.at), frame))
        elif isinstance(base, ResultValue):
            found.extend(rows.item(base, indexes[0], frame.place(expression.at), frame))
        elif isinstance(base, ListValue | DictValue):
            found.extend(chain.from_iterable(entry(base, index) for index in indexes))
        elif isinstance(base, QueryValue):
            found.extend(hooks.item(base, None if is_slice else indexes[0], frame))
        elif isinstance(base, MapperValue):
            found.extend(hooks.named(base, indexes[0], frame))
    return bounded(found)


def _binary(expression: syntax.Binary, frame: Frame) -> Variants:
    lefts, rights = evaluate(expression.left, frame), evaluate(expression.right, frame)
    if expression.operator == "or":
        lefts = tuple(value for value in lefts if value != ConstantValue("None"))
    if expression.operator in ("or", "and"):
        return bounded((*lefts, *rights))
    if expression.operator in _COMPARISONS:
        compared(expression, lefts, rights, frame, position(expression))
    combined(expression.operator, lefts, rights, frame, position(expression))
    return operated(lefts, expression.operator, rights, frame)


def _operated(left: Value, operator: str, right: Value, frame: Frame) -> Variants:
    if operator == "%" and isinstance(left, TextValue):
        if isinstance(right, ResultValue):
            rows.formatted(left, right, frame)
        return interpolations(left, right)
    made = _combined(left, operator, right, frame)
    return () if made is None else (made,)


def _combined(left: Value, operator: str, right: Value, frame: Frame) -> Value | None:
    if isinstance(left, MapperValue) or isinstance(right, MapperValue):
        return hooks.operated(left, operator, right, frame)
    if operator == "+":
        return _row_and(left, right) or added(left, right)
    if operator == "&":
        return common(left, right)
    if operator == "|" and isinstance(left, DictValue) and isinstance(right, DictValue):
        return DictValue(tuple({**dict(left.entries), **dict(right.entries)}.items()), left.open or right.open)
    if operator == "/" and isinstance(right, TextValue):  # of a path
        return concatenated((left, TextValue((Literal("/"),)), right)) if isinstance(left, TextValue) else right
    return repeated(left, right) if operator == "*" else None


def _row_and(left: Value, right: Value) -> Value | None:
    """``row + (x,)`` and ``(x,) + row``."""
    for row, other, is_behind in ((left, right, True), (right, left, False)):
        if isinstance(row, ResultValue) and row.shape == "row" and isinstance(other, ListValue) and not other.open:
            return rows.beside(row, 0 if is_behind else len(other.items), len(other.items) if is_behind else 0)
    return None


def operated(lefts: Variants, operator: str, rights: Variants, frame: Frame) -> Variants:
    """``left operator right``."""
    made = (_operated(left, operator, right, frame) for left, right in combinations((lefts, rights)))
    return _noted(bounded(chain.from_iterable(made)), frame)


def _unary(expression: syntax.Unary, frame: Frame) -> Variants:
    values = evaluate(expression.operand, frame)
    if expression.operator == "not":
        rows.tested(values, frame, position(expression))
    elif expression.operator.startswith("yield"):
        is_value = expression.operator == "yield from" or _is_context(frame)
        frame.returns.extend(values if is_value else (ListValue((values,), open=True),))
    if expression.operator != "~":
        return ()
    results = (hooks.negated(value) for value in values)
    return bounded(value for value in results if value is not None)


def _choice(expression: syntax.Choice, frame: Frame) -> Variants:
    rows.tested(evaluate(expression.test, frame), frame, position(expression.test))
    known = truth(expression.test, frame)
    if known is not None:
        return evaluate(expression.body if known else expression.otherwise, frame)
    found: list[Value] = []
    before = frame.names
    for side, holds in ((expression.body, True), (expression.otherwise, False)):
        frame.names = {**before, **narrowed(expression.test, frame, holds=holds)}
        found.extend(evaluate(side, frame))
    frame.names = before
    return bounded(found)


def _starred(expression: syntax.Starred, frame: Frame) -> Variants:
    return evaluate(expression.value, frame)


def _lambda(expression: syntax.Lambda, frame: Frame) -> Variants:
    saved = dict(frame.names)
    for parameter in expression.parameters:
        frame.names[parameter.name] = (Unknown(parameter.name),)
    evaluate(expression.body, frame)
    frame.names = saved
    return (lambda_value(expression, frame),)


def _assigned(expression: syntax.Assigned, frame: Frame) -> Variants:
    values = evaluate(expression.value, frame)
    bind(expression.target, values, frame)
    return values


def _is_context(frame: Frame) -> bool:
    """Whether what the function yields is what ``with`` binds."""
    definition = frame.world.functions.get(FunctionValue(frame.module.path, frame.function or ""))
    names = map(last_name, definition.function.decorators) if definition else ()
    return any(name in ("contextmanager", "asynccontextmanager") for name in names)


def _opaque(expression: syntax.Opaque, frame: Frame) -> Variants:
    for part in expression.parts:
        evaluate(part, frame)
    return ()


def _call(expression: syntax.Call, frame: Frame) -> Variants:
    return _noted(call(expression, frame), frame)


_COMPARISONS = frozenset(("==", "!=", "in", "not in", "is", "is not", "<", "<=", ">", ">="))
_EVALUATORS: dict[type[Any], Callable[[Any, Frame], Variants]] = {
    syntax.Text: _text,
    syntax.Joined: _joined,
    syntax.Constant: _constant,
    syntax.Name: _name,
    syntax.Attribute: _attribute,
    syntax.Subscript: _subscript,
    syntax.Call: _call,
    syntax.Binary: _binary,
    syntax.Unary: _unary,
    syntax.Items: displays.items_of,
    syntax.Starred: _starred,
    syntax.Mapping: displays.mapping,
    syntax.Choice: _choice,
    syntax.Comprehension: displays.comprehension,
    syntax.Lambda: _lambda,
    syntax.Assigned: _assigned,
    syntax.Opaque: _opaque,
}
