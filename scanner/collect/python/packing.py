"""Values as bytes and back, for other processes and for the disk."""

from __future__ import annotations

import io
import pickle
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any

# Classes of these are all that may be made of bytes: whoever can write to the cache must not be able to run code.
# Those of facts, of blocks, of results and of what they hold.
_MODULES = frozenset(
    (
        "scanner.collect.python.blocks",
        "scanner.collect.python.callables",
        "scanner.collect.python.facts",
        "scanner.collect.python.in_file",
        "scanner.collect.python.orm.django_values",
        "scanner.collect.python.orm.mapped",
        "scanner.collect.python.orm.queries",
        "scanner.collect.python.orm.sqlalchemy_loading",
        "scanner.collect.python.record",
        "scanner.collect.python.syntax",
        "scanner.collect.python.values",
        "scanner.collect.python.written",
        "scanner.model.observation",
    )
)

# What unpickling may raise of bytes that `pack` did not make.
_DAMAGE = (pickle.PickleError, EOFError, ValueError, TypeError, AttributeError, ImportError, IndexError, KeyError)


class DamagedError(Exception):
    """Bytes are not those that were kept."""


def pack(value: object) -> bytes:
    """The value as bytes."""
    buffer = io.BytesIO()
    _Pickler(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


def unpack(data: bytes) -> Any:  # noqa: ANN401  # as pickle.loads
    """The value. Raises DamagedError on bytes that `pack` did not make."""
    try:
        return _Unpickler(io.BytesIO(data)).load()
    except _DAMAGE as error:
        raise DamagedError(str(error)) from error


class _Pickler(pickle.Pickler):
    """Packs a dataclass as a call of its class: what it does of itself takes several times as long to unpack."""

    def reducer_override(self, value: object) -> Any:  # noqa: ANN401  # as pickle.Pickler
        kind: type = type(value)
        names = _fields(kind)
        if not names:
            return NotImplemented
        given = attrgetter(*names)(value)
        return kind, given if len(names) > 1 else (given,)


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        found = super().find_class(module, name) if module in _MODULES and "." not in name else None
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} has no business here")
        return found
