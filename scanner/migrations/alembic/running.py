"""Follows the statements of upgrade() as far as they can be followed without running them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import libcst as cst

from scanner.migrations.expressions import bind, evaluate
from scanner.migrations.migration import Recorder
from scanner.migrations.module import Module, assign, define
from scanner.migrations.values import Attribute, Called, Function, Name, Scope, Unknown, known

_MAX_DEPTH = 8  # calls of functions within functions
_MAX_STATEMENTS = 20_000
_ONLY_DATABASE = "whether it happens depends on what the database holds; that it does is assumed"


@dataclass(frozen=True, slots=True)
class Batch:
    """What ``with op.batch_alter_table("orders") as batch_op`` gives."""

    table: object
    schema: object = None


@dataclass(slots=True)
class Runner:
    """Walks statements; each call that it does not follow itself is handed to `operate`."""

    module: Module
    recorder: Recorder
    operate: Callable[[Called, int], bool]  # False: no operation of the tool
    left: int = _MAX_STATEMENTS

    def call(self, function: Function, called: Called, depth: int = 0) -> object:
        """Runs the body of a function of the module with these arguments."""
        if depth > _MAX_DEPTH or isinstance(function.node, cst.Lambda):
            return Unknown()
        scope: Scope = dict(function.scope)
        for index, parameter in enumerate(function.node.params.params):
            default = evaluate(parameter.default, scope) if parameter.default else Unknown()
            scope[parameter.name.value] = called.argument(index, parameter.name.value, default)
        returned = self._run(function.node.body.body, scope, depth)
        return None if returned is self else returned

    def _run(self, statements: Iterable[cst.CSTNode], scope: Scope, depth: int) -> object:
        """Runs statements; self when they ran to their end, else what was returned."""
        for statement in statements:
            self.left -= 1
            if self.left < 0:
                return Unknown()
            returned = self._one(statement, scope, depth)
            if returned is not self:
                return returned
        return self

    def _one(self, statement: cst.CSTNode, scope: Scope, depth: int) -> object:
        if isinstance(statement, cst.SimpleStatementLine):
            return self._line(statement, scope, depth)
        if isinstance(statement, cst.If):
            return self._if(statement, scope, depth)
        if isinstance(statement, cst.For):
            return self._for(statement, scope, depth)
        if isinstance(statement, cst.With):
            for item in statement.items:
                self._enter(item, scope)
        elif isinstance(statement, cst.FunctionDef | cst.ClassDef):
            define([statement], scope)
            return self
        elif not isinstance(statement, cst.Try | cst.While):
            return self
        return self._run(statement.body.body, scope, depth)

    def _line(self, line: cst.SimpleStatementLine, scope: Scope, depth: int) -> object:
        for small in line.body:
            if isinstance(small, cst.Return):
                return None if small.value is None else self._value(small.value, scope, depth)
            if isinstance(small, cst.Raise):
                return None
            if isinstance(small, cst.Expr):
                self._value(small.value, scope, depth)
            elif isinstance(small, cst.Assign):
                value = self._value(small.value, scope, depth)
                for target in small.targets:
                    bind(target.target, value, scope)
            else:
                assign(small, scope)
        return self

    def _value(self, node: cst.BaseExpression, scope: Scope, depth: int) -> object:
        value = evaluate(node, scope)
        if not isinstance(value, Called):
            return value
        if isinstance(value.function, Function):
            return self.call(value.function, value, depth + 1)
        self.operate(value, self.module.line(value.node))
        return value

    def _enter(self, item: cst.WithItem, scope: Scope) -> None:
        value = evaluate(item.item, scope)
        if isinstance(value, Called) and value.name == "batch_alter_table":
            value = Batch(value.argument(0, "table_name"), value.kwargs.get("schema"))
        if item.asname is not None:
            bind(item.asname.name, value, scope)

    def _if(self, statement: cst.If, scope: Scope, depth: int) -> object:
        test = evaluate(statement.test, scope)
        if known(test):
            return self._run(statement.body.body, scope, depth) if test else self._else(statement.orelse, scope, depth)
        if _only_leaves(statement.body.body):
            return self._else(statement.orelse, scope, depth)
        before = len(self.recorder.steps)
        returned = self._run(statement.body.body, scope, depth)
        if len(self.recorder.steps) > before:
            line = self.module.line(statement)
            self.recorder.skip(line, "if", _ONLY_DATABASE)
        return self if returned is None else returned

    def _else(self, orelse: cst.If | cst.Else | None, scope: Scope, depth: int) -> object:
        if isinstance(orelse, cst.If):
            return self._if(orelse, scope, depth)
        return self if orelse is None else self._run(orelse.body.body, scope, depth)

    def _for(self, statement: cst.For, scope: Scope, depth: int) -> object:
        values = evaluate(statement.iter, scope)
        if (
            isinstance(values, Called)
            and isinstance(values.function, Attribute)
            and isinstance(values.function.of, dict)
        ):
            views = {"items": lambda d: list(d.items()), "values": lambda d: list(d.values()), "keys": list}
            values = views.get(values.function.name, lambda _: Unknown())(values.function.of)
        if not isinstance(values, list | tuple | dict):
            values = [Unknown()]
        for value in list(values):
            bind(statement.target, value, scope)
            returned = self._run(statement.body.body, scope, depth)
            if returned is not self:
                return returned
        return self


def _only_leaves(statements: Iterable[cst.CSTNode]) -> bool:
    """Whether a branch does nothing but leave: a guard against a second run."""
    last = list(statements)[-1]
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return | cst.Raise)


def is_operation(value: Called) -> tuple[str, Batch | None] | None:
    """The name of an operation of ``op`` or of a batch; None for any other call."""
    function = value.function
    if isinstance(function, Name) and ".op." in f".{function.dotted}":
        return function.last, None
    if isinstance(function, Attribute) and isinstance(function.of, Batch):
        return function.name, function.of
    return None
