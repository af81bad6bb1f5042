"""Calls that are handed rows: constructors, zip, dict, writers, answers of a web service."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from scanner.collect.python import data_frames, rows, syntax
from scanner.collect.python.executors import CERTAIN, MESSAGES
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.names import last_name
from scanner.collect.python.signatures import Signature, by_keyword, by_position, signature
from scanner.collect.python.texts import placeholders
from scanner.collect.python.uses import note, use
from scanner.collect.python.values import (
    ClassValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    ResultValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)
from scanner.model import RowUse

# What they are handed leaves the program as it is.
_SENDS = re.compile(
    r"json|^dumps?$|serial|pickle|msgpack|^writerows?$|^Response$|^HttpResponse$|^make_response$|^publish|^send|"
    r"^render_to_response$|yaml",
    re.IGNORECASE,
)
_LOGS = MESSAGES & frozenset(("debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"))
# They look whether there is a row, or count rows.
_TESTS = frozenset(("len", "bool", "any", "all", "isinstance", "callable", "hasattr"))
# They put rows into a list, which is followed.
_KEEPS = frozenset(("append", "extend", "insert", "add", "appendleft"))
_TEMPLATES = frozenset(("render_template", "render", "render_string", "TemplateResponse", "render_async"))
# Methods that read the fields they know by name: of pydantic, marshmallow and the like.
_READS_FIELDS = frozenset(("model_validate", "from_orm", "parse_obj", "validate_python", "model_construct", "load"))


@dataclass(frozen=True, slots=True)
class _Call:
    """A call, evaluated."""

    syntax: syntax.Call
    receivers: Variants
    functions: Variants
    arguments: list[Variants]
    frame: Frame

    @property
    def name(self) -> str:
        return last_name(self.syntax.function)

    @property
    def at(self) -> int:
        return self.syntax.at

    @property
    def given(self) -> Given:
        return Given.of(self.syntax.arguments, self.arguments)

    @property
    def signature(self) -> Signature | None:
        made = self.receivers if self.name == "_make" else self.functions
        found = (signature(each, self.frame) for each in made)
        return next((each for each in found if each is not None), None)


def taken(
    expression: syntax.Call, receivers: Variants, functions: Variants, arguments: list[Variants], frame: Frame
) -> Variants:
    """Notes what the call does with the rows it is handed; what it gives where that is rows again."""
    if not any(True for values in arguments for value in values for _ in rows.inside(value)):
        return ()
    call = _Call(expression, receivers, functions, arguments, frame)
    given: list[Value] = []
    for argument, values in zip(expression.arguments, arguments, strict=True):
        for value in values:
            if isinstance(value, ResultValue) and argument.star:
                _starred(value, argument.star, call)
            elif isinstance(value, ResultValue):
                given.extend(_TAKERS.get(call.name, _other)(value, call))
            elif any(True for _ in rows.inside(value)):
                given.extend(_holding(value, call))
    return bounded(given)


def _starred(value: ResultValue, star: str, call: _Call) -> None:
    known = call.signature
    beside = call.given
    if value.shape != "row":
        return
    if star == "**":
        names = known.names if known else None
        left = None if names is None else tuple(each for each in names if each not in beside.named)
        found = by_keyword(known, left) if known else RowUse("keywords", into=call.name or None)
        note(value, found, call.frame, call.at)
    elif call.name in CERTAIN:
        use(value, "filled", call.frame, call.at, count=_placeholders(call))
    elif known is not None:
        note(value, by_position(known, len(beside.positional)), call.frame, call.at)
    elif call.name == "format":
        use(value, "copied", call.frame, call.at)
    else:
        any_number = 0 if call.name in _ANY_NUMBER else None
        note(value, RowUse("splatted", least=any_number, into=call.name or None), call.frame, call.at)


_ANY_NUMBER = frozenset(("print", "zip", "max", "min", "chain", "join", "union", "set", "gather"))


def _placeholders(call: _Call) -> int | None:
    """How many of the statement's placeholders the other arguments leave."""
    texts = [value for values in call.arguments for value in values if isinstance(value, TextValue)]
    beside = max(0, len(call.given.positional) - 1)
    found = placeholders(texts[0]) if texts else None
    return found - beside if found and len(texts) == 1 else None


def _same(value: ResultValue, _: _Call) -> Variants:
    return (value,)


def _next(value: ResultValue, _: _Call) -> Variants:
    return (replace(value, shape="row"),)


def _enumerate(value: ResultValue, call: _Call) -> Variants:
    return (ListValue((_pair((Unknown("number"),), rows.elements(value, call.frame)),), open=True),)


def _pair(one: Variants, other: Variants) -> Variants:
    return (ListValue((one, other or (Unknown("…"),))),)


def _dict(value: ResultValue, call: _Call) -> Variants:
    if value.shape == "row":
        use(value, "copied", call.frame, call.at)
        return (value,)
    if value.shape in ("cursor", "rows"):
        use(value, "unpacked", call.frame, call.at, count=2)
    return ()


def _zip(value: ResultValue, call: _Call) -> Variants:
    if value.shape == "names":
        return ()
    if value.shape != "row":
        return (ListValue((_zipped(value, call),), open=True),)
    others = [each for values in call.arguments for each in values if each != value]
    if any(held.shape == "names" for each in others for held in rows.inside(each)):
        use(value, "copied", call.frame, call.at)
        return (value,)
    count = next((len(each.items) for each in others if isinstance(each, ListValue) and not each.open), None)
    strict = any(a.keyword == "strict" and a.value == syntax.Constant("True") for a in call.syntax.arguments)
    kind = RowUse("unpacked", count, into="zip") if strict and count else RowUse("zipped", count)
    note(value, kind, call.frame, call.at)
    return ()


def _zipped(value: ResultValue, call: _Call) -> Variants:
    """What a loop over ``zip(others, rows)`` binds."""
    parts = [rows.elements(value, call.frame) if value in each else (Unknown("…"),) for each in call.arguments]
    return (ListValue(tuple(parts)),)


def _map(value: ResultValue, call: _Call) -> Variants:
    """``map(f, rows)``; ``starmap`` hands the values of a row on one by one."""
    function = call.syntax.arguments[0].value
    element = rows.elements(value, call.frame)
    star = "*" if call.name == "starmap" else ""
    inner = syntax.Call(function, (syntax.Argument(_ROW, None, star),), call.at)
    saved = dict(call.frame.names)
    call.frame.names[_ROW.id] = element
    found = call.frame.evaluate(inner)
    call.frame.names = saved
    return (ListValue((found,), open=True),)


_ROW = syntax.Name("row of map", 0)


def _frame(value: ResultValue, call: _Call) -> Variants:
    labels = call.given.named.get("columns", ())
    return (data_frames.made(value, labels, call.frame, call.at),)


def _make(value: ResultValue, call: _Call) -> Variants:
    known = call.signature
    note(value, by_position(known) if known else RowUse("splatted", into="_make"), call.frame, call.at)
    return ()


def _tested(value: ResultValue, call: _Call) -> Variants:
    use(value, "tested", call.frame, call.at)
    return ()


def _set_axis(value: ResultValue, call: _Call) -> Variants:
    for labels in call.given.positional[:1]:
        data_frames.labelled(value, labels, call.frame, call.at)
    return (value,)


def _other(value: ResultValue, call: _Call) -> Variants:
    """Any other call: it runs a statement with the row's values, sends it out, reads fields, or is not known."""
    if value.shape in ("names", "iloc"):
        return ()
    if call.name in CERTAIN:
        if value.shape in ("row", "rows", "cursor"):
            use(value, "filled", call.frame, call.at, count=_placeholders(_without_rows(call)))
    elif call.name in _READS_FIELDS or _dumps_schema(call):
        known = next(filter(None, (signature(each, call.frame) for each in call.receivers)), Signature(""))
        found = RowUse("by-name", into=known.name or None, fields=known.fields, declared=known.declared)
        note(value, found, call.frame, call.at)
    elif _sends(value, call):
        note(value, RowUse("serialised", into=call.name), call.frame, call.at)
    elif call.name in _TEMPLATES:
        note(value, RowUse("returned", into=call.name), call.frame, call.at)
    elif call.name not in _KEEPS and not _is_own(call):
        note(value, RowUse("unknown", into=call.name or None), call.frame, call.at)
    return ()


def _sends(value: ResultValue, call: _Call) -> bool:
    """Whether what the call is handed leaves the program. To log a cursor does not show its rows."""
    if call.name in _LOGS:
        return value.shape in ("row", "rows")
    return _SENDS.search(call.name) is not None and not _is_own(call) and not _dumps_schema(call)


def _is_own(call: _Call) -> bool:
    """Whether it calls the project's own code, which is looked into."""
    return any(isinstance(function, FunctionValue | ClassValue) for function in call.functions)


def _without_rows(call: _Call) -> _Call:
    """The call with the statement alone: all its placeholders are the row's."""
    kept = [(a, v) for a, v in zip(call.syntax.arguments, call.arguments, strict=True) if _is_text(v)]
    written = replace(call.syntax, arguments=tuple(argument for argument, _ in kept))
    return replace(call, syntax=written, arguments=[values for _, values in kept])


def _is_text(values: Variants) -> bool:
    return any(isinstance(value, TextValue) for value in values)


def _dumps_schema(call: _Call) -> bool:
    """``OrderSchema().dump(row)``: a schema of marshmallow names its fields."""
    return call.name in ("dump", "dumps") and any(isinstance(each, InstanceValue) for each in call.receivers)


def _holding(value: Value, call: _Call) -> Variants:
    """A list or dict with rows in it, handed to a call that sends it out or logs it."""
    for held in rows.inside(value):
        if _sends(held, call):
            note(held, RowUse("serialised", into=call.name), call.frame, call.at)
        elif call.name in _TEMPLATES:
            note(held, RowUse("returned", into=call.name), call.frame, call.at)
        elif call.name in _MANY and isinstance(value, ListValue) and any(held in item for item in value.items):
            use(held, "filled", call.frame, call.at, count=_placeholders(_without_rows(call)))
    return ()


_MANY = frozenset(("executemany", "execute_values", "execute_batch"))


_TAKERS: dict[str, Callable[[ResultValue, _Call], Variants]] = {
    **dict.fromkeys(("iter", "aiter", "set", "frozenset", "reversed", "islice", "deepcopy"), _same),
    **dict.fromkeys(("list", "tuple", "sorted", "cast", "wait_for", "gather"), _same),
    **dict.fromkeys(("next", "anext"), _next),
    **dict.fromkeys(_TESTS, _tested),
    **dict.fromkeys(("map", "starmap"), _map),
    "enumerate": _enumerate,
    "dict": _dict,
    "zip": _zip,
    "DataFrame": _frame,
    "_make": _make,
    "set_axis": _set_axis,
}
