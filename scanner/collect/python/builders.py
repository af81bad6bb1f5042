"""Calls that build values: methods of texts, lists and dicts, and functions that make texts of texts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from scanner.collect.python import syntax, texts
from scanner.collect.python.classes import attribute
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.values import (
    ClassValue,
    DictValue,
    ExternalValue,
    Gap,
    InstanceValue,
    ListValue,
    Literal,
    MapperValue,
    ModuleValue,
    NamedTupleValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)


def members(receivers: Variants, name: str, frame: Frame) -> Variants:
    """The functions or classes that ``receiver.name`` may be; methods of results are left to `rows`."""
    kinds = (ExternalValue, ClassValue, InstanceValue, MapperValue, ModuleValue)
    found = (attribute(receiver, name, frame) for receiver in receivers if isinstance(receiver, kinds))
    return bounded(chain.from_iterable(found))


def built(
    expression: syntax.Call, receivers: Variants, functions: Variants, given: Given, frame: Frame
) -> Variants | None:
    """What the call gives if it builds a value, else None."""
    function = expression.function
    for each in functions:
        make = _FUNCTIONS.get(_external_name(each, function))
        if make is not None:
            return make(given)
    if not functions and isinstance(function, syntax.Name):
        make = _FUNCTIONS.get(function.id)
        return make(given) if make else None
    if isinstance(function, syntax.Attribute):
        return _method(function, receivers, given, frame)
    return None


def _external_name(function: Value, written: syntax.Expression) -> str:
    if isinstance(function, ExternalValue):
        return function.name
    return written.id if isinstance(written, syntax.Name) and isinstance(function, Unknown) else ""


def _method(function: syntax.Attribute, receivers: Variants, given: Given, frame: Frame) -> Variants | None:
    taken = _LIST_READS.get(function.name)
    if taken is not None:
        lists = [value for value in receivers if isinstance(value, ListValue) and value.open]
        if lists:
            return bounded(chain.from_iterable(taken(value) for value in lists))
    change = _LIST_CHANGES.get(function.name)
    if change is not None and isinstance(function.base, syntax.Name):
        changed = [change(value, given) if isinstance(value, ListValue) else value for value in receivers]
        if any(isinstance(value, ListValue) for value in receivers):
            frame.names[function.base.id] = bounded(changed)
            return (Unknown("None"),)
    own = [value for value in receivers if isinstance(value, TextValue | DictValue)]
    make = _METHODS.get(function.name)
    if make is None or not own:
        return None
    return bounded(chain.from_iterable(make(value, given) for value in own))


def procedure_call(arguments: list[Variants]) -> Variants:
    """``callproc(name, parameters)`` as the CALL it stands for."""
    if not arguments:
        return ()
    listed = next((v for v in arguments[1] if isinstance(v, ListValue)), None) if len(arguments) > 1 else ListValue(())
    marks = ", ".join(["%s"] * len(listed.items)) if listed and not listed.open else None
    inside = Gap("…", "list") if marks is None else Literal(marks)
    names = (value for value in arguments[0] if isinstance(value, TextValue))
    return bounded(TextValue((Literal("CALL "), *name.pieces, Literal("("), inside, Literal(")"))) for name in names)


def _format(text: Value, given: Given) -> Variants:
    if not isinstance(text, TextValue):
        return ()
    names = tuple(given.named)
    chosen = texts.combinations((*given.positional, *given.named.values()))
    count = len(given.positional)
    return bounded(
        texts.formatted(text, list(each[:count]), dict(zip(names, each[count:], strict=True))) for each in chosen
    )


def _join(separator: Value, given: Given) -> Variants:
    if not isinstance(separator, TextValue) or not given.positional:
        return ()
    return bounded(chain.from_iterable(texts.joins(separator, items) for items in given.positional[0]))


def _unchanged(value: Value, _: Given) -> Variants:
    return (value,)


def _stripped(value: Value, _: Given) -> Variants:
    return (texts.mapped(value, str.strip),) if isinstance(value, TextValue) and len(value.pieces) == 1 else (value,)


def _replace(value: Value, given: Given) -> Variants:
    if not isinstance(value, TextValue) or len(given.positional) < 2:
        return (value,)
    old = texts.constant_text(given.positional[0])
    if not old:
        return (value,)
    return bounded(texts.replaced(value, old, new) for new in given.positional[1])


def _get(value: Value, given: Given) -> Variants:
    if not isinstance(value, DictValue):
        return ()
    key = texts.constant_text(given.positional[0]) if given.positional else None
    entries = dict(value.entries)
    fallback = given.positional[1] if len(given.positional) > 1 else ()
    if key is not None and not value.open:
        return entries.get(key, fallback)
    return (*chain.from_iterable(entries.values()), *fallback)


def _values(value: Value, _: Given) -> Variants:
    return (ListValue(tuple(each for _, each in value.entries)),) if isinstance(value, DictValue) else ()


def _keys(value: Value, _: Given) -> Variants:
    if not isinstance(value, DictValue) or value.open:
        return ()
    return (ListValue(tuple((TextValue((Literal(key),)),) for key, _ in value.entries)),)


def _append(value: ListValue, given: Given) -> Value:
    return ListValue((*value.items, *given.positional[:1]), value.open)


def _extend(value: ListValue, given: Given) -> Value:
    more = given.positional[0][0] if given.positional else Unknown("…")
    if isinstance(more, ListValue):
        return ListValue(value.items + more.items, value.open or more.open)
    return ListValue(value.items, open=True)


def _insert(value: ListValue, given: Given) -> Value:
    if len(given.positional) < 2:
        return value
    first = given.positional[0] and getattr(given.positional[0][0], "source", "") == "0"
    item = (given.positional[1],)
    return ListValue(item + value.items if first else value.items + item, value.open)


def _first(given: Given) -> Variants:
    return given.positional[0] if given.positional else ()


def _dedent(given: Given) -> Variants:
    return bounded(texts.dedented(each) for each in _first(given) if isinstance(each, TextValue))


def _identifier(given: Given) -> Variants:
    return bounded(texts.quoted(parts) for parts in texts.combinations(given.positional))


def _value_hole(given: Given) -> Variants:
    source = next((v.source for each in given.positional for v in each if isinstance(v, Unknown)), "…")
    return (TextValue((Gap(source, "value"),)),)


def _placeholder(given: Given) -> Variants:
    name = texts.constant_text(given.positional[0]) if given.positional else None
    return (TextValue((Literal(f"%({name})s" if name else "%s"),)),)


def _namedtuple(given: Given) -> Variants:
    """``namedtuple("Order", "id total")`` and ``NamedTuple("Order", [("id", int), …])``."""
    name = texts.constant_text(given.positional[0]) if given.positional else None
    listed = given.positional[1] if len(given.positional) > 1 else given.named.get("field_names", ())
    fields = next((names for names in map(_field_names, listed) if names), ())
    if name is None or not fields:
        return ()
    first = given.positional[0][0]
    place = first.place if isinstance(first, TextValue) else None
    defaults = next((len(v.items) for v in given.named.get("defaults", ()) if isinstance(v, ListValue)), 0)
    return (NamedTupleValue(name, fields, place, defaults),)


def _field_names(value: Value) -> tuple[str, ...]:
    written = texts.constant_text((value,))
    if written is not None:
        return tuple(written.replace(",", " ").split())
    if not isinstance(value, ListValue) or value.open:
        return ()
    firsts = (item[0].items[0] if isinstance(item[0], ListValue) and item[0].items else item for item in value.items)
    names = [texts.constant_text(each) for each in firsts]
    return tuple(name for name in names if name is not None) if None not in names else ()


def _itself(value: ListValue) -> Variants:
    return (value,)


def _one(value: ListValue) -> Variants:
    return value.items[0] if value.items else ()


# Rows that a mapper gave, in the ways SQLAlchemy lets them be taken.
_LIST_READS: dict[str, Callable[[ListValue], Variants]] = {
    **dict.fromkeys(("all", "scalars", "unique", "fetchall", "mappings", "partitions"), _itself),
    **dict.fromkeys(("first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalar", "fetchone"), _one),
}
_LIST_CHANGES: dict[str, Callable[[ListValue, Given], Value]] = {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "add": _append,
}
_METHODS: dict[str, Callable[[Value, Given], Variants]] = {
    "format": _format,
    "join": _join,
    "strip": _stripped,
    "rstrip": _stripped,
    "lstrip": _stripped,
    "replace": _replace,
    "encode": _unchanged,
    "decode": _unchanged,
    "as_string": _unchanged,
    "bindparams": _unchanged,
    "columns": _unchanged,
    "execution_options": _unchanged,
    "copy": _unchanged,
    "get": _get,
    "values": _values,
    "keys": _keys,
}
_FUNCTIONS: dict[str, Callable[[Given], Variants]] = {
    "collections.namedtuple": _namedtuple,
    "typing.NamedTuple": _namedtuple,
    "str": _first,
    "list": _first,
    "tuple": _first,
    "sorted": _first,
    "textwrap.dedent": _dedent,
    "inspect.cleandoc": _dedent,
    "sqlalchemy.text": _first,
    "sqlalchemy.sql.text": _first,
    "sqlalchemy.sql.expression.text": _first,
    "sqlalchemy.DDL": _first,
    "django.utils.safestring.mark_safe": _first,
    **{
        f"{library}.{name}": make
        for library in ("psycopg.sql", "psycopg2.sql")
        for name, make in (
            ("SQL", _first),
            ("Composed", _first),
            ("Identifier", _identifier),
            ("Literal", _value_hole),
            ("Placeholder", _placeholder),
        )
    },
}
