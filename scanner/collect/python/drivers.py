"""Which driver sends the statements of a project to PostgreSQL, where imports, addresses and requirements tell."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from scanner.collect.python.project import Module, Project
from scanner.collect.python.runs import Run
from scanner.collect.python.statements import first_word
from scanner.model import Driver, OtherEngine

_TESTS = re.compile(r"(?:^|/)(?:tests?/|test_|conftest)")
_NUMBERED = re.compile(r"\$\d")
# Drivers of engines that are not analysed here, by the first word of what is imported.
_OTHERS: dict[str, OtherEngine] = {
    **dict.fromkeys(("sqlite3", "aiosqlite", "pysqlite3"), "SQLite"),
    **dict.fromkeys(("clickhouse_driver", "clickhouse_connect", "aiochclient"), "ClickHouse"),
    **dict.fromkeys(("oracledb", "cx_Oracle"), "Oracle"),
    "duckdb": "DuckDB",
    "google": "BigQuery",
    "snowflake": "Snowflake",
    "trino": "Trino",
    "pymssql": "SQL Server",
}
_POSTGRES = frozenset(("asyncpg", "psycopg_pool", "psycopg2", "psycopg", "aiopg", "pg8000", "sqlalchemy", "django"))
_NO_DRIVERS = frozenset(("sqlalchemy", "django", "psycopg_pool"))


class Drivers:
    """What sends the statements of each project below a root: each goes by what is said in its own files.

    Where these say nothing, by what the modules that they import from elsewhere below the root say.
    """

    def __init__(self, project: Project) -> None:
        self._root = project
        self._manifests = project.manifests
        self._projects: dict[str, str] = {}  # the folder of the project of each module, by path
        self._modules: dict[str, list[Module]] = defaultdict(list)
        for module in project.loaded:
            if not _TESTS.search(module.path):
                self._modules[self._project(module)].append(module)
        self._known = {folder: self._found(folder) for folder in sorted({*map(self._project, project.loaded)})}

    def said(self, path: str) -> object:
        """All that is known of the project of a module."""
        module = self._root.module(path)
        return sorted(self._of(module).hints) if module is not None else None

    def of(self, module: Module, sql: str, run: Run) -> Driver | None:
        """The driver that prepares this module's statement by itself on connections that are kept.

        What is known of the engine that runs it goes before what its file says.

        None for any other driver, and where it is not known. Psycopg is its version 3.
        """
        if first_word(sql) == "COPY":
            return None
        known = self._of(module)
        if run.driver is not None:
            return known.of_engine(module.facts.hints, run.driver)
        return known.of(module.facts.hints, sql, mapper=run.mapper)

    @staticmethod
    def elsewhere(module: Module) -> OtherEngine | None:
        """The other engine whose driver this module imports, where it imports none of an engine that is analysed."""
        imported = {name.partition(".")[0].partition(" ")[0] for name in _named(module.facts.hints, "import")}
        others = {_OTHERS[name] for name in imported & _OTHERS.keys()}
        return others.pop() if len(others) == 1 and imported <= _OTHERS.keys() else None

    def _of(self, module: Module) -> _Known:
        folder = self._project(module)
        if folder not in self._known:  # the file was first asked for after all others
            self._known[folder] = self._found(folder)
        return self._known[folder]

    def _project(self, module: Module) -> str:
        if module.path not in self._projects:
            self._projects[module.path] = self._manifests.project(module.path)
        return self._projects[module.path]

    def _found(self, folder: str) -> _Known:
        own = self._modules[folder]
        said = self._manifests.hints(folder).union(*(each.facts.hints for each in own))
        found = _Known(said)
        if found.drivers or _addresses(said):
            return found
        return _Known(said.union(*(each.facts.hints for each in self._imported(own))))

    def _imported(self, modules: Iterable[Module]) -> list[Module]:
        """The modules that these import, directly."""
        paths = (
            self._root.find(f"{name}.{member}" if member and not whole else name, module.path, level)
            for module in modules
            for name, member, level in module.facts.imports
            for whole in (True, False)
        )
        found = (self._root.module(path) for path in dict.fromkeys(paths) if path is not None)
        return [each for each in found if each is not None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is said of one project."""

    hints: frozenset[str]

    @property
    def drivers(self) -> frozenset[str]:
        """Those that it imports or requires."""
        return ((_imported(self.hints) & _POSTGRES) | _named(self.hints, "requires")) - _NO_DRIVERS

    def of_engine(self, module: frozenset[str], named: str = "") -> Driver | None:
        """What sends a statement of SQLAlchemy, whose address may name the driver."""
        if not {"never", "no pool"}.isdisjoint(self.hints):
            return None
        named = named.removesuffix("_async")
        found = frozenset((named,)) if named else _addresses(module) or _addresses(self.hints) or self.drivers
        if found == {"asyncpg"}:
            return "sqlalchemy+asyncpg"
        return "sqlalchemy+psycopg" if found == {"psycopg"} else None

    def of(self, module: frozenset[str], sql: str, *, mapper: bool = False) -> Driver | None:
        """What sends a statement of a module with these hints."""
        if "never" in self.hints:
            return None
        here = _imported(module) & _POSTGRES
        if "sqlalchemy" not in here and "kept" not in self.hints:
            return None
        if mapper and "sqlalchemy" in here:
            return self.of_engine(module)
        if "asyncpg" in here:
            return "asyncpg"
        if "psycopg" in here:
            return "psycopg"
        if "sqlalchemy" in here:
            return self.of_engine(module)
        return self._elsewhere(sql) if not here else None

    def _elsewhere(self, sql: str) -> Driver | None:
        """For a module that is handed its connection: the one driver of the project."""
        if {"sqlalchemy", "django"} & _imported(self.hints):
            return None
        if self.drivers == {"asyncpg"} or ("asyncpg" in self.drivers and _NUMBERED.search(sql)):
            return "asyncpg"
        return "psycopg" if self.drivers == {"psycopg"} else None


def _addresses(hints: frozenset[str]) -> frozenset[str]:
    """What the addresses of SQLAlchemy name."""
    return frozenset(name.removesuffix("_async") for name in _named(hints, "address"))


def _imported(hints: frozenset[str]) -> frozenset[str]:
    found = _named(hints, "import")
    return found | {"psycopg"} if "psycopg_pool" in found else found


@lru_cache(maxsize=1024)  # modules that import the same say the same
def _named(hints: frozenset[str], kind: str) -> frozenset[str]:
    return frozenset(hint.removeprefix(f"{kind} ") for hint in hints if hint.startswith(f"{kind} "))
