"""What an expression of a migration written in Python stands for, without running it."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

Scope = dict[str, object]


@dataclass(frozen=True, slots=True)
class Name:
    """Something imported or not defined here, by its dotted name: ``sqlalchemy.String``."""

    dotted: str

    @property
    def last(self) -> str:
        """The part behind the last dot."""
        return self.dotted.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Called:
    """A call that is not followed: ``sqlalchemy.String(50)``, ``op.get_bind()``."""

    function: object
    args: tuple[object, ...] = ()
    kwargs: dict[str, object] = field(default_factory=dict)
    node: cst.CSTNode | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """What is called, by its last name; empty when that is not known."""
        return self.function.last if isinstance(self.function, Name) else ""

    def argument(self, position: int, keyword: str, default: object = None) -> object:
        """An argument by its place or its name."""
        return self.args[position] if position < len(self.args) else self.kwargs.get(keyword, default)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of something that is not followed."""

    of: object
    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the module, with the scope it was defined in."""

    node: cst.FunctionDef | cst.Lambda
    scope: Scope = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the module: its bases, and what its body assigns."""

    name: str
    bases: tuple[object, ...]
    body: Scope = field(compare=False, repr=False)
    methods: dict[str, cst.FunctionDef] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """What cannot be known without running the code."""

    node: cst.CSTNode | None = field(default=None, compare=False, repr=False)


def known(value: object) -> bool:
    """Whether a value is a constant through and through."""
    if isinstance(value, list | tuple | set):
        return all(map(known, value))
    if isinstance(value, dict):
        return all(map(known, value.values()))
    return value is None or isinstance(value, str | bytes | int | float)
