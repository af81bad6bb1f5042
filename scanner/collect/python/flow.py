"""Statements: branches become variants, loops run once or not at all, functions wait until their module is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from typing import Any

from scanner.collect.python import syntax
from scanner.collect.python.binding import bind, elements
from scanner.collect.python.evaluate import evaluate, operated
from scanner.collect.python.frames import ClassInfo, Frame
from scanner.collect.python.names import last_name, shown
from scanner.collect.python.values import (
    ClassValue,
    DictValue,
    FunctionValue,
    ImportedValue,
    InstanceValue,
    ListValue,
    ModuleValue,
    ResultValue,
    Unknown,
    Variants,
    bounded,
)


def run(statements: Iterable[syntax.Statement], frame: Frame) -> bool:
    """Evaluates the statements in order; whether what follows them is reached."""
    for statement in statements:
        if not _RUNNERS[type(statement)](statement, frame):
            return False
    return True


def run_function(function: syntax.Function, frame: Frame) -> None:
    """Evaluates a body. Parameters are unknown, but for `self` and `cls`."""
    for parameter in function.parameters:
        if parameter.default is not None:
            evaluate(parameter.default, frame)
        frame.names[parameter.name] = (Unknown(parameter.name),)
    decorators = {last_name(decorator) for decorator in function.decorators}
    if frame.owner and function.parameters and "staticmethod" not in decorators:
        own = frame.owner if "classmethod" in decorators else InstanceValue(frame.owner)
        frame.names[function.parameters[0].name] = (own,)
    run(function.body, frame)


def _evaluate(statement: syntax.Evaluate, frame: Frame) -> bool:
    if isinstance(statement.value, syntax.Text):
        return True  # a docstring, or a comment in its place
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
            values = operated(evaluate(target, frame), statement.operator, values, frame) or (
                Unknown(shown(target)),
            )
        bind(target, values, frame)
    return True


def _return(statement: syntax.Return, frame: Frame) -> bool:
    evaluate(statement.value, frame)
    return False


def _if(statement: syntax.If, frame: Frame) -> bool:
    evaluate(statement.test, frame)
    return _branches((statement.body, statement.otherwise), frame)


def _branches(blocks: Iterable[tuple[syntax.Statement, ...]], frame: Frame) -> bool:
    before = frame.names
    ends: list[dict[str, Variants]] = []
    for block in blocks:
        frame.names = dict(before)
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
    item = elements(evaluate(statement.source, frame))
    before = dict(frame.names)
    bind(statement.target, item, frame)
    run(statement.body, frame)
    frame.names = _merged([frame.names, before])
    return run(statement.otherwise, frame)


def _while(statement: syntax.While, frame: Frame) -> bool:
    evaluate(statement.test, frame)
    _branches((statement.body, ()), frame)
    return run(statement.otherwise, frame)


def _with(statement: syntax.With, frame: Frame) -> bool:
    for item, target in statement.items:
        values = evaluate(item, frame)
        if target is not None:
            bind(target, values, frame)
    return run(statement.body, frame)


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
    for decorator in statement.decorators:
        evaluate(decorator, frame)
    value = FunctionValue(frame.module.path, frame.dotted(statement.name))
    frame.names[statement.name] = (value,)
    if frame.world.functions.get(value) is not statement:
        frame.world.functions[value] = statement
        owner = ClassValue(frame.module.path, frame.function or "")
        is_method = owner in frame.world.classes
        outer = frame.outer if is_method else frame
        inner = Frame(frame.world, frame.module, {}, outer, value.name, owner if is_method else frame.owner)
        frame.world.pending.append((statement, inner))
    return True


def _class(statement: syntax.Class, frame: Frame) -> bool:
    value = ClassValue(frame.module.path, frame.dotted(statement.name))
    if value in frame.world.classes:
        frame.names[statement.name] = (value,)
        return True
    bases = tuple(_base(base.value, frame) for base in statement.bases if base.keyword is None)
    outer = (
        frame.outer if ClassValue(frame.module.path, frame.function or "") in frame.world.classes else frame
    )
    body = Frame(frame.world, frame.module, {}, outer, value.name)
    frame.world.classes[value] = ClassInfo(statement, body, bases)
    frame.names[statement.name] = (value,)
    run(statement.body, body)
    return True


def _base(base: syntax.Expression, frame: Frame) -> Variants:
    # Not followed yet: modules may import each other in a circle.
    return frame.bound(base.id) if isinstance(base, syntax.Name) else evaluate(base, frame)


def _import(statement: syntax.Import, frame: Frame) -> bool:
    path = frame.module.path
    if statement.member == "*":
        frame.stars.append(ImportedValue(path, statement.module, None, statement.level))
    elif statement.member is None and statement.alias == statement.module:
        first = statement.module.split(".")[0]
        frame.names[first] = (ModuleValue(first, frame.world.project.find(first, path)),)
    else:
        frame.names[statement.alias] = (
            ImportedValue(path, statement.module, statement.member, statement.level),
        )
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
