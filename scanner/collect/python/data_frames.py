"""Rows in a data frame of pandas: what is read by position, and what is written as a whole."""

from __future__ import annotations

from itertools import chain

from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.uses import note, read, use
from scanner.collect.python.values import ConstantValue, ListValue, ResultValue, TextValue, Value, Variants
from scanner.model import RowUse

READERS = frozenset(("read_sql", "read_sql_query", "read_sql_table", "read_database", "read_database_uri"))
_WRITES = "to_"
# They give an array, whose columns have numbers alone.
_ARRAYS = frozenset(("values", "to_numpy", "to_records"))
_PARTS = frozenset(("head", "tail", "copy", "fillna", "dropna", "sort_values", "reset_index", "astype", "query"))


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


def attribute(base: ResultValue, name: str, frame: Frame, at: int | None) -> Variants:
    """``frame.name``."""
    if name in ("iloc", "iat"):
        return (replace(base, shape="iloc"),)
    if name in _ARRAYS:
        return (replace(base, shape="rows"),)
    note(base, RowUse("by-name", keys=(name,)), frame, at)
    return ()


def method(base: ResultValue, name: str, frame: Frame, at: int) -> Variants:
    """``frame.name(…)``."""
    if name in _ARRAYS:
        return (replace(base, shape="rows"),)
    if name == "itertuples":
        return (replace(base, shape="rows", start=-1),)
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
            read(base, tuple(chain.from_iterable(names)), frame, at)
            return ()
        use(base, "dataframe", frame, at)
        return (base,)
    if isinstance(index, ListValue) and len(index.items) > 1:
        numbers = [each.source for each in index.items[1] if isinstance(each, ConstantValue)]
        indexes = tuple(int(number) for number in numbers if number.lstrip("-").isdecimal())
        use(base, "indexed", frame, at, indexes=indexes)
        return ()
    return (replace(base, shape="row" if isinstance(index, ConstantValue) else "frame"),)
