"""Frozen dataclasses ↔ plain JSON values, directed by their type hints. Fields at their default are left out."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache, partial
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Encoder = Callable[[Any], Any]


def encode(hint: Any, value: Any) -> Any:  # noqa: ANN401  (it takes any value of any type)
    """The value as lists, dicts, strings, numbers, booleans and None."""
    return _codec(hint)[0](value)


def decode(hint: Any, value: Any) -> Any:  # noqa: ANN401
    """What `encode` was given. Raises KeyError, TypeError or ValueError when the value is not of the type."""
    return _codec(hint)[1](value)


@cache
def _codec(hint: Any) -> tuple[Encoder, Encoder]:  # noqa: ANN401
    origin = get_origin(hint)
    if dataclasses.is_dataclass(hint):
        return _of_dataclass(hint)
    if origin in (Union, types.UnionType):
        return _of_union(get_args(hint))
    if origin in (tuple, frozenset):
        return _of_sequence(origin, get_args(hint))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _of_mapping(get_args(hint))
    if hint is datetime:
        return datetime.isoformat, lambda text: datetime.fromisoformat(text).astimezone(UTC)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return (lambda member: member.value), hint
    if origin is Literal or hint in (str, int, float, bool, type(None)):
        return _same, _same
    raise TypeError(f"There is no way to keep a {hint}.")


def _same(value: Any) -> Any:  # noqa: ANN401
    return value


def _of_dataclass(cls: Any) -> tuple[Encoder, Encoder]:  # noqa: ANN401
    hints = get_type_hints(cls)
    fields = [(f.name, _codec(hints[f.name]), _default(f)) for f in dataclasses.fields(cls) if f.init and f.compare]

    def encoded(value: Any) -> dict[str, Any]:  # noqa: ANN401
        found = ((name, codec, getattr(value, name), default) for name, codec, default in fields)
        return {name: codec[0](item) for name, codec, item, default in found if item != default}

    codecs = {name: codec[1] for name, codec, _ in fields}
    return encoded, lambda made: cls(**{name: codecs[name](item) for name, item in made.items()})


def _default(field: dataclasses.Field[Any]) -> Any:  # noqa: ANN401
    return field.default if field.default is not dataclasses.MISSING else _ABSENT


def _of_union(hints: tuple[Any, ...]) -> tuple[Encoder, Encoder]:
    """X | None as X or null; of several dataclasses each carries its name."""
    some = [hint for hint in hints if hint is not type(None)]
    if len(some) == 1:
        inner = _codec(some[0])
        return (
            lambda value: None if value is None else inner[0](value),
            lambda value: None if value is None else inner[1](value),
        )
    by_name = {hint.__name__: _codec(hint) for hint in some}
    return (
        lambda value: [type(value).__name__, by_name[type(value).__name__][0](value)],
        lambda pair: by_name[pair[0]][1](pair[1]),
    )


def _of_sequence(kind: type, hints: tuple[Any, ...]) -> tuple[Encoder, Encoder]:
    if kind is tuple and hints[-1:] != (Ellipsis,):
        each = [_codec(hint) for hint in hints]
        return (
            lambda values: [codec[0](v) for codec, v in zip(each, values, strict=True)],
            lambda values: tuple(codec[1](v) for codec, v in zip(each, values, strict=True)),
        )
    item = _codec(hints[0])
    in_order = partial(sorted, key=repr) if kind is frozenset else list
    return (
        lambda values: [item[0](v) for v in in_order(values)],
        lambda values: kind(item[1](v) for v in values),
    )


def _of_mapping(hints: tuple[Any, ...]) -> tuple[Encoder, Encoder]:
    key, value = _codec(hints[0]), _codec(hints[1])
    return (
        lambda mapping: [[key[0](k), value[0](v)] for k, v in mapping.items()],
        lambda pairs: {key[1](k): value[1](v) for k, v in pairs},
    )


_ABSENT = object()
