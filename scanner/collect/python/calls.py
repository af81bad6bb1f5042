"""Calls: methods of texts and lists, functions that make texts, and calls that run SQL."""

from __future__ import annotations

from scanner.collect.python import builders, factories, inlining, rows, syntax, taking
from scanner.collect.python.executors import (
    CERTAIN,
    MESSAGE_KEYWORDS,
    MESSAGES,
    PASSES_ON,
)
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.names import called, last_name, rows_of
from scanner.collect.python.orm import hooks
from scanner.collect.python.uses import note, use
from scanner.collect.python.values import (
    ClassValue,
    ConnectionValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    ResultValue,
    TextValue,
    Value,
    Variants,
    bounded,
)


def call(expression: syntax.Call, frame: Frame) -> Variants:
    """What the call gives; whatever its arguments are, they are evaluated exactly once."""
    receivers, functions = _callee(expression, frame)
    arguments = [_argument(each, expression, frame) for each in expression.arguments]
    given = Given.of(expression.arguments, arguments)
    mapped = hooks.call(expression, receivers, functions, given, frame)
    if mapped is not None:
        return mapped
    built = builders.built(expression, receivers, functions, given, frame)
    if built is not None:
        return built
    connected = factories.connected(expression, receivers, frame)
    if connected is not None:
        return (connected,)
    fetched = _fetched(expression, receivers, frame)
    if fetched:
        return fetched
    taken = taking.taken(expression, receivers, functions, arguments, frame)
    if taken:
        return taken
    before = len(frame.world.record.executed)
    entered = _entered(functions, receivers, given, frame)
    if entered and len(frame.world.record.executed) > before:
        return entered
    return _executed(expression, functions, arguments, frame) or entered


def _entered(functions: Variants, receivers: Variants, given: Given, frame: Frame) -> Variants:
    found: list[Value] = []
    for function in functions:
        if isinstance(function, FunctionValue):
            found.extend(inlining.invoked(function, receivers[0] if receivers else None, given, frame) or ())
        elif isinstance(function, ClassValue):
            inlining.constructed(function, given, frame)
            found.append(InstanceValue(function))
    return bounded(found)


def _callee(expression: syntax.Call, frame: Frame) -> tuple[Variants, Variants]:
    """What the method belongs to, and what is called; either may be empty."""
    function = expression.function
    if isinstance(function, syntax.Attribute):
        bases = frame.evaluate(function.base)
        receivers = tuple(hooks.placed(value, expression.at, frame) for value in bases)
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
    if (not results and not expression.arguments) or function.name in ("fetchmany", "fetchall", "fetchone"):
        results = results or [v for v in frame.find(rows_of(called(function.base))) if isinstance(v, ResultValue)]
    found: list[Value] = []
    for each in results:
        found.extend(rows.method(each, function.name, frame, expression.at))
    return bounded(found)


def _note_factory(expression: syntax.Call, numbers: list[int], frame: Frame) -> None:
    if numbers and last_name(expression.function) == "raw":  # Django fills instances by the names of columns
        use(ResultValue(tuple(numbers), "row"), "by-name", frame, expression.at)
    if numbers and isinstance(expression.function, syntax.Attribute):
        for value in frame.evaluate(expression.function.base):
            if isinstance(value, ConnectionValue):
                note(ResultValue(tuple(numbers), "row"), value.rows, frame, expression.at)


def _executed(expression: syntax.Call, functions: Variants, arguments: list[Variants], frame: Frame) -> Variants:
    name = last_name(expression.function)
    if frame.quiet or name in MESSAGES or _passes_on(functions):
        return ()
    numbers: list[int] = []
    if name == "callproc":
        arguments = [builders.procedure_call(arguments)]
    for values in arguments:
        for value in values:
            if isinstance(value, TextValue):
                number = frame.world.record.execute(
                    value, called(expression.function), frame.root, certain=name in CERTAIN
                )
                numbers.extend(() if number is None else (number,))
    found = rows.result(numbers, name, frame, expression.at)
    _note_factory(expression, numbers, frame)
    if isinstance(expression.function, syntax.Attribute) and name in CERTAIN:
        frame.names[rows_of(called(expression.function.base))] = found
    return found


def _passes_on(functions: Variants) -> bool:
    return any(isinstance(function, ExternalValue) and function.name in PASSES_ON for function in functions)
