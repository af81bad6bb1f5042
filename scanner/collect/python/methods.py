"""Methods of texts, lists and dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from scanner.collect.python import texts
from scanner.collect.python.binding import keys
from scanner.collect.python.given import Given
from scanner.collect.python.joining import joins
from scanner.collect.python.values import (
    DictValue,
    ListValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)


def dict_of(pairs: Iterable[Variants], *, open: bool = False) -> DictValue:
    """The dict of pairs of keys and values; open: there may be others."""
    entries: dict[str, Variants] = {}
    for pair in pairs:
        known = [value for value in pair if isinstance(value, ListValue) and len(value.items) == 2]
        name = texts.constant_text(known[0].items[0]) if known else None
        entries[f" {len(entries)}" if name is None else name] = known[0].items[1] if known else (Unknown("…"),)
        open = open or name is None
    return DictValue(tuple(entries.items()), open)


def _format(text: Value, given: Given) -> Variants:
    if not isinstance(text, TextValue):
        return ()
    names = tuple(given.named)
    chosen = texts.combinations((*given.positional, *given.named.values()))
    count = len(given.positional)
    return bounded(
        texts.formatted(text, list(each[:count]), dict(zip(names, each[count:], strict=True))) for each in chosen
    )


def _format_map(text: Value, given: Given) -> Variants:
    names = next((v for v in given.positional[0] if isinstance(v, DictValue)), None) if given.positional else None
    return _format(text, Given((), dict(names.entries) if names else {}))


def _substitute(template: Value, given: Given) -> Variants:
    """``string.Template(template).substitute(…)``."""
    if not isinstance(template, TextValue):
        return ()
    named = dict(given.named)
    for values in given.positional[:1]:
        named = {**(dict(values[0].entries) if isinstance(values[0], DictValue) else {}), **named}
    return bounded(
        texts.substituted(template, dict(zip(named, each, strict=True))) for each in texts.combinations(named.values())
    )


def _join(separator: Value, given: Given) -> Variants:
    if not isinstance(separator, TextValue) or not given.positional:
        return ()
    return bounded(chain.from_iterable(joins(separator, items) for items in given.positional[0]))


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
    return (ListValue(tuple(each for _, each in value.entries), value.open),) if isinstance(value, DictValue) else ()


def _keys(value: Value, _: Given) -> Variants:
    return (keys(value),) if isinstance(value, DictValue) else ()


def _items(value: Value, _: Given) -> Variants:
    if not isinstance(value, DictValue):
        return ()
    pairs = zip(keys(value).items, (each for name, each in value.entries if not name.startswith(" ")), strict=True)
    return (ListValue(tuple((ListValue(pair),) for pair in pairs), value.open),)


def _cased(change: Callable[[str], str]) -> Callable[[Value, Given], Variants]:
    return lambda value, _: (texts.mapped(value, change),) if isinstance(value, TextValue) else ()


def _update(value: DictValue, given: Given) -> Value:
    more = next((v for v in given.positional[0] if isinstance(v, DictValue)), None) if given.positional else None
    is_open = value.open or given.open or (bool(given.positional) and (more is None or more.open))
    return DictValue(
        tuple({**dict(value.entries), **dict(more.entries if more else ()), **given.named}.items()), is_open
    )


def _set_default(value: DictValue, given: Given) -> Value:
    key = texts.constant_text(given.positional[0]) if given.positional else None
    if key is None:
        return DictValue(value.entries, open=True)
    fallback = given.positional[1] if len(given.positional) > 1 else (Unknown("None"),)
    return DictValue(tuple({key: fallback, **dict(value.entries)}.items()), value.open)


def _without(value: DictValue, given: Given) -> Value:
    key = texts.constant_text(given.positional[0]) if given.positional else None
    return DictValue(tuple(entry for entry in value.entries if entry[0] != key), value.open)


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


def _itself(value: ListValue) -> Variants:
    return (value,)


def _one(value: ListValue) -> Variants:
    return value.items[0] if value.items else ()


# Rows that a mapper gave, in the ways SQLAlchemy lets them be taken.
LIST_READS: dict[str, Callable[[ListValue], Variants]] = {
    **dict.fromkeys(("all", "scalars", "unique", "fetchall", "mappings", "partitions"), _itself),
    **dict.fromkeys(("first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalar", "fetchone"), _one),
}
LIST_CHANGES: dict[str, Callable[[ListValue, Given], Value]] = {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "add": _append,
}
DICT_CHANGES: dict[str, Callable[[DictValue, Given], Value]] = {
    "update": _update,
    "setdefault": _set_default,
    "pop": _without,
}
METHODS: dict[str, Callable[[Value, Given], Variants]] = {
    "format": _format,
    "format_map": _format_map,
    "substitute": _substitute,
    "safe_substitute": _substitute,
    "upper": _cased(str.upper),
    "lower": _cased(str.lower),
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
    "pop": _get,
    "values": _values,
    "keys": _keys,
    "items": _items,
}
