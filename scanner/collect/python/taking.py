"""Calls that are handed rows: constructors, zip, dict, writers, answers of a web service."""

from __future__ import annotations

from collections.abc import Callable

from scanner.collect.python import applying, comparing, data_frames, rows, syntax
from scanner.collect.python.callables import GetterValue, MakeValue
from scanner.collect.python.executors import CERTAIN
from scanner.collect.python.frames import Frame
from scanner.collect.python.handing import FOLDS, HandedCall, handed, held_inside, open_placeholders
from scanner.collect.python.light import replace
from scanner.collect.python.signatures import by_keyword, by_position
from scanner.collect.python.uses import note, use
from scanner.collect.python.values import (
    ListValue,
    ResultValue,
    Unknown,
    Value,
    Variants,
    bounded,
)
from scanner.model import RowUse

# They look whether there is a row, or count rows.
_TESTS = frozenset(("bool", "isinstance", "callable", "hasattr"))
# Methods of sets that take another one.
_OF_SETS = ("difference", "symmetric_difference", "intersection", "issubset", "issuperset", "difference_update")


def taken(
    expression: syntax.Call, receivers: Variants, functions: Variants, arguments: list[Variants], frame: Frame
) -> Variants:
    """Notes what the call does with the rows it is handed; what it gives where that is rows again."""
    if not any(rows.holds(value) for values in arguments for value in values):
        return ()
    call = HandedCall(expression, receivers, functions, arguments, frame)
    given: list[Value] = []
    for argument, values in zip(expression.arguments, arguments, strict=True):
        for value in values:
            if isinstance(value, ResultValue) and argument.star:
                given.extend(_starred(value, argument.star, call))
            elif isinstance(value, ResultValue):
                given.extend(_got(value, call) or _taker(call)(value, call))
            elif any(True for _ in rows.inside(value)):
                given.extend(held_inside(value, call))
    return bounded(given)


def _starred(value: ResultValue, star: str, call: HandedCall) -> Variants:
    known = call.signature
    beside = call.given
    if value.shape != "row":
        turns = call.name in ("zip", "zip_longest") and value.shape in ("cursor", "rows")
        return (rows.turned(value),) if turns else ()
    if star == "**":
        names = known.names if known else None
        left = None if names is None else tuple(each for each in names if each not in beside.named)
        found = by_keyword(known, left) if known else RowUse("keywords", into=call.name or None)
        note(value, found, call.frame, call.at)
    elif call.name in CERTAIN:
        use(value, "filled", call.frame, call.at, count=open_placeholders(call))
    elif known is not None:
        note(value, by_position(known, len(beside.positional)), call.frame, call.at)
    elif call.name == "format":
        use(value, "copied", call.frame, call.at)
    else:
        any_number = 0 if call.name in _ANY_NUMBER else None
        note(value, RowUse("splatted", least=any_number, into=call.name or None), call.frame, call.at)
    return ()


_ANY_NUMBER = frozenset(("print", "zip", "max", "min", "chain", "join", "union", "set", "gather"))


def _got(value: ResultValue, call: HandedCall) -> Variants:
    getters = (each for each in call.functions if isinstance(each, GetterValue))
    return bounded(found for each in getters for found in applying.got(each, value, call.frame, call.at))


def _taker(call: HandedCall) -> Callable[[ResultValue, HandedCall], Variants]:
    makes = any(isinstance(each, MakeValue) for each in call.functions)
    return _make if makes else _TAKERS.get(call.name, handed)


def _same(value: ResultValue, call: HandedCall) -> Variants:
    """The same rows, in an order that a key may give them."""
    for argument in call.syntax.arguments:
        if argument.keyword == "key" and value.shape in ("cursor", "rows"):
            applying.applied(argument.value, rows.elements(value, call.frame), call.frame, call.at)
    return (value,)


def _reversed(value: ResultValue, call: HandedCall) -> Variants:
    """The first that one gets of a row is its last."""
    if value.shape == "row":
        use(value, "indexed", call.frame, call.at, indexes=(-1,))
    return (value,)


def _next(value: ResultValue, call: HandedCall) -> Variants:
    if value.shape == "row":
        use(value, "indexed", call.frame, call.at, indexes=(0,))
        return ()
    return (replace(value, shape="frame" if value.shape == "frames" else "row"),)


def _folded(value: ResultValue, call: HandedCall) -> Variants:
    """One value of all those of a row; of rows, the largest or smallest."""
    if value.shape in ("row", "value"):
        note(value, RowUse("folded", into=call.name), call.frame, call.at)
        return ()
    return (replace(value, shape="row"),) if _same(value, call) and call.name in ("max", "min") else ()


def _text(value: ResultValue, call: HandedCall) -> Variants:
    return (value,) if value.shape in ("value", "names") else handed(value, call)


def _length(value: ResultValue, call: HandedCall) -> Variants:
    use(value, "tested", call.frame, call.at)
    return (replace(value, shape="width"),) if value.shape in ("row", "names") else ()


def _enumerate(value: ResultValue, call: HandedCall) -> Variants:
    return (ListValue((_pair((Unknown("number"),), rows.elements(value, call.frame)),), open=True),)


def _pair(one: Variants, other: Variants) -> Variants:
    return (ListValue((one, other or (Unknown("…"),))),)


def _dict(value: ResultValue, call: HandedCall) -> Variants:
    if value.shape == "row":
        use(value, "copied", call.frame, call.at)
        return (rows.named(value),)
    if value.shape in ("cursor", "rows"):
        use(value, "unpacked", call.frame, call.at, count=2)
    return ()


def _zip(value: ResultValue, call: HandedCall) -> Variants:
    if value.shape == "names":
        return ()
    if value.shape != "row":
        return (ListValue((_zipped(value, call),), open=True),)
    others = [each for values in call.arguments for each in values if each != value]
    if any(held.shape == "names" for each in others for held in rows.inside(each)):
        use(value, "copied", call.frame, call.at)
        return (rows.named(value),)
    count = next((len(each.items) for each in others if isinstance(each, ListValue) and not each.open), None)
    strict = any(a.keyword == "strict" and a.value == syntax.Constant("True") for a in call.syntax.arguments)
    kind = RowUse("unpacked", count, into="zip") if strict and count else RowUse("zipped", count)
    note(value, kind, call.frame, call.at)
    return ()


def _zipped(value: ResultValue, call: HandedCall) -> Variants:
    """What a loop over ``zip(others, rows)`` binds."""
    parts = [rows.elements(value, call.frame) if value in each else (Unknown("…"),) for each in call.arguments]
    return (ListValue(tuple(parts)),)


def _map(value: ResultValue, call: HandedCall) -> Variants:
    """``map(f, rows)``; ``starmap`` hands the values of a row on one by one."""
    function, element = call.syntax.arguments[0].value, rows.elements(value, call.frame)
    if value.shape == "row":
        applying.applied(function, element, call.frame, call.at)
        return (value,)
    found = applying.applied(function, element, call.frame, call.at, spread=call.name == "starmap")
    return (ListValue((found or (Unknown("…"),),), open=True),)


def _filter(value: ResultValue, call: HandedCall) -> Variants:
    applying.applied(call.syntax.arguments[0].value, rows.elements(value, call.frame), call.frame, call.at)
    return (value,)


def _frame(value: ResultValue, call: HandedCall) -> Variants:
    labels = call.given.named.get("columns", ())
    return (data_frames.made(value, labels, call.frame, call.at),)


def _make(value: ResultValue, call: HandedCall) -> Variants:
    known = call.signature
    note(value, by_position(known) if known else RowUse("splatted", into="_make"), call.frame, call.at)
    return ()


def _all(value: ResultValue, call: HandedCall) -> Variants:
    """``all(row)``; the names of a row with names are all true."""
    if value.shape == "row" and value.namesakes is None and not value.turned:
        note(value, RowUse("folded", into=call.name), call.frame, call.at)
        return ()
    return _tested(value, call)


def _among(value: ResultValue, call: HandedCall) -> Variants:
    """``set(rows).difference(others)``."""
    comparing.with_others(call.receivers, (value,), call.frame, call.at)
    return tuple(each for each in call.receivers if isinstance(each, ResultValue))


def _merge(value: ResultValue, call: HandedCall) -> Variants:
    """``frame.merge(other, on="id")`` and ``merge(frame, other, on="id")``."""
    every = (*call.receivers, *(each for values in call.arguments for each in values))
    frames = [each for each in every if isinstance(each, ResultValue) and each.shape == "frame"]
    return data_frames.merged(frames, call.given, call.frame, call.at) if value in frames else handed(value, call)


def _tested(value: ResultValue, call: HandedCall) -> Variants:
    use(value, "tested", call.frame, call.at)
    return ()


def _set_axis(value: ResultValue, call: HandedCall) -> Variants:
    for labels in call.given.positional[:1]:
        data_frames.labelled(value, labels, call.frame, call.at)
    return (value,)


_TAKERS: dict[str, Callable[[ResultValue, HandedCall], Variants]] = {
    **dict.fromkeys(("iter", "aiter", "set", "frozenset", "islice", "array", "asarray", "deepcopy"), _same),
    **dict.fromkeys(("list", "tuple", "sorted", "cast", "wait_for", "gather"), _same),
    **dict.fromkeys(("next", "anext"), _next),
    **dict.fromkeys(_TESTS, _tested),
    **dict.fromkeys(("any", "all"), _all),
    **dict.fromkeys(_OF_SETS, _among),
    "merge": _merge,
    **dict.fromkeys((*FOLDS, "max", "min"), _folded),
    **dict.fromkeys(("str", "repr"), _text),
    **dict.fromkeys(("map", "starmap"), _map),
    "reversed": _reversed,
    "filter": _filter,
    "len": _length,
    "enumerate": _enumerate,
    "dict": _dict,
    "zip": _zip,
    "DataFrame": _frame,
    "_make": _make,
    "set_axis": _set_axis,
}
