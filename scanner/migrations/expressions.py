"""What expressions of Python stand for, as far as constants go."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from textwrap import dedent

import libcst as cst

from scanner.migrations.values import Attribute, Called, Class, Function, Name, Scope, Unknown, known

DIALECT = "dialect.name"  # the name in a scope under which it is asked for, no name of Python's
_BUILTINS: Mapping[str, object] = {"True": True, "False": False, "None": None}
_MAX_TEXT = 1_000_000  # characters that an expression may come to
_COMPARED: Mapping[type[cst.BaseCompOp], Callable[[object, object], object]] = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.In: lambda a, b: a in b if isinstance(b, str | list | tuple | dict) else Unknown(),
    cst.NotIn: lambda a, b: a not in b if isinstance(b, str | list | tuple | dict) else Unknown(),
    cst.Is: operator.is_,
    cst.IsNot: operator.is_not,
}


def evaluate(node: cst.BaseExpression, scope: Scope) -> object:
    """What an expression stands for; Unknown where only running it could tell."""
    reader = _READERS.get(type(node))
    return reader(node, scope) if reader is not None else Unknown(node)


def dotted(node: cst.CSTNode) -> str:
    """A dotted name as it is written; empty for anything else."""
    if isinstance(node, cst.Attribute):
        return f"{dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def bind(target: cst.BaseExpression, value: object, scope: Scope) -> None:
    """Gives a name, or several, their value."""
    if isinstance(target, cst.Name):
        scope[target.value] = value
    elif isinstance(target, cst.Tuple | cst.List):
        values = value if isinstance(value, list | tuple) and len(value) == len(target.elements) else None
        for index, element in enumerate(target.elements):
            bind(element.value, values[index] if values else Unknown(), scope)


def bind_index(target: cst.Subscript, value: object, scope: Scope) -> None:
    """Carries out ``kwargs["max_length"] = 6`` on a dictionary of the scope."""
    of = evaluate(target.value, scope)
    index = target.slice[0].slice
    key = evaluate(index.value, scope) if isinstance(index, cst.Index) else None
    if isinstance(of, dict) and isinstance(key, str | int):
        of[key] = value


def _name(node: cst.Name, scope: Scope) -> object:
    if node.value in scope:
        return scope[node.value]
    return _BUILTINS[node.value] if node.value in _BUILTINS else Name(node.value)


def _attribute(node: cst.Attribute, scope: Scope) -> object:
    of = evaluate(node.value, scope)
    if isinstance(of, Name):
        return Name(f"{of.dotted}.{node.attr.value}")
    if isinstance(of, Class) and node.attr.value in of.body:
        return of.body[node.attr.value]
    if isinstance(of, Attribute) and f"{of.name}.{node.attr.value}" == DIALECT:
        return scope.get(DIALECT, Unknown(node))
    return Attribute(of, node.attr.value)


def _call(node: cst.Call, scope: Scope) -> object:
    function = evaluate(node.func, scope)
    args: list[object] = []
    kwargs: dict[str, object] = {}
    for argument in node.args:
        value = evaluate(argument.value, scope)
        if argument.keyword is not None:
            kwargs[argument.keyword.value] = value
        elif argument.star == "*" and isinstance(value, list | tuple):
            args.extend(value)
        elif argument.star == "**" and isinstance(value, dict):
            kwargs.update({str(key): each for key, each in value.items()})
        else:
            args.append(value)
    return _method(function, args, kwargs) or Called(function, tuple(args), kwargs, node)


def _method(function: object, args: list[object], kwargs: dict[str, object]) -> object:
    """The few methods of texts that SQL is put together with; None for every other call."""
    if not isinstance(function, Attribute) or not isinstance(function.of, str):
        return _dedented(function, args)
    text = function.of
    if function.name in ("strip", "lower", "upper", "lstrip", "rstrip") and not args:
        return getattr(text, function.name)() or None
    if function.name == "format" and all(map(known, (*args, *kwargs.values()))):
        return _formatted(lambda: text.format(*args, **kwargs))
    if function.name == "join" and len(args) == 1 and isinstance(args[0], list | tuple):
        return text.join(map(str, args[0])) if known(args[0]) else None
    return None


def _dedented(function: object, args: list[object]) -> object:
    plain = isinstance(function, Name) and function.last in ("dedent", "cleandoc") and len(args) == 1
    return dedent(args[0]) if plain and isinstance(args[0], str) else None


def _formatted(make: Callable[[], str]) -> object:
    try:
        made = make()
    except (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError):
        return Unknown()
    return made if len(made) <= _MAX_TEXT else Unknown()


def _binary(node: cst.BinaryOperation, scope: Scope) -> object:
    left, right = evaluate(node.left, scope), evaluate(node.right, scope)
    if isinstance(node.operator, cst.Add):
        return added(left, right)
    if isinstance(node.operator, cst.Modulo) and isinstance(left, str) and known(right):
        return _formatted(lambda: left % right)
    return Unknown(node)


def added(left: object, right: object) -> object:
    """What ``left + right`` is."""
    for kind in (str, list, tuple):
        if isinstance(left, kind) and isinstance(right, kind):
            return left + right if len(left) + len(right) <= _MAX_TEXT else Unknown()  # type: ignore[operator]
    return left + right if isinstance(left, int | float) and isinstance(right, int | float) else Unknown()


def _elements(node: cst.List | cst.Tuple | cst.Set, scope: Scope) -> list[object]:
    found: list[object] = []
    for element in node.elements:
        value = evaluate(element.value, scope)
        if isinstance(element, cst.StarredElement) and isinstance(value, list | tuple):
            found.extend(value)
        else:
            found.append(value)
    return found


def _dict(node: cst.Dict, scope: Scope) -> object:
    found: dict[object, object] = {}
    for element in node.elements:
        value = evaluate(element.value, scope)
        if isinstance(element, cst.DictElement):
            key = evaluate(element.key, scope)
            if not isinstance(key, str | int | float | bool | None):
                return Unknown(node)
            found[key] = value
        elif isinstance(value, dict):
            found.update(value)
    return found


def _comparison(node: cst.Comparison, scope: Scope) -> object:
    left, right = evaluate(node.left, scope), evaluate(node.comparisons[0].comparator, scope)
    compare = _COMPARED.get(type(node.comparisons[0].operator))
    if compare is None or len(node.comparisons) > 1 or not known(left) or not known(right):
        return Unknown(node)
    return compare(left, right)


def _unary(node: cst.UnaryOperation, scope: Scope) -> object:
    value = evaluate(node.expression, scope)
    if isinstance(node.operator, cst.Not) and known(value):
        return not value
    return -value if isinstance(node.operator, cst.Minus) and isinstance(value, int | float) else Unknown(node)


def _boolean(node: cst.BooleanOperation, scope: Scope) -> object:
    left = evaluate(node.left, scope)
    if not known(left):
        return Unknown(node)
    decided = bool(left) is isinstance(node.operator, cst.Or)
    return left if decided else evaluate(node.right, scope)


def _concatenated(node: cst.ConcatenatedString, scope: Scope) -> object:
    return added(evaluate(node.left, scope), evaluate(node.right, scope))


def _formatted_string(node: cst.FormattedString, scope: Scope) -> object:
    parts: list[str] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            parts.append(part.value.replace("{{", "{").replace("}}", "}"))
            continue
        value = evaluate(part.expression, scope) if isinstance(part, cst.FormattedStringExpression) else Unknown()
        if not known(value) or (isinstance(part, cst.FormattedStringExpression) and part.format_spec):
            return Unknown(node)
        parts.append(str(value))
    return "".join(parts)


def _subscript(node: cst.Subscript, scope: Scope) -> object:
    value = evaluate(node.value, scope)
    index = node.slice[0].slice
    key = evaluate(index.value, scope) if isinstance(index, cst.Index) and len(node.slice) == 1 else Unknown()
    if isinstance(value, dict) and isinstance(key, str | int):
        return value.get(key, Unknown(node))
    if isinstance(value, list | tuple) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return Unknown(node)


def _comprehension(node: cst.ListComp, scope: Scope) -> object:
    iterable = evaluate(node.for_in.iter, scope)
    if node.for_in.ifs or node.for_in.inner_for_in or not isinstance(iterable, list | tuple):
        return Unknown(node)
    found = []
    for value in iterable:
        inner = dict(scope)
        bind(node.for_in.target, value, inner)
        found.append(evaluate(node.elt, inner))
    return found


def _conditional(node: cst.IfExp, scope: Scope) -> object:
    test = evaluate(node.test, scope)
    return evaluate(node.body if test else node.orelse, scope) if known(test) else Unknown(node)


def _constant(node: cst.BaseExpression, _: Scope) -> object:
    value = getattr(node, "evaluated_value", None)
    return Unknown(node) if value is None else value


_READERS: Mapping[type[cst.CSTNode], Callable[..., object]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.BinaryOperation: _binary,
    cst.List: _elements,
    cst.Tuple: lambda node, scope: tuple(_elements(node, scope)),
    cst.Set: _elements,
    cst.Dict: _dict,
    cst.Comparison: _comparison,
    cst.UnaryOperation: _unary,
    cst.BooleanOperation: _boolean,
    cst.FormattedString: _formatted_string,
    cst.Subscript: _subscript,
    cst.ListComp: _comprehension,
    cst.IfExp: _conditional,
    cst.Lambda: lambda node, scope: Function(node, scope),
    cst.ConcatenatedString: _concatenated,
    **dict.fromkeys((cst.SimpleString, cst.Integer, cst.Float), _constant),
}
