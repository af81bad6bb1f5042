"""Which service an observation belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from scanner.config import ServiceRule, SourceConfig
from scanner.model import (
    BlindSpot,
    Collected,
    Family,
    LikelyPlace,
    Location,
    Mention,
    Observation,
    Query,
    RowUse,
    Unread,
)
from scanner.services.folders import Folders
from scanner.services.rules import Rules

_CODE = ("python", "sql_files")  # the kinds of sources whose observations have places
_RELATIVE = ("python", "sql_file")  # collectors of source code, whose places are relative like locations
_OF_A_PROJECT = (".py", ".sql")
_PROJECT_FILES = ("pyproject.toml", "requirements.txt")

# What is found at a place beside queries.
Placed = TypeVar("Placed", Mention, LikelyPlace)


class Services:
    """Assigns the observations of one source to services, by the first of these that says something.

    1. the service configured for the source;
    2. the configured services that match the observation: `Rules`;
    3. for source code, the files that describe the project it stands in, the nearest first: `Folders.project`;
    4. the folder: each one right below the source's path is taken for a service of its own, unless the path is
       itself a project (it holds sources, a pyproject.toml or a requirements.txt).

    The owners of a place are those of `Folders.owners`.
    """

    def __init__(self, source: SourceConfig, rules: Sequence[ServiceRule], root: Path, family: Family) -> None:
        self._services = (source.service,) if source.service else ()
        self._rules = Rules(rules, family)
        self._tree = _Tree.at(source.path, root) if source.path and source.kind in _CODE else None

    @property
    def blind_spots(self) -> tuple[BlindSpot, ...]:
        """The files about services and owners that could not be used, as far as they were asked for."""
        return self._tree.folders.blind_spots if self._tree else ()

    def assign(self, observation: Observation) -> Observation:
        """The observation with its services and owners, and its path relative to the root instead of the source's path.

        A path that does not lie below the root stays absolute.
        """
        tree, location = self._tree, observation.location
        if tree is None or location is None:
            services = self._services or self._rules.services(observation)
            return observation if services == observation.services else replace(observation, services=services)
        uses = tuple(_used(use, tree) for use in observation.row_uses)
        placed = replace(observation, location=tree.place(location), row_uses=uses)
        services = self._services or self._rules.services(placed) or (tree.service(location.path),)
        return replace(placed, services=services)

    def owned(self, found: Placed) -> Placed:
        """The same with its services and owners, placed like an observation."""
        seen = self.assign(Observation("mention", "", location=found.location))
        assert seen.location is not None
        return replace(found, location=seen.location, services=seen.services)

    def place(self, unread: Collected) -> Collected:
        """The same with the place of an Unread relative to the root, where it is relative to the source."""
        if not isinstance(unread, Unread) or self._tree is None or unread.source not in _RELATIVE:
            return unread
        return replace(unread, place=(self._tree.shown / unread.place).as_posix())


def _used(use: RowUse, tree: _Tree) -> RowUse:
    """The use with its places relative to the root."""
    location, declared = use.location and tree.place(use.location), use.declared and tree.place(use.declared)
    return replace(use, location=location, declared=declared)


@dataclass(frozen=True)
class _Tree:
    """The source code at a path."""

    base: Path  # the folder that paths of locations are relative to
    shown: PurePosixPath  # the same relative to the root, if it lies below it
    folders: Folders
    project: str | None  # the one service that the path holds; None when every folder in it is one

    @classmethod
    def at(cls, path: Path, root: Path) -> _Tree:
        folder = path if path.is_dir() else path.parent
        shown = folder.relative_to(root) if folder.is_relative_to(root) else folder
        base = folder.resolve()
        return cls(base, PurePosixPath(shown.as_posix()), Folders(base, root), _project_name(path))

    def place(self, location: Location) -> Location:
        owners = self.folders.owners(self.base / location.path)
        return replace(location, path=(self.shown / location.path).as_posix(), owners=owners)

    def service(self, path: str) -> str:
        described = self.folders.project((self.base / path).parent, self.base)
        if described is None and self.project is not None:
            described = self.folders.project(self.base)
        return described or self.project or PurePosixPath(path).parts[0]


def owned_by_role(query: Query) -> Query:
    """Names the role or user as the service of what production ran, where no service is known to have run it.

    Where only code says which services run the query, the one role that production saw is theirs, and no second owner.
    """
    ran = [o for o in query.observations if o.location is None]
    unknown = {o.user for o in ran if o.user is not None and not o.services}
    if query.services and len(unknown) < 2 and not any(o.services for o in ran):
        return query
    return replace(query, observations=tuple(_by_role(o) for o in query.observations))


def _by_role(observation: Observation) -> Observation:
    if observation.services or observation.location is not None or observation.user is None:
        return observation
    return replace(observation, services=(observation.user,))


def _project_name(path: Path) -> str | None:
    """The name of the one service that a path holds; None when every folder in it is one."""
    if not path.is_dir():
        return path.parent.name
    names = [entry.name for entry in _entries(path)]
    if any(name.endswith(_OF_A_PROJECT) or name in _PROJECT_FILES for name in names):
        return path.name
    return None


def _entries(path: Path) -> Iterable[Path]:
    try:
        return list(path.iterdir())
    except OSError:
        return []
