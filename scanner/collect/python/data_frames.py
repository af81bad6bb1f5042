"""Rows in a data frame of pandas: what is read by position, and what is written as a whole."""

from __future__ import annotations

from dataclasses import replace

from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.uses import note, use
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
    return replace(value, shape="frame")


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


def attribute(base: ResultValue, name: str, frame: Frame) -> Variants:
    """``frame.name``."""
    if name in ("iloc", "iat"):
        return (replace(base, shape="iloc"),)
    if name in _ARRAYS:
        return (replace(base, shape="rows"),)
    use(base, "dataframe", frame, None)
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
        use(base, "by-name" if isinstance(index, TextValue | ListValue) else "dataframe", frame, at)
        return () if isinstance(index, TextValue | ListValue) else (base,)
    if isinstance(index, ListValue) and len(index.items) > 1:
        numbers = [each.source for each in index.items[1] if isinstance(each, ConstantValue)]
        indexes = tuple(int(number) for number in numbers if number.lstrip("-").isdecimal())
        use(base, "indexed", frame, at, indexes=indexes)
        return ()
    return (replace(base, shape="row" if isinstance(index, ConstantValue) else "frame"),)
