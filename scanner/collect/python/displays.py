"""Displays: lists, tuples, sets, dicts and comprehensions."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.collect.python import rows, syntax
from scanner.collect.python.binding import bind, elements, items
from scanner.collect.python.frames import MAX_NESTED, Frame
from scanner.collect.python.methods import dict_of
from scanner.collect.python.orm.queries import SqlValue
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import DictValue, ListValue, ResultValue, TextValue, Value, Variants, bounded


def items_of(expression: syntax.Items, frame: Frame) -> Variants:
    """``[x, *y]``."""
    items: list[Variants] = []
    is_open = False
    for item in expression.items:
        values = frame.evaluate(item)
        if isinstance(item, syntax.Starred):
            listed = next((value for value in values if isinstance(value, ListValue)), None)
            items.extend(listed.items if listed else ())
            is_open = is_open or listed is None or listed.open
        else:
            items.append(values)
    row = _row_among(expression, frame) if is_open and expression.kind in ("list", "tuple") else None
    return (ListValue(tuple(items), is_open),) if row is None else (row,)


def _row_among(expression: syntax.Items, frame: Frame) -> ResultValue | None:
    """The row in ``(x, *row, y)``, where nothing else in it is starred."""
    stars = [number for number, item in enumerate(expression.items) if isinstance(item, syntax.Starred)]
    held = frame.evaluate(expression.items[stars[0]]) if len(stars) == 1 else ()
    row = next((value for value in held if isinstance(value, ResultValue) and value.shape == "row"), None)
    return rows.beside(row, stars[0], len(expression.items) - stars[0] - 1) if row is not None else None


def mapping(expression: syntax.Mapping, frame: Frame) -> Variants:
    """``{k: v, **d}``."""
    entries: dict[str, Variants] = {}
    is_open = False
    for key, value in expression.entries:
        values = frame.evaluate(value)
        name = _key(frame.evaluate(key)) if key is not None else None
        if name is not None:
            entries[name] = values
        elif key is None and isinstance(values[0], DictValue):
            entries.update(values[0].entries)
        else:
            entries[f" {len(entries)}"] = values
            is_open = True
    return (DictValue(tuple(entries.items()), is_open),)


def _key(values: Variants) -> str | None:
    first = values[0]
    return first.name if isinstance(first, SqlValue) else constant_text(values)


def comprehension(expression: syntax.Comprehension, frame: Frame) -> Variants:
    """``[f(x) for x in y]``; item by item where these are known."""
    saved = dict(frame.names)
    sources = frame.evaluate(expression.source)
    row = sources[0] if len(sources) == 1 and not expression.inner and not expression.is_dict else None
    known = [items((source,)) for source in sources]
    found: list[Value] = []
    if all(known) and not expression.inner and frame.turns <= MAX_NESTED:
        found.extend(_made(expression, each, frame, exact=True) for each in known if each)
    else:
        found.append(_made(expression, (elements(sources, frame),), frame, exact=False))
    frame.names = saved
    if isinstance(row, ResultValue) and row.shape == "row" and not any(map(_is_text, found)):
        return (row,)  # as long as it
    return bounded(found)


def _is_text(made: Value) -> bool:
    """Whether the same text stands for each value, such as a placeholder."""
    return isinstance(made, ListValue) and all(isinstance(each, TextValue) for item in made.items for each in item)


def _made(expression: syntax.Comprehension, sources: Iterable[Variants], frame: Frame, *, exact: bool) -> Value:
    results: list[Variants] = []
    around, frame.turns = frame.turns, frame.turns * 4
    for item in sources:
        bind(expression.target, item, frame)
        for inner in expression.inner:
            frame.evaluate(inner)
        results.append(frame.evaluate(expression.element))
    frame.turns = around
    return dict_of(results, open=not exact) if expression.is_dict else ListValue(tuple(results), open=not exact)
