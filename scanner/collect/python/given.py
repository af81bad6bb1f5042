"""The arguments of a call, evaluated."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.collect.python import syntax
from scanner.collect.python.light import dataclass
from scanner.collect.python.values import DictValue, ListValue, PartialValue, Variants


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of a call, evaluated."""

    positional: tuple[Variants, ...]
    named: dict[str, Variants]
    open: bool = False  # some were unpacked from what is not known

    def every(self) -> Iterable[Variants]:
        """All arguments, those by position first."""
        return (*self.positional, *self.named.values())

    def after(self, partial: PartialValue) -> Given:
        """These arguments behind those that a partial function has already."""
        return Given((*partial.positional, *self.positional), {**dict(partial.named), **self.named}, self.open)

    @classmethod
    def of(cls, arguments: Iterable[syntax.Argument], values: Iterable[Variants]) -> Given:
        """Sorts the arguments; those unpacked by a star are left out, unless list or dict is known."""
        positional: list[Variants] = []
        named: dict[str, Variants] = {}
        is_open = False
        for argument, variants in zip(arguments, values, strict=True):
            first = variants[0]
            if argument.star == "**" and isinstance(first, DictValue):
                named.update(first.entries)
                is_open = is_open or first.open
            elif argument.star == "*" and isinstance(first, ListValue) and not first.open:
                positional.extend(first.items)
            elif argument.keyword is not None:
                named[argument.keyword] = variants
            elif not argument.star:
                positional.append(variants)
            else:
                is_open = True
        return cls(tuple(positional), named, is_open)
