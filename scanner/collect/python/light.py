"""Dataclasses that nobody changes, made as quickly as those that can be changed.

For the type checker this is the library's own `dataclass`. When a program runs, a frozen one sets each attribute by
a detour, so that making it takes three times as long; of these classes millions are made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

_Class = TypeVar("_Class", bound=type)

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool, slots: bool) -> Callable[[_Class], _Class]:
        """As the library's, with nothing that keeps a frozen one from being changed."""
        return dataclasses.dataclass(slots=slots, unsafe_hash=frozen)
