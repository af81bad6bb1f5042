"""libcst expressions → slim syntax."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import libcst as cst

from scanner.collect.python import syntax
from scanner.collect.python.literals import decode

Positions = Mapping[cst.CSTNode, int]

_MAX_DIGITS = 100  # a longer number is no position, width or count

_OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Modulo: "%",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.LeftShift: "<<",
    cst.BitOr: "|",
    cst.BitAnd: "&",
    cst.And: "and",
    cst.Or: "or",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.In: "in",
    cst.NotIn: "not in",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.Not: "not",
    cst.BitInvert: "~",
    cst.AddAssign: "+=",
    cst.ModuloAssign: "%=",
    cst.BitOrAssign: "|=",
    cst.BitAndAssign: "&=",
}


def operator(node: cst.CSTNode) -> str:
    """The operator as written; "?" for those no text or query is built with."""
    return _OPERATORS.get(type(node), "?")


def expression(node: cst.CSTNode, positions: Positions) -> syntax.Expression:
    """The expression as slim syntax. `await` and parentheses leave no trace."""
    convert = _CONVERTERS.get(type(node), _opaque)
    return convert(node, positions)


def parameters(node: cst.Parameters, positions: Positions) -> tuple[syntax.Parameter, ...]:
    """The parameters in the order of positions; ``*args`` and ``**kwargs`` are left out."""
    return tuple(
        _parameter(each, positions, keyword_only=only)
        for group, only in (((*node.posonly_params, *node.params), False), (node.kwonly_params, True))
        for each in group
    )


def rest_names(node: cst.Parameters) -> tuple[str, str]:
    """The names of ``*args`` and ``**kwargs``; empty: it has none."""
    rest = node.star_arg.name.value if isinstance(node.star_arg, cst.Param) else ""
    return rest, node.star_kwarg.name.value if node.star_kwarg else ""


def _parameter(node: cst.Param, positions: Positions, *, keyword_only: bool) -> syntax.Parameter:
    default = expression(node.default, positions) if node.default else None
    annotation = expression(node.annotation.annotation, positions) if node.annotation else None
    return syntax.Parameter(node.name.value, default, keyword_only, annotation)


def _many(nodes: Iterable[cst.CSTNode], positions: Positions) -> tuple[syntax.Expression, ...]:
    return tuple(expression(node, positions) for node in nodes)


def _opaque(node: cst.CSTNode, positions: Positions) -> syntax.Expression:
    parts = [child for child in node.children if not isinstance(child, cst.BaseParenthesizableWhitespace)]
    converted = [expression(part, positions) for part in parts if part.children or isinstance(part, cst.BaseExpression)]
    return syntax.Opaque(tuple(part for part in converted if part != syntax.Opaque()))


def _string(node: cst.SimpleString, positions: Positions) -> syntax.Expression:
    quote = len(node.quote)
    body = node.value[len(node.prefix) + quote : -quote]
    return syntax.Text(decode(body, node.prefix), positions[node])


def _formatted(node: cst.FormattedString | cst.TemplatedString, positions: Positions) -> syntax.Expression:
    at = positions[node]
    prefix = node.start.rstrip("'\"")
    parts: list[syntax.Expression] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText | cst.TemplatedStringText):
            text = decode(part.value.replace("{{", "{").replace("}}", "}"), prefix)
            parts.append(syntax.Text(text, at))
        elif isinstance(part, cst.FormattedStringExpression | cst.TemplatedStringExpression):
            parts.append(expression(part.expression, positions))
    return syntax.Joined(tuple(parts), at)


def _adjacent(node: cst.ConcatenatedString, positions: Positions) -> syntax.Expression:
    left, right = expression(node.left, positions), expression(node.right, positions)
    if isinstance(left, syntax.Text) and isinstance(right, syntax.Text):
        return syntax.Text(left.value + right.value, left.at)
    parts = (*_parts(left), *_parts(right))
    return syntax.Joined(parts, left.at if isinstance(left, syntax.Text | syntax.Joined) else 0)


def _parts(piece: syntax.Expression) -> tuple[syntax.Expression, ...]:
    return piece.parts if isinstance(piece, syntax.Joined) else (piece,)


def _constant(node: cst.Integer | cst.Float | cst.Imaginary, _: Positions) -> syntax.Expression:
    return syntax.Constant(node.value) if len(node.value) <= _MAX_DIGITS else syntax.Opaque()


def _unary(node: cst.UnaryOperation, positions: Positions) -> syntax.Expression:
    operand = expression(node.expression, positions)
    if isinstance(node.operator, cst.Minus) and isinstance(operand, syntax.Constant):
        return syntax.Constant("-" + operand.source)
    return syntax.Unary(operator(node.operator), operand)


def _name(node: cst.Name, positions: Positions) -> syntax.Expression:
    if node.value in ("None", "True", "False"):
        return syntax.Constant(node.value)
    return syntax.Name(node.value, positions.get(node, 0))


def _attribute(node: cst.Attribute, positions: Positions) -> syntax.Expression:
    return syntax.Attribute(expression(node.value, positions), node.attr.value)


def _subscript(node: cst.Subscript, positions: Positions) -> syntax.Expression:
    indexes = tuple(_index(element.slice, positions) for element in node.slice)
    index = indexes[0] if len(indexes) == 1 else syntax.Items("tuple", indexes)
    return syntax.Subscript(expression(node.value, positions), index, positions[node])


def _index(node: cst.BaseSlice, positions: Positions) -> syntax.Expression:
    if isinstance(node, cst.Index):
        return expression(node.value, positions)
    bounds = (node.lower, node.upper) if isinstance(node, cst.Slice) else (None, None)
    return syntax.Items("slice", tuple(expression(b, positions) if b else syntax.Constant("None") for b in bounds))


def arguments(nodes: Iterable[cst.Arg], positions: Positions) -> tuple[syntax.Argument, ...]:
    """The arguments of a call or the bases of a class."""
    return tuple(
        syntax.Argument(expression(arg.value, positions), arg.keyword.value if arg.keyword else None, arg.star)
        for arg in nodes
    )


def _call(node: cst.Call, positions: Positions) -> syntax.Expression:
    return syntax.Call(expression(node.func, positions), arguments(node.args, positions), positions[node])


def _binary(node: cst.BinaryOperation | cst.BooleanOperation, positions: Positions) -> syntax.Expression:
    left = expression(node.left, positions)
    return syntax.Binary(left, operator(node.operator), expression(node.right, positions))


def _comparison(node: cst.Comparison, positions: Positions) -> syntax.Expression:
    result = expression(node.left, positions)
    for target in node.comparisons:
        result = syntax.Binary(result, operator(target.operator), expression(target.comparator, positions))
    return result


def _items(node: cst.List | cst.Tuple | cst.Set, positions: Positions) -> syntax.Expression:
    items: list[syntax.Expression] = []
    for element in node.elements:
        value = expression(element.value, positions)
        items.append(syntax.Starred(value) if isinstance(element, cst.StarredElement) else value)
    kinds = {cst.List: "list", cst.Tuple: "tuple", cst.Set: "set"}
    return syntax.Items(kinds[type(node)], tuple(items))  # type: ignore[arg-type]


def _mapping(node: cst.Dict, positions: Positions) -> syntax.Expression:
    entries: list[tuple[syntax.Expression | None, syntax.Expression]] = []
    for element in node.elements:
        key = expression(element.key, positions) if isinstance(element, cst.DictElement) else None
        entries.append((key, expression(element.value, positions)))
    return syntax.Mapping(tuple(entries))


def _choice(node: cst.IfExp, positions: Positions) -> syntax.Expression:
    test, body, otherwise = _many((node.test, node.body, node.orelse), positions)
    return syntax.Choice(test, body, otherwise)


def _lambda(node: cst.Lambda, positions: Positions) -> syntax.Expression:
    rest, keywords = rest_names(node.params)
    return syntax.Lambda(parameters(node.params, positions), expression(node.body, positions), rest, keywords)


def _comprehension(
    node: cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp, positions: Positions
) -> syntax.Expression:
    if isinstance(node, cst.DictComp):
        element: syntax.Expression = syntax.Items("tuple", _many((node.key, node.value), positions))
    else:
        element = expression(node.elt, positions)
    target, source = _many((node.for_in.target, node.for_in.iter), positions)
    inner = tuple(_clauses(node.for_in, positions))
    return syntax.Comprehension(element, target, source, inner, isinstance(node, cst.DictComp))


def _clauses(clause: cst.CompFor, positions: Positions) -> list[syntax.Expression]:
    inner = [expression(condition.test, positions) for condition in clause.ifs]
    if clause.inner_for_in:
        target, source = _many((clause.inner_for_in.target, clause.inner_for_in.iter), positions)
        inner.append(syntax.Assigned(syntax.Starred(target), source))  # to what is not known
        inner.extend(_clauses(clause.inner_for_in, positions))
    return inner


def _named(node: cst.NamedExpr, positions: Positions) -> syntax.Expression:
    target, value = _many((node.target, node.value), positions)
    return syntax.Assigned(target, value)


def _yield(node: cst.Yield, positions: Positions) -> syntax.Expression:
    if isinstance(node.value, cst.From):
        return syntax.Unary("yield from", expression(node.value.item, positions))
    return syntax.Unary("yield", expression(node.value, positions)) if node.value else syntax.Opaque()


def _await(node: cst.Await, positions: Positions) -> syntax.Expression:
    return expression(node.expression, positions)


_CONVERTERS: dict[type[cst.CSTNode], Callable[[Any, Positions], syntax.Expression]] = {
    cst.SimpleString: _string,
    cst.FormattedString: _formatted,
    cst.TemplatedString: _formatted,
    cst.ConcatenatedString: _adjacent,
    cst.Integer: _constant,
    cst.Float: _constant,
    cst.Imaginary: _constant,
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Subscript: _subscript,
    cst.Call: _call,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _binary,
    cst.UnaryOperation: _unary,
    cst.Comparison: _comparison,
    cst.List: _items,
    cst.Tuple: _items,
    cst.Set: _items,
    cst.Dict: _mapping,
    cst.IfExp: _choice,
    cst.Lambda: _lambda,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _comprehension,
    cst.NamedExpr: _named,
    cst.Await: _await,
    cst.Yield: _yield,
}
