"""Statements: branches become variants, loops run once or not at all, bodies of functions wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from scanner.collect.python import factories, inlining, rows, syntax
from scanner.collect.python.binding import bind, elements, items
from scanner.collect.python.classes import class_attribute
from scanner.collect.python.evaluate import evaluate, operated
from scanner.collect.python.frames import MAX_TURNS, ClassInfo, Definition, Frame
from scanner.collect.python.gist import is_docstring
from scanner.collect.python.given import Given
from scanner.collect.python.names import last_name, position, shown
from scanner.collect.python.reach import is_relevant
from scanner.collect.python.truth import demanded, narrowed, truth
from scanner.collect.python.values import (
    ClassValue,
    DictValue,
    FunctionValue,
    ImportedValue,
    InstanceValue,
    ListValue,
    ModuleValue,
    Unknown,
    Value,
    Variants,
    bounded,
)
from scanner.collect.python.written import Root

# A loop over so many known items is run item by item; a longer one once, for all of them.
_MAX_TURNS = 8


def run(statements: Iterable[syntax.Statement], frame: Frame) -> bool:
    """Evaluates the statements in order; whether what follows them is reached."""
    return all(_RUNNERS[type(statement)](statement, frame) for statement in statements)


def _evaluate(statement: syntax.Evaluate, frame: Frame) -> bool:
    if is_docstring(statement):
        return True
    quiet, frame.quiet = frame.quiet, frame.quiet or statement.raises
    evaluate(statement.value, frame)
    frame.quiet = quiet
    return not statement.raises


def _assign(statement: syntax.Assign, frame: Frame) -> bool:
    if statement.value == syntax.Opaque() and statement.annotation is not None:
        return True
    values = evaluate(statement.value, frame)
    for target in statement.targets:
        if statement.operator != "=":
            values = operated(evaluate(target, frame), statement.operator.rstrip("="), values, frame) or (
                Unknown(shown(target)),
            )
        bind(target, values, frame)
        factories.assigned(target, statement.value, frame)
    return True


def _return(statement: syntax.Return, frame: Frame) -> bool:
    frame.returns.extend(evaluate(statement.value, frame))
    return False


def _if(statement: syntax.If, frame: Frame) -> bool:
    around, frame.demanded = frame.demanded, demanded(statement)
    rows.tested(evaluate(statement.test, frame), frame, position(statement.test))
    frame.demanded = around
    known = truth(statement.test, frame)
    if known is not None:
        return run(statement.body if known else statement.otherwise, frame)
    narrow = tuple(narrowed(statement.test, frame, holds=holds) for holds in (True, False))
    return _branches((statement.body, statement.otherwise), frame, narrow)


def _branches(
    blocks: Iterable[tuple[syntax.Statement, ...]], frame: Frame, narrow: tuple[dict[str, Variants], ...] = ({}, {})
) -> bool:
    before = frame.names
    ends: list[dict[str, Variants]] = []
    for block, names in zip(blocks, narrow, strict=True):
        frame.names = {**before, **names}
        if run(block, frame):
            ends.append(frame.names)
    frame.names = _merged(ends) if ends else before
    return bool(ends)


def _merged(ends: list[dict[str, Variants]]) -> dict[str, Variants]:
    merged = dict(ends[0])
    for end in ends[1:]:
        for name, values in end.items():
            known = merged.get(name)
            if known is not values:
                merged[name] = values if known is None else bounded((*known, *values))
    return merged


def _for(statement: syntax.For, frame: Frame) -> bool:
    sources = evaluate(statement.source, frame)
    known = items(sources)
    if known and len(known) <= _MAX_TURNS and frame.turns * len(known) <= MAX_TURNS:
        frame.turns *= len(known)
        for item in known:
            bind(statement.target, item, frame)
            if not run(statement.body, frame):
                break
        frame.turns //= len(known)
    else:
        before = dict(frame.names)
        bind(statement.target, elements(sources, frame), frame)
        run(statement.body, frame)
        frame.names = _merged([frame.names, before])
    run(statement.otherwise, frame)
    return True  # a break may have passed by it


def _while(statement: syntax.While, frame: Frame) -> bool:
    rows.tested(evaluate(statement.test, frame), frame, position(statement.test))
    _branches((statement.body, ()), frame)
    run(statement.otherwise, frame)
    return True


def _with(statement: syntax.With, frame: Frame) -> bool:
    for item, target in statement.items:
        values = _managed(evaluate(item, frame), frame)
        if target is not None:
            bind(target, values, frame)
    around, frame.in_transaction = frame.in_transaction, frame.in_transaction or _begins(statement)
    goes_on = run(statement.body, frame)
    frame.in_transaction = around
    return goes_on


def _begins(statement: syntax.With) -> bool:
    """Whether it is ``with connection.transaction():`` or the like."""
    calls = (item.function for item, _ in statement.items if isinstance(item, syntax.Call))
    return any(last_name(function) in ("transaction", "begin", "atomic") for function in calls)


def _managed(values: Variants, frame: Frame) -> Variants:
    """What ``with value as`` binds: what the method that enters it gives, or the value."""
    found: list[Value] = []
    for value in values:
        methods = class_attribute(value.of, "__enter__", frame) if isinstance(value, InstanceValue) else ()
        methods = methods or (
            class_attribute(value.of, "__aenter__", frame) if isinstance(value, InstanceValue) else ()
        )
        given = [inlining.invoked(m, value, Given((), {}), frame) for m in methods if isinstance(m, FunctionValue)]
        found.extend(chain.from_iterable(each or (value,) for each in given) if given else (value,))
    return bounded(found)


def _try(statement: syntax.Try, frame: Frame) -> bool:
    before = dict(frame.names)
    ends = []
    if run(statement.body, frame) and run(statement.otherwise, frame):
        ends.append(frame.names)
    after = _merged([frame.names, before])
    for handler in statement.handlers:
        frame.names = dict(after)
        if run(handler, frame):
            ends.append(frame.names)
    frame.names = _merged(ends) if ends else after
    return run(statement.final, frame) and bool(ends)


def _function(statement: syntax.Function, frame: Frame) -> bool:
    value = FunctionValue(frame.module.path, frame.dotted(statement.name), _closure(frame))
    world = frame.world
    inside = world.evaluations.unit.inside
    if (value, statement.at) not in inside:
        definition = world.functions.known[value] = _defined(statement, value, frame)
        if not value.closure:
            inside[(value, statement.at)] = definition
    frame.names[statement.name] = inlining.decorated(value, statement, frame)
    return True


def _closure(frame: Frame) -> int:
    """A number for a function that knows what the function around it was called with; else 0."""
    if not frame.depth:
        return 0
    frame.world.closures += 1
    return frame.world.closures


def _defined(statement: syntax.Function, value: FunctionValue, frame: Frame) -> Definition:
    around = ClassValue(frame.module.path, frame.function or "")
    is_method = around in frame.world.classes
    owner, outer = (around, frame.outer) if is_method else (frame.owner, frame)
    root = Root(value.definition)
    inner = Frame(frame.world, frame.module, {}, outer, value.name, owner, is_method=is_method, root=root)
    return Definition(statement, inner, is_relevant(statement))


def _class(statement: syntax.Class, frame: Frame) -> bool:
    value = ClassValue(frame.module.path, frame.dotted(statement.name))
    if value in frame.world.classes:
        frame.names[statement.name] = (value,)
        return True
    bases = tuple(_base(base.value, frame) for base in statement.bases if base.keyword is None)
    outer = frame.outer if ClassValue(frame.module.path, frame.function or "") in frame.world.classes else frame
    body = Frame(frame.world, frame.module, {}, outer, value.name)
    frame.world.define(value, ClassInfo(statement, body, bases))
    frame.names[statement.name] = (value,)
    run(statement.body, body)
    return True


def _base(base: syntax.Expression, frame: Frame) -> Variants:
    """The class behind ``Base`` and ``Base[Order]``, or what else makes one."""
    if isinstance(base, syntax.Subscript):
        generic = _base(base.base, frame)
        return evaluate(base, frame) if any(isinstance(each, ListValue | DictValue) for each in generic) else generic
    # Not followed yet: modules may import each other in a circle.
    return frame.bound(base.id) if isinstance(base, syntax.Name) else evaluate(base, frame)


def _import(statement: syntax.Import, frame: Frame) -> bool:
    path = frame.module.path
    if statement.member == "*":
        frame.star(ImportedValue(path, statement.module, None, statement.level))
    elif statement.member is None and statement.alias == statement.module:
        first = statement.module.split(".")[0]
        frame.names[first] = (ModuleValue(first, frame.world.find(first, path)),)
    else:
        frame.names[statement.alias] = (ImportedValue(path, statement.module, statement.member, statement.level),)
    return True


_RUNNERS: dict[type[Any], Callable[[Any, Frame], bool]] = {
    syntax.Evaluate: _evaluate,
    syntax.Assign: _assign,
    syntax.Return: _return,
    syntax.If: _if,
    syntax.For: _for,
    syntax.While: _while,
    syntax.With: _with,
    syntax.Try: _try,
    syntax.Function: _function,
    syntax.Class: _class,
    syntax.Import: _import,
}
