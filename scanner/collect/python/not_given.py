"""What a file that was given by itself imports from beside it: there models and helpers stand that were not read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner.collect.python.facts import Imported
from scanner.collect.python.readings import Readings
from scanner.model import BlindSpot
from scanner.trees import some


def not_given(readings: Readings) -> tuple[BlindSpot, ...]:
    """One blind spot, if there is such a file; none of a folder, which is read with all that it holds."""
    root = readings.layout.root
    if not root.is_file() or not readings.paths:
        return ()
    folder = root.resolve().parent
    found = {file for each in readings.parsed(readings.paths[0]).imports for file in _beside(each, folder)}
    missed = sorted(file.relative_to(_top(folder)).as_posix() for file in found - {root.resolve()})
    if not missed:
        return ()
    message = f"{root.name} was given without what it imports from beside it: {some(missed)}. Give the folder instead"
    return (BlindSpot("python", str(root), message),)


def _beside(imported: Imported, folder: Path) -> Iterator[Path]:
    """The files that an import may mean."""
    module, member, level = imported
    steps = [part for part in module.split(".") if part]
    bases = [folder.joinpath(*[".."] * (level - 1)).resolve()] if level else [folder, _top(folder)]
    for base in bases:
        for parts in ([*steps, member] if member else steps, steps):
            file = base.joinpath(*parts)
            for each in (file.with_name(f"{file.name}.py"), file / "__init__.py"):
                if parts and each.is_file() and each.is_relative_to(_top(folder)):
                    yield each


def _top(folder: Path) -> Path:
    """The folder that the outermost package around it stands in."""
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder
