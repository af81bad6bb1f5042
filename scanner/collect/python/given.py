"""The arguments of a call, evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.collect.python import syntax
from scanner.collect.python.values import DictValue, ListValue, Variants


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of a call, evaluated."""

    positional: tuple[Variants, ...]
    named: dict[str, Variants]

    def every(self) -> Iterable[Variants]:
        """All arguments, those by position first."""
        return (*self.positional, *self.named.values())

    @classmethod
    def of(cls, arguments: Iterable[syntax.Argument], values: Iterable[Variants]) -> Given:
        """Sorts the arguments; those unpacked by a star are left out, but for a dict that is known."""
        positional: list[Variants] = []
        named: dict[str, Variants] = {}
        for argument, variants in zip(arguments, values, strict=True):
            if argument.star == "**" and isinstance(variants[0], DictValue):
                named.update(variants[0].entries)
            elif argument.star == "*" and isinstance(variants[0], ListValue):
                positional.extend(variants[0].items)
            elif argument.keyword is not None:
                named[argument.keyword] = variants
            elif not argument.star:
                positional.append(variants)
        return cls(tuple(positional), named)
