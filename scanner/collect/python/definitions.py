"""Classes and functions of a project, by where they are defined."""

from __future__ import annotations

from typing import Generic, TypeVar

from scanner.collect.python.evaluations import Evaluations
from scanner.collect.python.values import ClassValue, FunctionValue

_Key = TypeVar("_Key", ClassValue, FunctionValue)
_Defined = TypeVar("_Defined")


class Definitions(Generic[_Key, _Defined]):
    """Classes or functions of the project. Whoever looks for one has asked its module."""

    def __init__(self, evaluations: Evaluations) -> None:
        self.known: dict[_Key, _Defined] = {}
        self._evaluations = evaluations

    def get(self, key: _Key) -> _Defined | None:
        """What is defined there, or None."""
        self._evaluations.ask("module", key.path)
        return self.known.get(key)

    def __getitem__(self, key: _Key) -> _Defined:
        self._evaluations.ask("module", key.path)
        return self.known[key]

    def __contains__(self, key: _Key) -> bool:
        self._evaluations.ask("module", key.path)
        return key in self.known
