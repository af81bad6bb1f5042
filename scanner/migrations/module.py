"""Reads a module of Python as far as its constants go; nothing of it is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from scanner.errors import SourceError, reason_of
from scanner.migrations.expressions import added, bind, dotted, evaluate
from scanner.migrations.values import Class, Function, Name, Scope
from scanner.text_files import READ_ERRORS, decode


class Module:
    """A file of Python: its module-level names, and the line of each node."""

    def __init__(self, path: Path, *, lines: bool = True) -> None:
        """Without `lines` no node's place is known: finding them costs twice the parsing.

        Raises SourceError when it cannot be read or does not parse.
        """
        self.path = path
        self._lines = lines
        try:
            self._tree = cst.parse_module(decode(path.read_bytes())[0])
        except READ_ERRORS as error:
            raise SourceError(f"The migration {path} cannot be read: {reason_of(error)}.") from error
        except (cst.ParserSyntaxError, RecursionError) as error:
            line = f" (line {error.raw_line})" if isinstance(error, cst.ParserSyntaxError) else ""
            raise SourceError(f"The migration {path} is not Python that can be parsed{line}.") from error

    def line(self, node: cst.CSTNode | None) -> int:
        """Where a node starts, 1-based; 1 when that is not known."""
        found = self._positions.get(node) if self._lines and node is not None else None
        return found.start.line if found is not None else 1

    @cached_property
    def _positions(self) -> Mapping[cst.CSTNode, CodeRange]:
        return MetadataWrapper(self._tree, unsafe_skip_copy=True).resolve(PositionProvider)

    @cached_property
    def scope(self) -> Scope:
        """The names that the module's level defines."""
        scope: Scope = {}
        define(self._tree.body, scope)
        return scope


def define(statements: Iterable[cst.BaseStatement], scope: Scope) -> None:
    """Adds what these statements import, assign and define."""
    for statement in statements:
        if isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                assign(small, scope)
        elif isinstance(statement, cst.FunctionDef):
            scope[statement.name.value] = Function(statement, scope)
        elif isinstance(statement, cst.ClassDef):
            scope[statement.name.value] = _class(statement, scope)
        elif isinstance(statement, cst.If | cst.Try):
            define(statement.body.body, scope)  # type: ignore[arg-type]


def assign(statement: cst.CSTNode, scope: Scope) -> None:
    """Carries out an import or an assignment; anything else is none of its business."""
    if isinstance(statement, cst.Import):
        for alias in statement.names:
            whole = dotted(alias.name)
            name = alias.evaluated_alias
            scope[name or whole.partition(".")[0]] = Name(whole if name else whole.partition(".")[0])
    elif isinstance(statement, cst.ImportFrom) and not isinstance(statement.names, cst.ImportStar):
        module = "." * len(statement.relative) + (dotted(statement.module) if statement.module else "")
        for alias in statement.names:
            scope[alias.evaluated_alias or alias.evaluated_name] = Name(f"{module}.{alias.evaluated_name}")
    elif isinstance(statement, cst.Assign):
        value = evaluate(statement.value, scope)
        for target in statement.targets:
            bind(target.target, value, scope)
    elif isinstance(statement, cst.AnnAssign) and statement.value is not None:
        bind(statement.target, evaluate(statement.value, scope), scope)
    elif isinstance(statement, cst.AugAssign) and isinstance(statement.target, cst.Name):
        old, more = scope.get(statement.target.value), evaluate(statement.value, scope)
        scope[statement.target.value] = added(old, more)


def _class(node: cst.ClassDef, scope: Scope) -> Class:
    body: Scope = dict(scope)
    define(node.body.body, body)  # type: ignore[arg-type]
    own = {name: value for name, value in body.items() if name not in scope or scope[name] is not value}
    methods = {each.name.value: each for each in node.body.body if isinstance(each, cst.FunctionDef)}
    return Class(node.name.value, tuple(evaluate(base.value, scope) for base in node.bases), own, methods)
