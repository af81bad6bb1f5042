"""Functions of Python and of libraries that make texts and lists of what they are given."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from scanner.collect.python import texts
from scanner.collect.python.binding import items, keys
from scanner.collect.python.callables import GetterValue
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.methods import dict_of
from scanner.collect.python.values import (
    ConstantValue,
    DictValue,
    ExternalValue,
    Gap,
    ListValue,
    Literal,
    NamedTupleValue,
    PartialValue,
    ResultValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    WriterValue,
    bounded,
)


def _first(given: Given) -> Variants:
    return given.positional[0] if given.positional else ()


def _listed(given: Given) -> Variants:
    """``list(…)``, ``sorted(…)`` and the like."""
    return bounded(_as_list(value) for value in _first(given)) if given.positional else (ListValue(()),)


def _as_list(value: Value) -> Value:
    known = items((value,))
    if known is not None:
        return ListValue(known)
    return replace(keys(value), open=True) if isinstance(value, DictValue) else value


def _dict(given: Given) -> Variants:
    entries: dict[str, Variants] = {}
    is_open = given.open
    for value in (each[0] for each in given.positional[:1]):
        made = dict_of(value.items, open=value.open) if isinstance(value, ListValue) else value
        entries.update(made.entries if isinstance(made, DictValue) else ())
        is_open = is_open or not isinstance(made, DictValue) or made.open
    return (DictValue(tuple({**entries, **given.named}.items()), is_open),)


def _length(given: Given) -> Variants:
    known = items(_first(given)) if given.positional else None
    return (ConstantValue(str(len(known))),) if known else ()


def _zip(given: Given) -> Variants:
    columns = [items(each) for each in given.positional]
    if given.open or not columns or any(column is None for column in columns):
        return ()
    return (ListValue(tuple((ListValue(row),) for row in zip(*filter(None, columns), strict=False))),)


def _enumerate(given: Given) -> Variants:
    known = items(_first(given)) if given.positional else None
    return (ListValue(tuple((ListValue(((Unknown("…"),), item)),) for item in known)),) if known else ()


def _range(given: Given) -> Variants:
    count = given.positional[0][0] if len(given.positional) == 1 else None
    if isinstance(count, ConstantValue) and count.source.isdecimal() and int(count.source) <= texts.MAX_PIECES:
        return (ListValue(tuple((ConstantValue(str(each)),) for each in range(int(count.source)))),)
    return ()


def _path(given: Given) -> Variants:
    """``Path("a", "b")`` and ``os.path.join(folder, "b")``: what is known of the end of a path."""
    known = [value for each in given.positional for value in each[:1] if isinstance(value, TextValue)]
    if not known:
        return ()
    return (TextValue(tuple(chain.from_iterable((Literal("/"), *each.pieces) for each in known))[1:]),)


def _columns(given: Given) -> Variants:
    """``pandas.DataFrame(…)`` as a dict of its columns, where they are known."""
    named = next((v for v in given.named.get("columns", ()) if isinstance(v, ListValue) and not v.open), None)
    if named is not None:
        return (dict_of((ListValue((name, (Unknown("…"),))),) for name in named.items),)
    value = _first(given)[0] if given.positional else Unknown("…")
    if isinstance(value, ListValue) and value.items:
        value = value.items[0][0]
    return (value,) if isinstance(value, DictValue) else ()


def _chain(given: Given) -> Variants:
    lists = [each[0] for each in given.positional]
    if not all(isinstance(each, ListValue) for each in lists):
        return ()
    known = [each for each in lists if isinstance(each, ListValue)]
    return (ListValue(tuple(chain.from_iterable(each.items for each in known)), any(each.open for each in known)),)


def _map(given: Given) -> Variants:
    """``map(function, items)`` with one of these functions."""
    function = given.positional[0][0] if len(given.positional) == 2 else None
    name = function.name if isinstance(function, ExternalValue) else getattr(function, "source", "")
    make = FUNCTIONS.get(name)
    known = items(given.positional[1]) if make is not None else None
    if make is None or known is None:
        return ()
    return (ListValue(tuple(make(Given((item,), {})) or (Unknown("…"),) for item in known)),)


def _partial(given: Given) -> Variants:
    if not given.positional:
        return ()
    return (PartialValue(given.positional[0], given.positional[1:], tuple(given.named.items())),)


def _composed(given: Given) -> Variants:
    """``psycopg.sql.Composed([…])``."""
    parts = items(_first(given)) if given.positional else None
    return _first(given) if parts is None else bounded(map(texts.concatenated, texts.combinations(parts)))


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
    own = any(map(_are_own_names, listed))
    if name is None or not (fields or own):
        return ()
    first = given.positional[0][0]
    place = first.place if isinstance(first, TextValue) else None
    defaults = next((len(v.items) for v in given.named.get("defaults", ()) if isinstance(v, ListValue)), 0)
    return (NamedTupleValue(name, None if own else fields, place, defaults),)


def _field_names(value: Value) -> tuple[str, ...]:
    written = texts.constant_text((value,))
    if written is not None:
        return tuple(written.replace(",", " ").split())
    if not isinstance(value, ListValue) or value.open:
        return ()
    firsts = (item[0].items[0] if isinstance(item[0], ListValue) and item[0].items else item for item in value.items)
    names = [texts.constant_text(each) for each in firsts]
    return tuple(name for name in names if name is not None) if None not in names else ()


def _are_own_names(value: Value) -> bool:
    """Whether they are the names that a statement gives its columns."""
    if isinstance(value, ListValue):
        return any(map(_are_own_names, chain.from_iterable(value.items)))
    return isinstance(value, ResultValue) and value.shape == "names"


def _item_getter(given: Given) -> Variants:
    return (GetterValue(tuple(each[0] for each in given.positional)),)


def _attribute_getter(given: Given) -> Variants:
    names = map(texts.constant_text, given.positional)
    return (GetterValue((), tuple(name for name in names if name is not None)),)


def _dict_writer(given: Given) -> Variants:
    listed = given.positional[1] if len(given.positional) > 1 else given.named.get("fieldnames", ())
    names = next((found for found in map(_field_names, listed) if found), None)
    lenient = texts.constant_text(given.named.get("extrasaction", (Unknown("…"),))) == "ignore"
    return (WriterValue(names, lenient or any(map(_are_own_names, listed))),)


FUNCTIONS: dict[str, Callable[[Given], Variants]] = {
    "operator.itemgetter": _item_getter,
    "operator.attrgetter": _attribute_getter,
    "csv.DictWriter": _dict_writer,
    "collections.namedtuple": _namedtuple,
    "typing.NamedTuple": _namedtuple,
    "str": _first,
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"), _listed),
    "staticmethod": _first,
    "dict": _dict,
    "len": _length,
    "zip": _zip,
    "enumerate": _enumerate,
    "range": _range,
    "map": _map,
    "itertools.chain": _chain,
    **dict.fromkeys(("pathlib.Path", "os.path.join"), _path),
    "pandas.DataFrame": _columns,
    "functools.partial": _partial,
    "string.Template": _first,
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
            ("Composed", _composed),
            ("Identifier", _identifier),
            ("Literal", _value_hole),
            ("Placeholder", _placeholder),
        )
    },
}
