"""Assignments: names, attributes, items and unpacking."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from scanner.collect.python import data_frames, rows, syntax
from scanner.collect.python.attributes import set_attribute
from scanner.collect.python.frames import Frame
from scanner.collect.python.light import replace
from scanner.collect.python.names import shown
from scanner.collect.python.orm import hooks
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    ConstantValue,
    DictValue,
    InstanceValue,
    ListValue,
    Literal,
    ResultValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)


def bind(target: syntax.Expression, values: Variants, frame: Frame) -> None:
    """``target = values``."""
    if isinstance(target, syntax.Name):
        frame.names[target.id] = values
    elif isinstance(target, syntax.Items):
        _unpack(target, values, frame)
    elif isinstance(target, syntax.Starred):
        bind(target.value, (Unknown(shown(target.value)),), frame)
    elif isinstance(target, syntax.Attribute):
        _set_attribute(target, values, frame)
    elif isinstance(target, syntax.Subscript):
        _set_item(target, values, frame)


def bind_again(target: syntax.Expression, values: Variants, frame: Frame) -> None:
    """The list or dict behind a name or attribute was changed."""
    if isinstance(target, syntax.Name):
        frame.names[target.id] = values
    elif isinstance(target, syntax.Attribute) and isinstance(target.base, syntax.Name):
        set_attribute(target.base.id, target.name, tuple(_open(v) for v in values if isinstance(v, ListValue)), frame)
        frame.names[shown(target)] = values


def _open(value: ListValue) -> ListValue:
    return replace(value, open=True)


def items(values: Variants) -> tuple[Variants, ...] | None:
    """What a loop over the value binds, turn by turn; None if that is not known."""
    value = values[0]
    if len(values) > 1 or not isinstance(value, ListValue | DictValue) or value.open:
        return None
    return value.items if isinstance(value, ListValue) else keys(value).items


def entry(base: ListValue | DictValue, index: Value) -> Iterable[Value]:
    """``base[index]``; what any of the items is where the index is not known."""
    if isinstance(base, DictValue):
        entries = dict(base.entries)
        if isinstance(index, TextValue) and len(index.pieces) == 1 and isinstance(index.pieces[0], Literal):
            return entries.get(index.pieces[0].text, ())
        return chain.from_iterable(entries.values())
    if isinstance(index, ConstantValue) and index.source.lstrip("-").isdecimal():
        position = int(index.source)
        return base.items[position] if -len(base.items) <= position < len(base.items) else ()
    return chain.from_iterable(base.items)


def keys(value: DictValue) -> ListValue:
    """The keys of a dict."""
    known = (name for name, _ in value.entries if not name.startswith(" "))
    return ListValue(tuple((TextValue((Literal(name),)),) for name in known), value.open)


def elements(values: Variants, frame: Frame) -> Variants:
    """What a loop over any of the values binds."""
    found: list[Value] = []
    for value in values:
        if isinstance(value, ListValue):
            found.extend(chain.from_iterable(value.items))
        elif isinstance(value, DictValue):
            found.extend(chain.from_iterable(keys(value).items))
            found.extend([Unknown("…")] if value.open else ())
        elif isinstance(value, ResultValue):
            found.extend(rows.elements(value, frame))
        elif isinstance(value, QueryValue):
            found.extend(hooks.elements(value, frame))
    return bounded(found) or (Unknown("…"),)


def _unpack(target: syntax.Items, values: Variants, frame: Frame) -> None:
    rows.unpacked(target, values, frame)
    listed = [v.items for v in values if isinstance(v, ListValue) and len(v.items) == len(target.items) and not v.open]
    rest = [v for v in values if isinstance(v, ResultValue) and v.shape == "row"]
    for number, item in enumerate(target.items):
        if rest and isinstance(item, syntax.Starred) and number + 1 == len(target.items):
            bind(item.value, tuple(replace(each, start=each.start + number) for each in rest), frame)
            continue
        known = bounded(chain.from_iterable(each[number] for each in listed))
        bind(item, known or (Unknown(shown(item)),), frame)


def _set_attribute(target: syntax.Attribute, values: Variants, frame: Frame) -> None:
    bases = frame.evaluate(target.base)
    if not isinstance(target.base, syntax.Name):
        return
    for base in bases:
        hooks.assigned(base, target.name, target.base.at, frame)
        if values == (ConstantValue("None"),) and hooks.is_key(base, target.name, frame):
            copied = (replace(v, stored=False) if isinstance(v, InstanceValue) else v for v in bases)
            frame.names[target.base.id] = bounded(copied)  # saved, it is a row of its own
        if isinstance(base, ResultValue) and base.shape == "frame" and target.name == "columns":
            data_frames.labelled(base, values, frame, target.base.at)
    set_attribute(target.base.id, target.name, values, frame)


def _set_item(target: syntax.Subscript, values: Variants, frame: Frame) -> None:
    bases, indexes = frame.evaluate(target.base), frame.evaluate(target.index)
    if isinstance(target.base, syntax.Name) and isinstance(bases[0], ResultValue) and bases[0].shape == "frame":
        name = constant_text(indexes)
        frame.names[target.base.id] = (replace(bases[0], own=(*bases[0].own, name)),) if name else bases
        return
    of_rows = any(map(rows.holds, values))
    if isinstance(bases[0], DictValue):
        known = bases[0]
    elif of_rows and all(isinstance(each, Unknown) for each in bases):
        known = DictValue((), open=True)
    else:
        return
    key = constant_text(indexes)
    entries = dict(known.entries)
    if key is not None or of_rows:
        entries[f" {shown(target.index)}" if key is None else key] = values
    made = (DictValue(tuple(entries.items()), known.open or key is None),)
    if isinstance(target.base, syntax.Name):
        frame.names[target.base.id] = made
    elif of_rows and isinstance(target.base, syntax.Attribute) and isinstance(target.base.base, syntax.Name):
        set_attribute(target.base.base.id, target.base.name, (replace(made[0], open=True),), frame)
