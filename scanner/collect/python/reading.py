"""Source text → slim syntax, through libcst."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import libcst as cst

from scanner.collect.python import syntax
from scanner.collect.python.expressions import Positions, arguments, expression, operator, parameters, rest_names
from scanner.collect.python.gist import gist_of
from scanner.collect.python.light import replace
from scanner.collect.python.positions import offsets

_NOTHING = syntax.Opaque()
# The subject of a match, under a name that no program can use.
_SUBJECT = "match subject"


def read(source: str) -> tuple[syntax.Statement, ...]:
    """The statements of a module. Raises libcst.ParserSyntaxError, and RecursionError for deep nesting."""
    module = cst.parse_module(source)
    return _statements(module.body, offsets(module, len(source)))


def _statements(nodes: Sequence[cst.CSTNode], positions: Positions) -> tuple[syntax.Statement, ...]:
    return tuple(statement for node in nodes for statement in _statement(node, positions))


def _statement(node: cst.CSTNode, positions: Positions) -> Iterator[syntax.Statement]:
    if isinstance(node, cst.SimpleStatementLine):
        for small in node.body:
            yield from _statement(small, positions)
    elif convert := _CONVERTERS.get(type(node)):
        yield convert(node, positions)
    elif isinstance(node, cst.Import | cst.ImportFrom):
        yield from _imports(node)
    elif isinstance(node, cst.BaseSmallStatement):
        yield from _other(node, positions)


def _other(node: cst.BaseSmallStatement, positions: Positions) -> Iterator[syntax.Statement]:
    value = expression(node, positions)
    if value != _NOTHING:
        yield syntax.Evaluate(value)


def _block(node: cst.CSTNode | None, positions: Positions) -> tuple[syntax.Statement, ...]:
    if isinstance(node, cst.Else | cst.Finally):
        node = node.body
    if isinstance(node, cst.IndentedBlock | cst.SimpleStatementSuite):
        return _statements(node.body, positions)
    return () if node is None else tuple(_statement(node, positions))


def _evaluate(node: cst.Expr, positions: Positions) -> syntax.Statement:
    return syntax.Evaluate(expression(node.value, positions))


def _raise(node: cst.Raise, positions: Positions) -> syntax.Statement:
    return syntax.Evaluate(expression(node.exc, positions) if node.exc else _NOTHING, raises=True)


def _assert(node: cst.Assert, positions: Positions) -> syntax.Statement:
    message = expression(node.msg, positions) if node.msg else _NOTHING
    return syntax.If(expression(node.test, positions), (), (syntax.Evaluate(message, raises=True),))


def _return(node: cst.Return, positions: Positions) -> syntax.Statement:
    return syntax.Return(expression(node.value, positions) if node.value else _NOTHING)


def _assign(node: cst.Assign, positions: Positions) -> syntax.Statement:
    targets = tuple(expression(target.target, positions) for target in node.targets)
    return syntax.Assign(targets, expression(node.value, positions))


def _annotated(node: cst.AnnAssign, positions: Positions) -> syntax.Statement:
    value = expression(node.value, positions) if node.value else _NOTHING
    annotation = expression(node.annotation.annotation, positions)
    return syntax.Assign((expression(node.target, positions),), value, annotation=annotation)


def _augmented(node: cst.AugAssign, positions: Positions) -> syntax.Statement:
    target = expression(node.target, positions)
    return syntax.Assign((target,), expression(node.value, positions), operator(node.operator))


def _if(node: cst.If, positions: Positions) -> syntax.Statement:
    test = expression(node.test, positions)
    return syntax.If(test, _block(node.body, positions), _block(node.orelse, positions))


def _for(node: cst.For, positions: Positions) -> syntax.Statement:
    target, source = expression(node.target, positions), expression(node.iter, positions)
    return syntax.For(target, source, _block(node.body, positions), _block(node.orelse, positions))


def _while(node: cst.While, positions: Positions) -> syntax.Statement:
    test = expression(node.test, positions)
    return syntax.While(test, _block(node.body, positions), _block(node.orelse, positions))


def _with(node: cst.With, positions: Positions) -> syntax.Statement:
    items = tuple(
        (expression(item.item, positions), expression(item.asname.name, positions) if item.asname else None)
        for item in node.items
    )
    return syntax.With(items, _block(node.body, positions))


def _try(node: cst.Try | cst.TryStar, positions: Positions) -> syntax.Statement:
    handlers = tuple((*_caught(handler), *_block(handler.body, positions)) for handler in node.handlers)
    body, otherwise, final = (_block(part, positions) for part in (node.body, node.orelse, node.finalbody))
    return syntax.Try(body, handlers, otherwise, final)


def _caught(node: cst.ExceptHandler | cst.ExceptStarHandler) -> Iterator[syntax.Statement]:
    """What binds the name of the exception, of which nothing is known."""
    if node.name is not None and isinstance(node.name.name, cst.Name):
        yield syntax.Assign((syntax.Starred(syntax.Name(node.name.name.value, 0)),), _NOTHING)


def _match(node: cst.Match, positions: Positions) -> syntax.Statement:
    rest: tuple[syntax.Statement, ...] = ()
    subject = syntax.Name(_SUBJECT, 0)
    for case in reversed(node.cases):
        test: syntax.Expression = _NOTHING
        names = tuple(syntax.Name(name, 0) for name in _captured(case.pattern))
        binding = (syntax.Assign(names, _NOTHING),) if names else ()
        if isinstance(case.pattern, cst.MatchList | cst.MatchTuple):
            at, patterns = positions[case.pattern], case.pattern.patterns
            if any(isinstance(each, cst.MatchStar) for each in patterns):
                binding = (*binding, syntax.Assign((_places(patterns, at),), subject))
            else:
                test = syntax.Binary(replace(subject, at=at), "==", syntax.Items("tuple", (_NOTHING,) * len(patterns)))
        rest = (syntax.If(test, (*binding, *_block(case.body, positions)), rest),)
    return syntax.If(syntax.Assigned(subject, expression(node.subject, positions)), rest, rest[:0])


def _places(patterns: Sequence[cst.CSTNode], at: int) -> syntax.Items:
    """A sequence of patterns with a star as what could be unpacked into them."""
    places: list[syntax.Expression] = []
    for each in patterns:
        is_plain = isinstance(each, cst.MatchStar) or (isinstance(each, cst.MatchAs) and each.pattern is None)
        name = syntax.Name(next(_captured(each), "_") if is_plain else "_", at)
        places.append(syntax.Starred(name) if isinstance(each, cst.MatchStar) else name)
    return syntax.Items("tuple", tuple(places))


def _captured(pattern: cst.CSTNode) -> Iterator[str]:
    """The names that a pattern binds."""
    name = getattr(pattern, "name", None)
    if isinstance(pattern, cst.MatchAs | cst.MatchStar) and isinstance(name, cst.Name):
        yield name.value
    for child in pattern.children:
        yield from _captured(child)


def _function(node: cst.FunctionDef, positions: Positions) -> syntax.Statement:
    decorators = tuple(expression(each.decorator, positions) for each in node.decorators)
    accepted, body = parameters(node.params, positions), _block(node.body, positions)
    function = syntax.Function(
        node.name.value,
        accepted,
        decorators,
        body,
        positions[node.name],
        *rest_names(node.params),
        returns=expression(node.returns.annotation, positions) if node.returns else None,
    )
    return replace(function, gist=gist_of(function))


def _class(node: cst.ClassDef, positions: Positions) -> syntax.Statement:
    decorators = tuple(expression(each.decorator, positions) for each in node.decorators)
    bases = arguments((*node.bases, *node.keywords), positions)
    return syntax.Class(node.name.value, bases, decorators, _block(node.body, positions), positions[node.name])


def _imports(node: cst.Import | cst.ImportFrom) -> Iterator[syntax.Statement]:
    if isinstance(node, cst.Import):
        for alias in node.names:
            name = _dotted(alias.name)
            yield syntax.Import(name, None, _dotted(alias.asname.name) if alias.asname else name)
        return
    module, level = _dotted(node.module) if node.module else "", len(node.relative)
    if isinstance(node.names, cst.ImportStar):
        yield syntax.Import(module, "*", "*", level)
        return
    for alias in node.names:
        name = _dotted(alias.name)
        yield syntax.Import(module, name, _dotted(alias.asname.name) if alias.asname else name, level)


def _dotted(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


_CONVERTERS: dict[type[cst.CSTNode], Callable[[Any, Positions], syntax.Statement]] = {
    cst.Expr: _evaluate,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.Return: _return,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.If: _if,
    cst.For: _for,
    cst.While: _while,
    cst.With: _with,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.Match: _match,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
}
