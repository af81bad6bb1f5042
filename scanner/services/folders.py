"""What the files of a source tree say of its folders: the project they belong to, and who owns a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

from scanner.model import BlindSpot
from scanner.services.codeowners import CodeOwners
from scanner.services.project_files import COMPOSE_NAMES, Project, UnusableError, composed, described
from scanner.text_files import decode
from scanner.trees import repository_top

OWNERS_FILES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
# The files above a source tree that say something of what is in it.
DESCRIBING = (
    *OWNERS_FILES,
    *COMPOSE_NAMES,
    "catalog-info.yaml",
    "pyproject.toml",
    "setup.cfg",
    "requirements.txt",
    ".gitignore",
)
_Read = TypeVar("_Read")


class Folders:
    """Answers for the files in and below a folder; each file that describes them is read once.

    It looks no higher than the top of the repository, or the root of the configuration where that is higher.
    """

    def __init__(self, base: Path, root: Path) -> None:
        bounds = (base, repository_top(base), root.resolve())
        self._top = min((each for each in bounds if each and base.is_relative_to(each)), key=lambda p: len(p.parts))
        self._spots: dict[BlindSpot, None] = {}
        self._described = cache(self._read_described)
        self._composed = cache(self._read_composed)
        self._owners_file = cache(self._read_owners_file)
        self._named = cache(self._find_project)
        self._owned = cache(self._find_owners)

    @property
    def blind_spots(self) -> tuple[BlindSpot, ...]:
        """The files that could not be used."""
        return tuple(self._spots)

    def project(self, folder: Path, highest: Path | None = None) -> str | None:
        """The name of the project that a folder belongs to, the nearest first.

        A folder is named by its catalog-info.yaml, pyproject.toml or setup.cfg, or by the service of a compose file
        that is built from it. Folders above `highest` name nothing.
        """
        return self._named(folder, highest)

    def owners(self, file: Path) -> tuple[str, ...]:
        """The owners that CODEOWNERS names for a file; else the owner in the nearest catalog-info.yaml."""
        return self._owned(file)

    def _find_project(self, folder: Path, highest: Path | None) -> str | None:
        return next((found.name for each in self._upward(folder, highest) if (found := self._of(each))), None)

    def _find_owners(self, file: Path) -> tuple[str, ...]:
        for folder in self._upward(file.parent):
            known = self._owners_file(folder)
            if known is not None:
                owners = known.owners(file.relative_to(folder).as_posix())
                return owners or self._catalogued(file)
        return self._catalogued(file)

    def _catalogued(self, file: Path) -> tuple[str, ...]:
        projects = (self._described(folder) for folder in self._upward(file.parent))
        return next(((project.owner,) for project in projects if project and project.owner), ())

    def _upward(self, folder: Path, highest: Path | None = None) -> Iterator[Path]:
        last = highest or self._top
        for each in (folder, *folder.parents):
            if each.is_relative_to(last):
                yield each

    def _of(self, folder: Path) -> Project | None:
        built = (self._composed(each).get(folder) for each in self._upward(folder))
        return self._described(folder) or next((found for found in built if found), None)

    def _read_described(self, folder: Path) -> Project | None:
        try:
            return described(folder)
        except UnusableError as error:
            return self._blind(folder, error, None)

    def _read_composed(self, folder: Path) -> Mapping[Path, Project]:
        file = next((folder / name for name in COMPOSE_NAMES if (folder / name).is_file()), None)
        try:
            return composed(file) if file else {}
        except UnusableError as error:
            return self._blind(folder, error, {})

    def _read_owners_file(self, folder: Path) -> CodeOwners | None:
        file = next((folder / name for name in OWNERS_FILES if (folder / name).is_file()), None)
        if file is None or folder.name in (".github", "docs", ".gitlab"):
            return None
        try:
            return CodeOwners(decode(file.read_bytes())[0])
        except OSError as error:
            return self._blind(folder, UnusableError(f"{file.name} cannot be opened: {error.strerror}"), None)

    def _blind(self, folder: Path, error: UnusableError, instead: _Read) -> _Read:
        self._spots[BlindSpot("service", str(folder), f"Services and owners are not known from there: {error}.")] = None
        return instead
