"""Values as bytes and back, for other processes and for the disk."""

from __future__ import annotations

import io
import pickle
from typing import Any, Self

# All that may be made of bytes: whoever can write to the cache must not be able to run code.
_MODULES = ("scanner.collect.python.syntax", "scanner.collect.python.facts", "scanner.model.")


class Compact:
    """Packed as a call of its class: what dataclasses do of themselves takes several times as long to unpack."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), tuple([getattr(self, name) for name in self.__slots__])


def pack(value: object) -> bytes:
    """The value as bytes."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpack(data: bytes) -> Any:  # noqa: ANN401  # as pickle.loads
    """The value. Raises pickle.UnpicklingError, EOFError and others on bytes that `pack` did not make."""
    return _Unpickler(io.BytesIO(data)).load()


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if not module.startswith(_MODULES) or "." in name:
            raise pickle.UnpicklingError(f"{module}.{name} has no business here")
        return super().find_class(module, name)
