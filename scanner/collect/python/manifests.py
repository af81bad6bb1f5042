"""What the files beside the source of a project say of its drivers: requirements, addresses."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from scanner.collect.python.driver_hints import addresses

# A folder that has one of these holds a project of its own.
_SETUP = "setup.py"  # there are modules of this name that set up something else
_SETS_UP = re.compile(r"\b(?:setuptools|distutils)\b")
_PROJECT = ("requirements*.txt", "pyproject.toml", _SETUP, "setup.cfg", "Pipfile")
_NESTED = "requirements"  # a folder of requirements, in the project's
_BESIDE = ("alembic.ini", ".env*", "compose*.y*ml", "docker-compose*.y*ml")
_REQUIRED = re.compile(r"(?<![\w-])(asyncpg|psycopg2|psycopg|aiopg|pg8000)(?![\w])", re.I)
_MAX_BYTES = 1_000_000
_MAX_FILES = 50  # of one folder


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the files of one folder say."""

    is_project: bool
    hints: frozenset[str]  # such as "requires asyncpg", "address psycopg2"


class Manifests:
    """The folders of these files and those above them, up to the root, and what is said in them."""

    def __init__(self, root: Path, paths: Iterable[str]) -> None:
        base = root if root.is_dir() else root.parent
        known = tuple(paths)
        self._root_is_project = any("/" not in path for path in known)
        folders = dict.fromkeys(folder.as_posix() for path in known for folder in PurePosixPath(path).parents)
        self._folders = {folder: found for folder in folders if (found := _read(base / folder))}

    @property
    def everything(self) -> list[tuple[str, bool, list[str]]]:
        """All that is known, as plain values in a fixed order."""
        return [(folder, each.is_project, sorted(each.hints)) for folder, each in sorted(self._folders.items())]

    def project(self, path: str) -> str:
        """The folder of the project that a file belongs to: the nearest that is one, else the one below the root."""
        folders = [folder.as_posix() for folder in PurePosixPath(path).parents]
        nearest = (folder for folder in folders if folder in self._folders and self._folders[folder].is_project)
        return next(nearest, "." if self._root_is_project else folders[-2])

    def hints(self, folder: str) -> frozenset[str]:
        """What is said in a folder."""
        return self._folders[folder].hints if folder in self._folders else frozenset()


def _read(folder: Path) -> Manifest | None:
    names = _names(folder)
    own = [name for name in _like(names, _PROJECT) if name != _SETUP or _SETS_UP.search(_text(folder / name))]
    nested = [f"{_NESTED}/{name}" for name in _like(_names(folder / _NESTED), ("*.txt",))] if _NESTED in names else []
    beside = list(_like(names, _BESIDE))
    if not own and not nested and not beside:
        return None
    written = [_text(folder / file) for file in (*own, *nested)]
    required = {f"requires {name.lower()}" for text in written for name in _REQUIRED.findall(text)}
    named = (addresses(text) for text in (*written, *(_text(folder / file) for file in beside)))
    return Manifest(bool(own or nested), frozenset(required).union(*named))


def _like(names: Iterable[str], patterns: tuple[str, ...]) -> Iterator[str]:
    return (name for name in sorted(names)[:_MAX_FILES] if any(fnmatchcase(name, pattern) for pattern in patterns))


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_BYTES)
    except OSError:
        return ""
