"""Rows handed to calls that run a statement with them, send them out or read their fields."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.collect.python import rows, syntax
from scanner.collect.python.callables import LambdaValue
from scanner.collect.python.executors import CERTAIN, MESSAGES
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.names import last_name
from scanner.collect.python.signatures import Signature, by_keyword, signature
from scanner.collect.python.texts import placeholders
from scanner.collect.python.uses import note, use
from scanner.collect.python.values import (
    ClassValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    ResultValue,
    TextValue,
    Value,
    Variants,
    WriterValue,
)
from scanner.collect.python.whole_inserts import written_whole
from scanner.model import RowUse

# What they are handed leaves the program as it is.
_SENDS = re.compile(
    r"json|^dumps?$|serial|pickle|msgpack|^writerows?$|^Response$|^HttpResponse$|^make_response$|^publish|^send|"
    r"^render_to_response$|yaml",
    re.IGNORECASE,
)
_LOGS = MESSAGES & frozenset(("debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"))
# They make one value of all that they are handed.
FOLDS = frozenset(("sum", "fsum", "join", "hash"))
_MANY = frozenset(("executemany", "execute_values", "execute_batch"))
# They put rows into a list, which is followed.
_KEEPS = frozenset(("append", "extend", "insert", "add", "appendleft"))
_TEMPLATES = frozenset(("render_template", "render", "render_string", "TemplateResponse", "render_async"))
# Methods that read the fields they know by name: of pydantic, marshmallow and the like.
_READS_FIELDS = frozenset(("model_validate", "from_orm", "parse_obj", "validate_python", "model_construct", "load"))
# Those of them that refuse names that a strict class does not know.
_READS_ALL = frozenset(("model_validate", "parse_obj", "validate_python"))


@dataclass(frozen=True, slots=True)
class HandedCall:
    """A call, evaluated."""

    syntax: syntax.Call
    receivers: Variants
    functions: Variants
    arguments: list[Variants]
    frame: Frame

    @property
    def name(self) -> str:
        """The last part of what is called: "dumps"."""
        return last_name(self.syntax.function)

    @property
    def at(self) -> int:
        """Its offset in the file."""
        return self.syntax.at

    @property
    def given(self) -> Given:
        """The arguments, sorted."""
        return Given.of(self.syntax.arguments, self.arguments)

    @property
    def signature(self) -> Signature | None:
        """What may be handed to what is called, where that is known."""
        found = (signature(each, self.frame) for each in self.functions)
        return next((each for each in found if each is not None), None)


def handed(value: ResultValue, call: HandedCall) -> Variants:
    """Any other call: it runs a statement with the row's values, sends it out, reads fields, or is not known."""
    if value.shape in ("names", "iloc"):
        return ()
    if call.name in CERTAIN:
        whole = written_whole(value, (each for values in call.arguments for each in values))
        if value.shape in ("row", "rows", "cursor") and whole is not None:
            note(value, whole, call.frame, call.at)
        elif value.shape in ("row", "rows", "cursor"):
            use(value, "filled", call.frame, call.at, count=open_placeholders(_without_rows(call)))
    elif call.name in _READS_FIELDS or _dumps_schema(call):
        known = next(filter(None, (signature(each, call.frame) for each in call.receivers)), Signature(""))
        found = RowUse("by-name", into=known.name or None, fields=known.fields, declared=known.declared)
        if call.name in _READS_ALL and known.names is not None:
            found = by_keyword(known, known.names)
        note(value, found, call.frame, call.at)
    elif _sends(value, call):
        note(value, _sent(call), call.frame, call.at)
    elif call.name in _TEMPLATES:
        note(value, RowUse("returned", into=call.name), call.frame, call.at)
    elif call.name not in _KEEPS and value.shape != "value" and not _is_own(call):
        note(value, RowUse("unknown", into=call.name or None), call.frame, call.at)
    return ()


def _sends(value: ResultValue, call: HandedCall) -> bool:
    """Whether what the call is handed leaves the program. To log a cursor does not show its rows."""
    if call.name in _LOGS:
        return value.shape in ("row", "rows", "value")
    return (
        _SENDS.search(call.name) is not None
        and not _is_own(call)
        and not _is_named_so(call)
        and not _dumps_schema(call)
    )


def _sent(call: HandedCall) -> RowUse:
    """What a call that sends rows out does with them: ``csv.DictWriter`` takes the names that it was told alone."""
    writer = next((each for each in call.receivers if isinstance(each, WriterValue)), None)
    if writer is None or (writer.any_name and writer.names is None):
        return RowUse("serialised", into=call.name)
    return RowUse(
        "keywords",
        names=None if writer.any_name else writer.names,
        least=0 if writer.any_name else None,
        into="DictWriter",
    )


def _is_own(call: HandedCall) -> bool:
    """Whether it calls the project's own code, which is looked into."""
    return any(isinstance(function, FunctionValue | ClassValue | LambdaValue) for function in call.functions)


def _is_named_so(call: HandedCall) -> bool:
    """Whether the project has a method of this name, and nothing is known of what it is called on."""
    settled = call.frame.world.settled
    is_method = isinstance(call.syntax.function, syntax.Attribute) and not call.functions
    return is_method and settled is not None and bool(settled.methods(call.name))


def _without_rows(call: HandedCall) -> HandedCall:
    """The call with the statement alone: all its placeholders are the row's."""
    kept = [(a, v) for a, v in zip(call.syntax.arguments, call.arguments, strict=True) if _is_text(v)]
    written = replace(call.syntax, arguments=tuple(argument for argument, _ in kept))
    return replace(call, syntax=written, arguments=[values for _, values in kept])


def _is_text(values: Variants) -> bool:
    return any(isinstance(value, TextValue) for value in values)


def _dumps_schema(call: HandedCall) -> bool:
    """``OrderSchema().dump(row)``: a schema of marshmallow names its fields."""
    return call.name in ("dump", "dumps") and any(isinstance(each, InstanceValue) for each in call.receivers)


def held_inside(value: Value, call: HandedCall) -> Variants:
    """A list or dict with rows in it, handed to a call that sends it out or logs it."""
    for held in rows.inside(value):
        if _sends(held, call):
            note(held, _sent(call), call.frame, call.at)
        elif call.name in FOLDS and held.shape == "value":
            note(held, RowUse("folded", into=call.name), call.frame, call.at)
        elif call.name in _TEMPLATES:
            note(held, RowUse("returned", into=call.name), call.frame, call.at)
        elif call.name in _MANY and isinstance(value, ListValue) and any(held in item for item in value.items):
            use(held, "filled", call.frame, call.at, count=open_placeholders(_without_rows(call)))
    return ()


def open_placeholders(call: HandedCall) -> int | None:
    """How many of the statement's placeholders the other arguments leave."""
    texts = [value for values in call.arguments for value in values if isinstance(value, TextValue)]
    beside = max(0, len(call.given.positional) - 1)
    found = placeholders(texts[0]) if texts else None
    return found - beside if found and len(texts) == 1 else None
