"""Millions of values, made in less time.

For the type checker `dataclass` is the library's own. When a program runs, a frozen one sets each attribute by a
detour, so that making it takes three times as long; here it does not.
"""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

_Class = TypeVar("_Class", bound=type)
_Value = TypeVar("_Value")


class Hashed:
    """Base of those that are hashed often, or hold much: the hash is told once."""

    __slots__ = ("_hash",)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import replace as replace
else:

    def replace(value: _Value, **changes: object) -> _Value:
        """As the library's, of values all of whose fields are given when they are made."""
        places, given = _fields(type(value))
        fields = list(given(value))
        for name, change in changes.items():
            fields[places[name]] = change
        return type(value)(*fields)

    @cache
    def _fields(kind: type) -> tuple[dict[str, int], Callable[[object], tuple[object, ...]]]:
        names = tuple(field.name for field in dataclasses.fields(kind))
        places = {name: place for place, name in enumerate(names)}
        return places, attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)

    def dataclass(*, frozen: bool, slots: bool) -> Callable[[_Class], _Class]:
        """As the library's, with nothing that keeps a frozen one from being changed."""

        def made(plain: _Class) -> _Class:
            kind = dataclasses.dataclass(slots=slots, unsafe_hash=frozen and "__hash__" not in vars(plain))(plain)
            if issubclass(plain, Hashed):
                kind.__hash__ = _told_once(kind.__hash__)
            return kind

        return made

    def _told_once(told: Callable[[object], int]) -> Callable[[object], int]:
        def hashed(value: Hashed) -> int:
            try:
                return value._hash
            except AttributeError:
                value._hash = told(value)
                return value._hash

        return hashed


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Values and syntax make no circles; looking for some among millions would take half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # All at once to those that live long: else the next look goes through every one of them.
        gc.freeze()
        gc.unfreeze()
        if enabled:
            gc.enable()
