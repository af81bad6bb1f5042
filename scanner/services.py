"""Which service an observation belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from scanner.config import ServiceRule, SourceConfig
from scanner.model import Collected, Location, Observation, Query, Unread

_RELATIVE = ("python", "sql_file")  # collectors of source code, whose places are relative like locations
_OF_A_PROJECT = (".py", ".sql")
_PROJECT_FILES = ("pyproject.toml", "requirements.txt")


class Services:
    """Assigns the observations of one source to services, by the first of these that says something.

    1. the service configured for the source;
    2. the first configured service whose patterns match the observation's path, or its user and host;
    3. for source code, the folder: each one right below the source's path is taken for a service of its own,
       unless the path is itself a project (it holds sources, a pyproject.toml or a requirements.txt).
    """

    def __init__(self, source: SourceConfig, rules: Sequence[ServiceRule], root: Path) -> None:
        self._service = source.service
        self._rules = rules
        self._folder = _shown_folder(source.path, root) if source.path else None
        self._project = _project_name(source.path) if source.path else None

    def assign(self, observation: Observation) -> Observation:
        """The observation with its service, and its path relative to the root instead of the source's path.

        A path that does not lie below the root stays absolute.
        """
        placed = self._placed(observation)
        service = self._service or _by_rule(placed, self._rules) or self._by_folder(observation)
        return replace(placed, service=service)

    def place(self, unread: Collected) -> Collected:
        """The same with the place of an Unread relative to the root, where it is relative to the source."""
        if not isinstance(unread, Unread) or self._folder is None or unread.source not in _RELATIVE:
            return unread
        return replace(unread, place=(self._folder / unread.place).as_posix())

    def _placed(self, observation: Observation) -> Observation:
        if observation.location is None or self._folder is None:
            return observation
        uses = tuple(replace(use, location=self._under(use.location)) for use in observation.row_uses)
        return replace(observation, location=self._under(observation.location), row_uses=uses)

    def _under(self, location: Location | None) -> Location | None:
        if location is None or self._folder is None:
            return location
        return replace(location, path=(self._folder / location.path).as_posix())

    def _by_folder(self, observation: Observation) -> str | None:
        if observation.location is None or self._folder is None:
            return None
        return self._project or PurePosixPath(observation.location.path).parts[0]


def owned_by_role(query: Query) -> Query:
    """Names the role or user as the service of observations, when no service is known to run the query.

    Where one is known, what production counted for a shared role adds no second owner.
    """
    if query.services:
        return query
    return replace(query, observations=tuple(replace(o, service=o.user) for o in query.observations))


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


def _shown_folder(path: Path, root: Path) -> PurePosixPath:
    folder = path if path.is_dir() else path.parent
    return PurePosixPath((folder.relative_to(root) if folder.is_relative_to(root) else folder).as_posix())


def _by_rule(observation: Observation, rules: Iterable[ServiceRule]) -> str | None:
    return next((rule.name for rule in rules if _matches(rule, observation)), None)


def _matches(rule: ServiceRule, observation: Observation) -> bool:
    if observation.location is not None and rule.paths:
        path = observation.location.path
        return any(fnmatchcase(path, p) or fnmatchcase(path, f"{p.rstrip('/')}/*") for p in rule.paths)
    by_account = bool(rule.users or rule.hosts)
    return by_account and _one_of(rule.users, observation.user) and _one_of(rule.hosts, observation.host)


def _one_of(patterns: Sequence[str], value: str | None) -> bool:
    return not patterns or (value is not None and any(fnmatchcase(value, pattern) for pattern in patterns))
