"""What may be made of the bytes of a cache: classes that are kept there, and no others."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, get_args, get_type_hints

import pytest

import scanner.collect.python as package
from scanner.collect.python import packing, syntax
from scanner.collect.python.blocks import Block
from scanner.collect.python.cache import Kept, Stamp
from scanner.collect.python.facts import Facts
from scanner.collect.python.in_file import InFile
from scanner.collect.python.written import Written
from scanner.model import Collected

_KEPT = (Block, Facts, InFile, *get_args(syntax.Statement), Kept, *get_args(Collected), Written)


def test_modules_whose_classes_are_kept_are_all_that_may_be_unpacked() -> None:
    assert {kind.__module__ for kind in _reached(_KEPT) if kind is not Kept} == packing._MODULES


def test_other_classes_of_the_program_are_refused() -> None:
    with pytest.raises(Exception, match="no business here"):
        packing.unpack(packing.pack(Stamp(1, 2, 3)))


def _reached(roots: tuple[type, ...]) -> set[type]:
    """The classes of the program that values of these may hold, by what is declared of their fields."""
    modules = [import_module(each.name) for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    # Names that only the type checker imports are known by this: each has one meaning among the fields.
    names = {name: found for module in modules for name, found in vars(module).items()}
    waiting, found = list(roots), set(roots)
    while waiting:
        kind = waiting.pop()
        hints = get_type_hints(kind, {**names, **vars(import_module(kind.__module__))})
        packed = [each.name for each in fields(kind)] if is_dataclass(kind) else hints
        held = {each for name in packed for each in _classes(hints[name])}
        new = {each for each in {*held, *kind.__subclasses__()} - found if each.__module__.startswith("scanner.")}
        found |= new
        waiting.extend(new)
    return found


def _classes(hint: Any) -> Iterator[type]:  # whatever stands in an annotation
    if isinstance(hint, type):
        yield hint
    for each in get_args(hint):
        yield from _classes(each)
