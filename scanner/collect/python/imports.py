"""Names bound by imports: what they stand for, in the project or in a library."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

from scanner.collect.python.values import ExternalValue, ImportedValue, ModuleValue, Variants

if TYPE_CHECKING:
    from scanner.collect.python.frames import Frame, World

_BUILTINS = frozenset(dir(builtins))


def imported(name: ImportedValue, world: World) -> Variants:
    """What ``from module import member`` or ``import module`` binds; it may be imported there too."""
    path = world.find(name.module, name.importer, name.level)
    if name.member is None:
        return (ModuleValue(name.module, path),)
    frame = world.frame(path) if path else None
    if frame is not None and name.member in frame.names:
        return frame.names[name.member]
    dotted = f"{name.module}.{name.member}" if name.module else name.member
    submodule = world.find(dotted, name.importer, name.level)
    if submodule:
        return (ModuleValue(dotted, submodule),)
    if frame is not None:
        return frame.bound(name.member)
    return (ExternalValue(dotted),)


def member(module: ModuleValue, name: str, world: World) -> Variants:
    """``module.name``: a name of the module, or a module inside it."""
    frame = world.frame(module.path) if module.path else None
    found = frame.find(name) if frame is not None else ()
    if found:
        return found
    path = world.find(dotted := f"{module.name}.{name}", module.path or "")
    return (ModuleValue(dotted, path),) if path or module.path else (ExternalValue(dotted),)


def starred(name: str, frame: Frame) -> Variants:
    """What the star imports of a module give under a name that it does not bind itself; imports are not followed."""
    if not frame.stars:
        return ()
    reached = _reached(frame)
    found = next((there.names[name] for there in reached if name in there.names), None)
    return _of_library(name, reached, frame.world) if found is None else found


def _reached(frame: Frame) -> tuple[Frame, ...]:
    """The module, and those of the project that its stars lead to; of two that have a name the first gives it."""
    world = frame.world
    reached = world.once((_reached, frame.module.path), lambda: _followed(frame), world.stars)
    world.unfinished(reached)
    return tuple(reached.values())


def _followed(frame: Frame) -> dict[str, Frame]:
    world = frame.world
    found: dict[str, Frame] = {}
    waiting = [frame]
    while waiting:
        each = waiting.pop()
        if each.module.path not in found:
            found[each.module.path] = each
            paths = (world.find(star.module, star.importer, star.level) for star in each.stars)
            waiting.extend(there for path in paths if path and (there := world.frame(path)) is not None)
    return found


def _of_library(name: str, reached: Iterable[Frame], world: World) -> Variants:
    """The member of a library, where the name can be nothing else."""
    if name.startswith("_") or name in _BUILTINS or not name.isidentifier():
        return ()
    libraries: list[ImportedValue] = []
    for module, stars in ((each.module, each.stars) for each in reached):
        is_package = module.path.endswith("__init__.py")
        if name in module.bound or (is_package and world.find(name, module.path, 1)):
            return ()
        libraries.extend(star for star in reversed(stars) if _is_library(star, world))
    known = (star for star in libraries if world.has_meaning(f"{star.module}.{name}"))
    chosen = next(chain(known, libraries), None)
    return () if chosen is None else (ImportedValue(chosen.importer, chosen.module, name),)


def _is_library(star: ImportedValue, world: World) -> bool:
    return not star.level and world.find(star.module, star.importer) is None
