"""Calls: methods of texts and lists, functions that make texts, and calls that run SQL."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.collect.python import builders, rows, syntax
from scanner.collect.python.executors import CERTAIN, MESSAGES, MESSAGE_KEYWORDS, PASSES_ON
from scanner.collect.python.frames import Frame
from scanner.collect.python.names import called, last_name
from scanner.collect.python.values import ExternalValue, ResultValue, TextValue, Value, Variants, bounded

_CURSOR = "rows of "


def call(expression: syntax.Call, frame: Frame) -> Variants:
    """What the call gives; whatever its arguments are, they are evaluated exactly once."""
    receivers, functions = _callee(expression.function, frame)
    arguments = [_argument(each, expression, frame) for each in expression.arguments]
    given = builders.Given.of(expression.arguments, arguments)
    built = builders.built(expression, receivers, functions, given, frame)
    if built is not None:
        return built
    fetched = _fetched(expression, receivers, frame)
    if fetched:
        return fetched
    _note_rows(expression, arguments, frame)
    return _executed(expression, functions, arguments, frame)


def _callee(function: syntax.Expression, frame: Frame) -> tuple[Variants, Variants]:
    """What the method belongs to, and what is called; either may be empty."""
    if isinstance(function, syntax.Attribute):
        receivers = frame.evaluate(function.base)
        return receivers, builders.members(receivers, function.name, frame)
    return (), frame.evaluate(function)


def _argument(argument: syntax.Argument, expression: syntax.Call, frame: Frame) -> Variants:
    quiet = frame.quiet
    frame.quiet = quiet or _is_message(argument, expression.function)
    values = frame.evaluate(argument.value)
    frame.quiet = quiet
    return values


def _is_message(argument: syntax.Argument, function: syntax.Expression) -> bool:
    name = last_name(function)
    if name in MESSAGES or name.endswith(("Error", "Exception", "Warning")):
        return True
    return argument.keyword in MESSAGE_KEYWORDS


def _fetched(expression: syntax.Call, receivers: Variants, frame: Frame) -> Variants:
    function = expression.function
    if not isinstance(function, syntax.Attribute):
        return ()
    results = [value for value in receivers if isinstance(value, ResultValue)]
    if not results and not expression.arguments or function.name in ("fetchmany", "fetchall", "fetchone"):
        results = results or [
            v for v in frame.find(_CURSOR + called(function.base)) if isinstance(v, ResultValue)
        ]
    found: list[Value] = []
    for each in results:
        found.extend(rows.method(each, function.name, frame, expression.at))
    return bounded(found)


def _note_rows(expression: syntax.Call, arguments: Iterable[Variants], frame: Frame) -> None:
    name = last_name(expression.function)
    for argument, values in zip(expression.arguments, arguments, strict=True):
        for value in values:
            if isinstance(value, ResultValue):
                rows.argument(value, argument.star, name, frame, expression.at)


def _executed(
    expression: syntax.Call, functions: Variants, arguments: list[Variants], frame: Frame
) -> Variants:
    name = last_name(expression.function)
    if frame.quiet or name in MESSAGES or _passes_on(functions):
        return ()
    numbers: list[int] = []
    for values in arguments:
        for value in values:
            if isinstance(value, TextValue):
                number = frame.world.record.execute(
                    value, called(expression.function), certain=name in CERTAIN
                )
                numbers.extend(() if number is None else (number,))
    found = rows.result(numbers, name)
    if isinstance(expression.function, syntax.Attribute) and name in CERTAIN:
        frame.names[_CURSOR + called(expression.function.base)] = found
    return found


def _passes_on(functions: Variants) -> bool:
    return any(isinstance(function, ExternalValue) and function.name in PASSES_ON for function in functions)
