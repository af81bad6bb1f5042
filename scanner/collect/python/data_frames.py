"""Rows in a data frame of pandas: what is read by position, and what is written as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Literal as OneOf

from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.texts import constant_text
from scanner.collect.python.uses import note, read, use
from scanner.collect.python.values import (
    ConstantValue,
    ListValue,
    Literal,
    ResultValue,
    TextValue,
    Unknown,
    Value,
    Variants,
)
from scanner.model import RowUse

READERS = frozenset(("read_sql", "read_sql_query", "read_sql_table", "read_database", "read_database_uri"))
_WRITES = "to_"
# They give an array, whose columns have numbers alone.
_ARRAYS = frozenset(("values", "to_numpy", "to_records"))
_PARTS = frozenset(
    ("head", "tail", "copy", "fillna", "dropna", "drop_duplicates", "sort_values", "reset_index", "astype", "query")
)
# They ask all values of each row.
_ASKS = frozenset(("dropna", "drop_duplicates", "duplicated"))
_ALONG_ROWS = frozenset((ConstantValue("1"), TextValue((Literal("columns"),))))
_JOINS = frozenset(("on", "left_on", "right_on", "left_index", "right_index"))


def made(value: ResultValue, labels: Variants, frame: Frame, at: int) -> ResultValue:
    """``DataFrame(rows, columns=labels)``."""
    use(value, "dataframe", frame, at)
    labelled(value, labels, frame, at)
    own = any(isinstance(each, ResultValue) and each.shape == "names" for each in labels)
    return replace(value, shape="frame", namesakes="both" if own else value.namesakes)


def in_chunks(values: Variants, given: Given) -> Variants:
    """``read_sql(…, chunksize=1000)`` gives one frame after the other."""
    if "chunksize" not in given.named:
        return values
    return tuple(replace(v, shape="frames") if isinstance(v, ResultValue) and v.shape == "frame" else v for v in values)


def labelled(value: ResultValue, labels: Variants, frame: Frame, at: int | None) -> None:
    """``frame.columns = labels``."""
    for each in labels:
        if isinstance(each, ListValue) and not each.open:
            use(value, "labelled", frame, at, count=len(each.items))


def merged(frames: list[ResultValue], given: Given, frame: Frame, at: int) -> Variants:
    """Frames side by side. Without the names that join them, these are all that both have."""
    joins = _JOINS.intersection(given.named) or (ConstantValue("cross"),) == given.named.get("how")
    for each in () if joins and "suffixes" not in given.named else frames:
        note(each, RowUse("unknown", into="merge"), frame, at)
    queries = tuple(dict.fromkeys(query for each in frames for query in each.queries))
    return (ResultValue(queries, "frame", namesakes=None if "suffixes" in given.named else "suffixed"),)


def attribute(base: ResultValue, name: str, frame: Frame, at: int | None) -> Variants:
    """``frame.name``."""
    if name in ("iloc", "iat"):
        return (replace(base, shape="iloc"),)
    if name in _ARRAYS:
        return (replace(base, shape="rows"),)
    if name == "T":
        return (replace(base, shape="row", turned=True),)
    if name == "columns":
        return (replace(base, shape="names"),)
    if name == "shape":
        return (ListValue(((Unknown("number of rows"),), (replace(base, shape="width"),))),)
    if name in ("loc", "at"):
        return (base,)
    if name not in base.own:
        note(base, RowUse("by-name", keys=(name,)), frame, at)
    return ()


def method(base: ResultValue, name: str, given: Given, frame: Frame, at: int) -> Variants:
    """``frame.name(…)``."""
    if name in _ARRAYS:
        return (replace(base, shape="rows"),)
    if name == "transpose":
        return (replace(base, shape="row", turned=True),)
    if name == "itertuples":
        index = given.named.get("index") or (*given.positional, ())[0]
        without = ConstantValue("False") in index
        return (replace(base, shape="rows", start=base.start if without else base.start - 1),)
    if name == "iterrows":
        return (ListValue((_labelled_row(replace(base, shape="row")),), open=True),)
    if name in _ASKS and "subset" not in given.named and not given.positional:
        of_columns = _ALONG_ROWS.intersection(given.named.get("axis", ()))
        if not of_columns and "how" not in given.named:
            note(base, RowUse("folded", into=name), frame, at)
            return (base,) if name in _PARTS else ()
    if name == "to_sql":
        note(base, RowUse("keywords", into="the table that it writes"), frame, at)
    elif name.startswith(_WRITES):
        note(base, RowUse("serialised", into=name), frame, at)
    else:
        use(base, "dataframe", frame, at)
    return (base,) if name in _PARTS else ()


def item(base: ResultValue, index: Value | None, frame: Frame, at: int) -> Variants:
    """``frame["name"]``, ``frame.iloc[rows, 3]``."""
    if base.shape == "frame":
        if isinstance(index, TextValue | ListValue):
            names = index.items if isinstance(index, ListValue) else ((index,),)
            read(base, tuple(n for n in chain.from_iterable(names) if constant_text((n,)) not in base.own), frame, at)
            return ()
        use(base, "dataframe", frame, at)
        return (base,)
    if isinstance(index, ListValue) and len(index.items) > 1:
        return columns(base, index.items[1], frame, at)
    return (replace(base, shape="row" if isinstance(index, ConstantValue) else "frame"),)


def columns(base: ResultValue, chosen: Variants, frame: Frame, at: int) -> Variants:
    """``frame.iloc[:, 3]`` and ``array[:, 1:]``: a column, or those of a slice or list."""
    shape: OneOf["frame", "rows"] = "frame" if base.shape == "iloc" else "rows"
    for each in chosen:
        if isinstance(each, ConstantValue):
            use(base, "indexed", frame, at, indexes=_numbers(((each,),)))
        elif isinstance(each, ListValue):
            return _several(replace(base, shape=shape), each, frame, at)
    return ()


def _several(base: ResultValue, chosen: ListValue, frame: Frame, at: int) -> Variants:
    numbers = _numbers(chosen.items)
    is_open = any(ConstantValue("None") in each for each in chosen.items)
    if not is_open or len(numbers) != 1:  # ``:``, and ``[0, 3]`` or ``0:3``
        use(base, "indexed", frame, at, indexes=numbers)
        return (base,) if is_open else ()
    if ConstantValue("None") in chosen.items[-1] and numbers[0] >= 0:  # ``1:``
        return (replace(base, start=base.start + numbers[0]),)
    use(base, "indexed", frame, at, indexes=tuple(range(numbers[0], 0) or range(numbers[0])))
    return ()


def _numbers(items: Iterable[Variants]) -> tuple[int, ...]:
    sources = [each.source for item in items for each in item if isinstance(each, ConstantValue)]
    return tuple(int(source) for source in sources if source.lstrip("-").isdecimal())


def _labelled_row(row: ResultValue) -> Variants:
    return (ListValue(((Unknown("index"),), (row,))),)
