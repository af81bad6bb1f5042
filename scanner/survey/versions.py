"""Scripts that stand in versions: whole schemas, of which the newest counts, and what was changed since."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from scanner.migrations import undoes

PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "manage.py")
_FOLDER = re.compile(r"v?(\d+(?:[._]\d+)*)", re.I)
_FIRST = re.compile(r"v?(\d+(?:[._]\d+)*)(?=[-_.])", re.I)  # of a file that changes something: 073_orders.sql
_LAST = re.compile(r"[-_.]v?(\d+(?:[._]\d+)*)$", re.I)  # of a whole schema: schema_v72.sql


@dataclass(frozen=True, slots=True)
class _Version:
    """A version that a path names, and where the series of versions it belongs to lies."""

    said_by: Literal["folder", "file"]
    number: tuple[int, ...]
    place: PurePosixPath  # the folder 72, or the file
    within: PurePosixPath  # the folder of the whole series


def together(root: Path, first: str, tables: Mapping[str, Collection[str]]) -> tuple[list[str], list[str]]:
    """The whole schemas of one database by the path of one, and those that newer versions of them supersede.

    `tables` are the names that each script makes. Those of one file name belong together when they make other tables
    and none lies in a project of its own: `main/72/full.sql` and `state/72/full.sql`. Of two that make the same tables,
    the one of the higher version counts.
    """
    peers = [path for path in tables if PurePosixPath(path).name == PurePosixPath(first).name and tables[path]]
    newest = sorted(peers, key=lambda path: _number(path, whole=True), reverse=True)
    alike = (path for path in newest if not set(tables[path]).isdisjoint(tables[first]))
    taken = [max(alike, key=lambda path: (_number(path, whole=True), path == first))]
    made = set(tables[taken[0]])
    past: list[str] = []
    for path in newest:
        if path in taken:
            continue
        if made.isdisjoint(tables[path]):
            if not any(_is_apart(root, path, other) for other in taken):
                taken.append(path)
                made.update(tables[path])
        elif any(_is_older(path, other) for other in taken):
            past.append(path)
    return taken, past


def since(whole: Sequence[str], scripts: Iterable[str]) -> tuple[list[str], list[str]]:
    """What changed whole schemas since, in its order: folders, and files of folders that hold older ones too.

    And the scripts whose changes they have already. Both are told from numbers: a schema of version 72 has what stands
    in the folders up to 72 beside it, or in the files up to 072.
    """
    known = [version for path in whole if (version := _version(path, whole=True)) is not None]
    newer: dict[str, _Version] = {}
    older: list[str] = []
    for path in scripts:
        change = _version(path, whole=False)
        fitting = [each for each in known if change is not None and _is_of_series(change, each)]
        if change is None or not fitting or path in whole:
            continue
        if change.number > max(each.number for each in fitting):
            newer[path] = change
        else:
            older.append(path)
    mixed = {PurePosixPath(path).parent for path in older}
    places: dict[str, tuple[int, ...]] = {}
    for path, change in newer.items():
        place = change.place if change.said_by == "folder" else PurePosixPath(path).parent
        if change.said_by == "file" and place in mixed:
            place = change.place
        if not undoes(Path(path)):
            places[str(place)] = min(change.number, places.get(str(place), change.number))
    return sorted(places, key=lambda place: (places[place], place)), older


def _version(path: str, *, whole: bool) -> _Version | None:
    pure = PurePosixPath(path)
    for folder in pure.parents:
        if match := _FOLDER.fullmatch(folder.name):
            return _Version("folder", _numbers(match[1]), folder, folder.parent.parent)
    stem = pure.name.partition(".sql")[0]
    match = _LAST.search(stem) if whole else _FIRST.match(pure.name)
    return _Version("file", _numbers(match[1]), pure, pure.parent) if match else None


def _is_of_series(change: _Version, schema: _Version) -> bool:
    return change.said_by == schema.said_by and change.place.is_relative_to(schema.within)


def _number(path: str, *, whole: bool) -> tuple[int, ...]:
    version = _version(path, whole=whole)
    return version.number if version else ()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))


def _is_older(path: str, other: str) -> bool:
    number = _number(path, whole=True)
    return bool(number) and number < _number(other, whole=True)


def _is_apart(root: Path, path: str, other: str) -> bool:
    """Whether one of the two lies in a project of its own, below the folder that they share."""
    shared = PurePosixPath(os.path.commonpath((os.path.dirname(path) or ".", os.path.dirname(other) or ".")) or ".")
    below = [f for each in (path, other) for f in PurePosixPath(each).parents if f != shared and _within(f, shared)]
    return any(_is_project(root / folder) for folder in below)


def _within(folder: PurePosixPath, shared: PurePosixPath) -> bool:
    return folder.is_relative_to(shared) and folder != PurePosixPath(".")


def _is_project(folder: Path) -> bool:
    return any((folder / name).exists() for name in PROJECT_FILES) or next(folder.glob("*.py"), None) is not None
