"""What a program does with the rows of a statement."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.collect.python import syntax
from scanner.collect.python.frames import Frame
from scanner.collect.python.uses import use
from scanner.collect.python.values import ConstantValue, Place, ResultValue, TextValue, Value, Variants

# What the common drivers, SQLAlchemy and postgres.py call their ways to get at rows.
_ONE_ROW = frozenset(("fetchone", "fetchrow", "fetch_one", "one", "one_or_none", "first", "fetchrow_dict"))
_ALL_ROWS = frozenset(
    ("fetchall", "fetchmany", "fetch", "fetch_all", "all", "iterate", "partitions", "fetch_many", "stream")
)
_SAME = frozenset(("mappings", "tuples", "unique", "execution_options", "yield_per", "cursor"))
_BY_NAME = frozenset(("get", "_mapping", "_fields", "_field", "keys"))
_WHOLE = frozenset(("_asdict", "items", "values", "to_dict"))


def result(numbers: Iterable[int], method: str) -> Variants:
    """What a call of this name gives for the statements of these numbers."""
    queries = tuple(numbers)
    if not queries or method in ("fetchval", "scalar", "scalars", "executemany"):
        return ()
    if method in _ONE_ROW:
        return (ResultValue(queries, "row"),)
    return (ResultValue(queries, "rows" if method in _ALL_ROWS else "cursor"),)


def fetched(base: ResultValue, method: str) -> Variants:
    """``base.method(…)``: rows of a cursor; empty if it is none of the known ways."""
    if base.shape == "row":
        return ()
    if method in _ONE_ROW:
        return (ResultValue(base.queries, "row"),)
    if method in _ALL_ROWS:
        return (ResultValue(base.queries, "rows"),)
    return (base,) if method in _SAME else ()


def elements(value: ResultValue) -> Variants:
    """What iterating gives: rows of a cursor. The values of a row are unknown."""
    return (ResultValue(value.queries, "row"),) if value.shape in ("cursor", "rows") else ()


def unpacked(target: syntax.Items, values: Variants, frame: Frame) -> None:
    """``a, b = row``. With a starred name among them any number fits."""
    if any(isinstance(item, syntax.Starred) for item in target.items):
        return
    at = next((item.at for item in target.items if isinstance(item, syntax.Name | syntax.Subscript)), None)
    for value in values:
        if isinstance(value, ResultValue) and value.shape == "row":
            use(value, "unpacked", frame, at, count=len(target.items))


def item(base: ResultValue, index: Value | None, place: Place, frame: Frame) -> Variants:
    """``base[index]``; index None for a slice."""
    if base.shape != "row":
        return (base,) if index is None else (ResultValue(base.queries, "row"),)
    if isinstance(index, ConstantValue):
        use(base, "indexed", frame, place.at, indexes=(int(index.source),) if _is_number(index.source) else ())
    elif isinstance(index, TextValue):
        use(base, "by-name", frame, place.at)
    return ()


def attribute(base: ResultValue, name: str, frame: Frame) -> Variants:
    """``base.name``; a method of cursors and rows is dealt with where it is called."""
    if base.shape == "row" and name not in _WHOLE:
        use(base, "by-name", frame, None)
    return ()


def method(base: ResultValue, name: str, frame: Frame, at: int) -> Variants:
    """``base.name(…)``."""
    if base.shape == "row":
        if name in _WHOLE:
            use(base, "serialised", frame, at)
        elif name in _BY_NAME:
            use(base, "by-name", frame, at)
        return ()
    return fetched(base, name)


def argument(value: ResultValue, star: str, function: str, frame: Frame, at: int) -> None:
    """A row or rows handed to a call."""
    if star and value.shape == "row":
        use(value, "splatted", frame, at)
    elif function == "zip" and value.shape == "row":
        use(value, "zipped", frame, at)
    elif function == "DataFrame":
        use(value, "dataframe", frame, at)
    elif function == "dict" and value.shape != "row":
        use(value, "unpacked", frame, at, count=2)
    elif function in (
        "dict",
        "jsonify",
        "dumps",
        "JsonResponse",
        "JSONResponse",
        "writerow",
        "writerows",
        "_make",
    ):
        use(value, "serialised", frame, at)


def _is_number(source: str) -> bool:
    return source.lstrip("-").isdecimal()
