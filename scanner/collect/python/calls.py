"""Calls: methods of texts and lists, functions that make texts, and calls that run SQL."""

from __future__ import annotations

from itertools import chain, repeat

from scanner.collect.python import (
    applying,
    builders,
    factories,
    inlining,
    lambdas,
    loading,
    row_classes,
    rows,
    syntax,
    taking,
)
from scanner.collect.python.callables import LambdaValue
from scanner.collect.python.classes import class_attribute, inherited
from scanner.collect.python.executing import executed
from scanner.collect.python.executors import (
    MESSAGE_KEYWORDS,
    MESSAGES,
    TELLING,
)
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.journal import begins_as_sql
from scanner.collect.python.light import replace
from scanner.collect.python.names import called, last_name, rows_of
from scanner.collect.python.orm import django_forms, hooks
from scanner.collect.python.orm.managers import placed
from scanner.collect.python.values import (
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    MapperValue,
    PartialValue,
    ResultValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)
from scanner.collect.python.written import Root

# What may run something when it is called, or handed to a call.
_ENTERED = (FunctionValue, ClassValue, PartialValue, LambdaValue)


def call(expression: syntax.Call, frame: Frame) -> Variants:
    """What the call gives; whatever its arguments are, they are evaluated exactly once."""
    own = _of_super(expression, frame)
    if own:
        return own
    receivers, functions = _callee(expression, frame)
    arguments = [_argument(each, expression, frame) for each in expression.arguments]
    given = Given.of(expression.arguments, arguments)
    is_own = _of_base(expression, receivers, frame)
    mapped = None if is_own else hooks.call(expression, receivers, functions, given, frame)
    if mapped is not None:
        return mapped
    queries = loading.loaded(functions, given, frame)
    if queries:
        return queries
    row_classes.noted(expression, functions, frame)
    taken = taking.taken(expression, receivers, functions, arguments, frame)
    if taken:
        return taken
    built = builders.built(expression, receivers, functions, given, frame)
    if built is not None:
        return built
    connected = factories.connected(expression, receivers, functions, arguments, frame)
    if connected is not None:
        return (connected,)
    fetched = _fetched(expression, receivers, given, frame)
    if fetched:
        return fetched
    entered: Variants = ()
    known = functions or _namesakes(expression, receivers, given, frame)
    if any(isinstance(value, _ENTERED) for values in (known, *given.every()) for value in values):
        journal = frame.world.journal
        before = journal.count
        root = frame.root if frame.depth else _root(expression, frame)
        entered = _entered(known, receivers, given, frame, root)
        _changed(expression, receivers, functions, given, frame, root)
        if journal.count == before:
            entered = _called_back(functions, given, frame, root) or entered
        if entered and journal.count > before:
            return entered
    return executed(expression, functions, receivers, arguments, given, frame) or entered


def _root(expression: syntax.Call, frame: Frame) -> Root:
    return Root(frame.root.function, frame.place(expression.at), called(expression.function))


def _changed(
    expression: syntax.Call, receivers: Variants, functions: Variants, given: Given, frame: Frame, root: Root
) -> None:
    """``query.where(…)`` as a statement of its own: the name holds the instance as it is then."""
    base = expression.function.base if isinstance(expression.function, syntax.Attribute) else None
    if isinstance(base, syntax.Name) and len(receivers) == 1 and isinstance(receivers[0], InstanceValue):
        for function in functions:
            if isinstance(function, FunctionValue) and base.id != "self":
                frame.names[base.id] = inlining.changed(function, receivers[0], given, frame, root) or receivers


def _entered(functions: Variants, receivers: Variants, given: Given, frame: Frame, root: Root) -> Variants:
    found: list[Value] = []
    if len(receivers) > 1 and all(isinstance(each, InstanceValue) and each.fields for each in receivers):
        return bounded(chain.from_iterable(_entered(functions, (each,), given, frame, root) for each in receivers))
    for function in functions:
        if isinstance(function, FunctionValue):
            receiver = receivers[0] if receivers else None
            everything = given
            if inlining.initialised(function, receiver, given, frame, root):
                continue
            if function.closure and isinstance(receiver, InstanceValue | ClassValue):  # made by a decorator
                everything = replace(given, positional=((receiver,), *given.positional))
            found.extend(inlining.invoked(function, receiver, everything, frame, root) or ())
        elif isinstance(function, ClassValue):
            made = inlining.constructed(function, given, frame, root)
            found.append(django_forms.with_row(made, given, frame.world))
        elif isinstance(function, LambdaValue):
            found.extend(lambdas.entered(function, given, frame))
        elif isinstance(function, PartialValue):
            found.extend(_entered(function.function, (), given.after(function), frame, root))
    return bounded(found)


def _namesakes(expression: syntax.Call, receivers: Variants, given: Given, frame: Frame) -> Variants:
    if not isinstance(expression.function, syntax.Attribute) or expression.function.name in TELLING:
        return ()
    name = expression.function.name
    is_unknown = all(isinstance(value, Unknown) or rows.is_object(value, name) for value in receivers)
    return inlining.by_name(name, given, frame) if is_unknown else ()


def _called_back(functions: Variants, given: Given, frame: Frame, root: Root) -> Variants:
    """``run(…, function, *arguments)``: what the function gives for them, if it runs anything."""
    found: list[Value] = []
    of_library = any(isinstance(function, ExternalValue) for function in functions)
    for number, values in enumerate(given.positional):
        for value in values:
            if not isinstance(value, FunctionValue | PartialValue):
                continue
            behind = replace(given, positional=given.positional[number + 1 :])
            while isinstance(value, PartialValue) and value.function:
                behind, value = behind.after(value), value.function[0]
            if isinstance(value, FunctionValue) and not (of_library and not any(behind.every())):
                found.extend(inlining.called_back(value, behind, frame, root) or ())
    return bounded(found)


def _is_super(expression: syntax.Expression) -> bool:
    return isinstance(expression, syntax.Call) and last_name(expression.function) == "super"


def _of_super(expression: syntax.Call, frame: Frame) -> Variants:
    """``super()`` in a class whose instances are a mapper's queries: the query."""
    if not isinstance(expression.function, syntax.Name) or expression.function.id != "super":
        return ()
    return tuple(value for value in frame.find("self") if isinstance(value, MapperValue))


def _of_base(expression: syntax.Call, receivers: Variants, frame: Frame) -> bool:
    """Whether it is a method of the project's that ``super()`` has, of a mapper's query."""
    function = expression.function
    if not isinstance(function, syntax.Attribute) or not _is_super(function.base) or frame.owner is None:
        return False
    is_query = any(isinstance(value, MapperValue) for value in receivers)
    return is_query and bool(inherited(frame.owner, function.name, frame))


def _callee(expression: syntax.Call, frame: Frame) -> tuple[Variants, Variants]:
    """What the method belongs to, and what is called; either may be empty."""
    function = expression.function
    if isinstance(function, syntax.Attribute):
        if _is_super(function.base) and frame.owner is not None:
            methods = inherited(frame.owner, function.name, frame)
            if methods:
                return tuple(placed(value, expression.at, frame) for value in frame.find("self")), methods
            forms = django_forms.of_base(frame.find("self"), function.name, frame)
            if forms:
                return forms, ()
        bases = frame.evaluate(function.base)
        receivers = tuple(placed(value, expression.at, frame) for value in bases)
        return receivers, builders.members(receivers, function.name, frame)
    functions = frame.evaluate(function)
    instances = tuple(value for value in functions if isinstance(value, InstanceValue))
    return instances, tuple(chain.from_iterable(map(_called, functions, repeat(frame))))


def _called(value: Value, frame: Frame) -> Variants:
    """What runs when the value is called: of an instance its ``__call__``."""
    return class_attribute(value.of, "__call__", frame) if isinstance(value, InstanceValue) else (value,)


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


def _is_sql(values: Variants) -> bool:
    return any(isinstance(value, TextValue) and begins_as_sql(value) for value in values)


def _fetched(expression: syntax.Call, receivers: Variants, given: Given, frame: Frame) -> Variants:
    function = expression.function
    if not isinstance(function, syntax.Attribute) or any(map(_is_sql, given.every())):
        return ()
    results = [value for value in receivers if isinstance(value, ResultValue)]
    if (not results and not expression.arguments) or function.name in ("fetchmany", "fetchall", "fetchone"):
        results = results or [v for v in frame.find(rows_of(called(function.base))) if isinstance(v, ResultValue)]
    found: list[Value] = []
    keys = [each.value for each in expression.arguments if each.keyword == "key" and function.name == "sort"]
    for each in results:
        for key in keys:
            applying.applied(key, rows.elements(each, frame), frame, expression.at)
        found.extend(rows.method(each, function.name, given, frame, expression.at))
    return bounded(found)
