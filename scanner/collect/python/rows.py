"""What a program does with the rows of a statement: reading, unpacking, comparing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from scanner.collect.python import data_frames, syntax
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.texts import conversions
from scanner.collect.python.uses import note, read, use
from scanner.collect.python.values import (
    ConstantValue,
    DictValue,
    ListValue,
    Place,
    ResultValue,
    TextValue,
    Value,
    Variants,
)
from scanner.model import RowUse

# What the common drivers, SQLAlchemy and postgres.py call their ways to get at rows.
_ONE_ROW = frozenset(("fetchone", "fetchrow", "fetch_one", "one", "one_or_none", "first", "fetchrow_dict", "__next__"))
_ALL_ROWS = frozenset(
    ("fetchall", "fetchmany", "fetch", "fetch_all", "all", "iterate", "partitions", "fetch_many", "stream")
)
_FIRST_VALUE = frozenset(
    ("fetchval", "fetch_val", "scalar", "scalars", "stream_scalars", "scalar_one", "scalar_one_or_none")
)
_SAME = frozenset(("mappings", "tuples", "unique", "execution_options", "yield_per", "cursor", "copy", "tolist"))
_BY_NAME = frozenset(("get", "pop", "_field"))
_WHOLE = frozenset(("_asdict", "items", "values", "keys", "to_dict", "_mapping", "_fields", "as_dict"))
# Of a row of a data frame: its values, and ways to get at them.
_OF_SERIES = frozenset(("values", "iloc", "loc", "array"))
_MAX_NESTING = 4
NONE = ConstantValue("None")


def result(statements: Iterable[TextValue], method: str, frame: Frame, at: int) -> Variants:
    """What a call of this name gives for these statements."""
    queries = tuple(statements)
    if not queries or method == "executemany":
        return ()
    if method in _FIRST_VALUE:
        use(ResultValue(queries, "row"), "indexed", frame, at, indexes=(0,))
        return ()
    if method in _ONE_ROW:
        return (ResultValue(queries, "row"),)
    if method in data_frames.READERS:
        return (ResultValue(queries, "frame", namesakes="both"),)
    return (ResultValue(queries, "rows" if method in _ALL_ROWS else "cursor"),)


def elements(value: ResultValue, frame: Frame) -> Variants:
    """What iterating gives: rows of a cursor. Going through a row goes through all its values."""
    if value.shape == "row":
        use(value, "copied", frame, None)
        return () if value.turned else (replace(value, shape="value"),)
    if value.shape == "names":
        return (value,)
    if value.shape == "frames":
        return (replace(value, shape="frame"),)
    return (replace(value, shape="row"),) if value.shape in ("cursor", "rows") else ()


def unpacked(target: syntax.Items, values: Variants, frame: Frame) -> None:
    """``a, b = row``. With a starred name among them any number fits, and those behind it count from the end."""
    at = next((item.at for item in target.items if isinstance(item, syntax.Name | syntax.Subscript)), None)
    stars = [number for number, item in enumerate(target.items) if isinstance(item, syntax.Starred)]
    for value in values:
        if not isinstance(value, ResultValue) or value.shape != "row":
            continue
        if stars:
            behind = range(stars[0] + 1 - len(target.items), 0)
            indexes = (*range(stars[0]), *behind)
            use(value, "indexed", frame, at, indexes=indexes)
        else:
            use(value, "unpacked", frame, at, count=len(target.items))


def item(base: ResultValue, index: Value | None, place: Place, frame: Frame) -> Variants:
    """``base[index]``; index None for a slice."""
    if base.shape in ("frame", "iloc"):
        return data_frames.item(base, index, frame, place.at)
    if base.shape == "names":
        return _named_from_the_end(base, index, frame, place.at)
    if base.shape in ("value", "width"):
        return ()
    if base.shape == "rows" and isinstance(index, ListValue) and len(index.items) > 1:
        return data_frames.columns(base, index.items[1], frame, place.at)
    if base.shape != "row":
        return (base,) if index is None else (replace(base, shape="row"),)
    if isinstance(index, ConstantValue):
        position = number(index)
        use(base, "indexed", frame, place.at, indexes=() if position is None else (position,))
    elif isinstance(index, TextValue):
        read(base, (index,), frame, place.at)
    elif isinstance(index, ResultValue) and index.shape == "names":  # {name: row[name] for name in row.keys()}
        return (replace(base, shape="value"),)
    return ()


def _named_from_the_end(names: ResultValue, index: Value | None, frame: Frame, at: int) -> Variants:
    """``frame.columns[-1]``; from the front it may be a part of one name's description."""
    position = number(index) if index is not None else None
    if position is not None and position < 0:
        use(names, "indexed", frame, at, indexes=(position,))
    return (names,)


def cut(base: ResultValue, bounds: Value, place: Place, frame: Frame) -> Variants:
    """``row[lower:upper]``."""
    lower, upper = (item[0] for item in bounds.items) if isinstance(bounds, ListValue) else (bounds, bounds)
    first, end = number(lower, 0), number(upper)
    if base.shape == "names" and end is not None and end < 0:
        use(base, "indexed", frame, place.at, indexes=tuple(range(end, 0)))
    if base.shape != "row" or first is None or (upper != NONE and end is None):
        return item(base, None, place, frame)
    if first < 0 or (end is not None and end >= 0):
        indexes = range(first, 0 if end is None else end)
        use(base, "indexed", frame, place.at, indexes=tuple(indexes))
        return ()
    if end is not None:  # up to the last but so many: the end has moved
        use(base, "indexed", frame, place.at, indexes=tuple(range(end, 0)))
    return (replace(base, start=base.start + first),)


def beside(row: ResultValue, before: int, behind: int) -> ResultValue:
    """``(x, *row, y)`` and ``row + (y,)``: the row with values before it and behind it."""
    return replace(row, start=row.start - before, behind=row.behind + behind)


def attribute(base: ResultValue, name: str, frame: Frame, at: int | None = None) -> Variants:
    """``base.name``; a method of cursors and rows is dealt with where it is called."""
    if base.shape == "frame":
        return data_frames.attribute(base, name, frame, at)
    if base.shape in ("names", "value", "width"):
        return (base,) if base.shape == "names" else ()
    if name == "description":
        return (replace(base, shape="names"),)
    if base.shape == "rows" and name in ("T", "shape"):
        return data_frames.attribute(base, name, frame, at)
    if base.shape == "row":
        if name in _OF_SERIES:
            return (base,)
        if name not in _WHOLE:
            note(base, RowUse("by-name", keys=(name,)), frame, at)
        elif name == "_mapping":
            return (named(base),)
    elif name == "rowcount":
        use(base, "tested", frame, None)
    return ()


def turned(rows: ResultValue) -> ResultValue:
    """``zip(*rows)``: as many columns as a row has values."""
    return replace(rows, shape="row", turned=True)


def named(row: ResultValue) -> ResultValue:
    """The row as a dict."""
    return row if row.namesakes else replace(row, namesakes="last")


def method(base: ResultValue, name: str, given: Given, frame: Frame, at: int) -> Variants:
    """``base.name(…)``."""
    if base.shape in ("frame", "iloc"):
        return data_frames.method(base, name, given, frame, at)
    if base.shape in ("names", "value", "width"):
        return () if base.shape == "width" else (base,)  # as ``column.name.lower()``
    if base.shape != "row":
        return _fetched(base, name, frame, at)
    if name in _WHOLE:
        use(base, "copied", frame, at)
        if name == "items":
            names, values = replace(base, shape="names"), replace(base, shape="value")
            return (ListValue((((ListValue(((names,), (values,))),)),), open=True),)
        if name in ("keys", "values"):
            return (replace(base, shape="names"),) if name == "keys" else (replace(base, namesakes=None),)
        return (named(base),)
    if name == "pop" and all(isinstance(each, ConstantValue) for each in chain(*given.positional)):
        position = number(given.positional[0][0]) if given.positional else -1
        use(base, "indexed", frame, at, indexes=() if position is None else (position,))
    elif name in _BY_NAME:
        read(base, given.positional[0] if given.positional else (), frame, at)
    return (base,) if name in _SAME else ()


def is_object(value: Value, method: str) -> bool:
    """Whether it is a row that has become an instance of a class, for rows have no such method."""
    return isinstance(value, ResultValue) and value.shape == "row" and method not in _WHOLE | _BY_NAME | _SAME


def _fetched(base: ResultValue, method: str, frame: Frame, at: int) -> Variants:
    if method in _FIRST_VALUE:
        use(base, "indexed", frame, at, indexes=(0,))
    if method == "transpose":
        return (turned(base),)
    if method in _ONE_ROW:
        return (replace(base, shape="row"),)
    if method in _ALL_ROWS:
        return (replace(base, shape="rows"),)
    if method == "keys":
        return (replace(base, shape="names"),)
    if method == "mappings":
        return (named(base),)
    return (base,) if method in _SAME else ()


def tested(values: Variants, frame: Frame, at: int | None) -> None:
    """``if row``."""
    for value in values:
        if isinstance(value, ResultValue):
            use(value, "tested", frame, at)


def formatted(template: TextValue, value: ResultValue, frame: Frame) -> None:
    """``"%s: %s" % row``."""
    if value.shape == "row":
        at = template.place.at if template.place else None
        use(value, "filled", frame, at, count=conversions(template))


def holds(value: Value) -> bool:
    """Whether it may be or hold rows."""
    return isinstance(value, ResultValue) or (isinstance(value, ListValue | DictValue) and value.has_rows)


def inside(value: Value, depth: int = 0) -> Iterator[ResultValue]:
    """The rows that a value is or holds: ``{"orders": [row, …]}``."""
    if isinstance(value, ResultValue):
        if value.shape != "width":
            yield value
    elif isinstance(value, ListValue | DictValue) and value.has_rows and depth < _MAX_NESTING:
        held = value.items if isinstance(value, ListValue) else [each for _, each in value.entries]
        for variants in held:
            for each in variants:
                yield from inside(each, depth + 1)


def number(value: Value, otherwise: int | None = None) -> int | None:
    """The whole number that a value is; `otherwise` where it is None."""
    if value == NONE:
        return otherwise
    is_number = isinstance(value, ConstantValue) and value.source.lstrip("-").isdecimal()
    return int(value.source) if is_number and isinstance(value, ConstantValue) else None
