"""Which driver sends the statements of a project to PostgreSQL, where imports, addresses and requirements tell."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from scanner.collect.python.project import Module, Project
from scanner.collect.python.statements import first_word
from scanner.model import Driver

_IMPORTS = re.compile(
    r"^[ \t]*(?:import|from)[ \t]+(asyncpg|psycopg_pool|psycopg2|psycopg|aiopg|pg8000|sqlalchemy|django)\b", re.M
)
_ADDRESS = re.compile(r"postgresql\+(asyncpg|psycopg2|psycopg_async|psycopg|pg8000)\b")
_REQUIRED = re.compile(r"(?<![\w-])(asyncpg|psycopg2|psycopg|aiopg|pg8000)(?![\w])", re.I)
_REQUIREMENTS = ("requirements*.txt", "requirements/*.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile")
# Ways to keep a driver from preparing: psycopg 3, asyncpg, SQLAlchemy's asyncpg dialect.
# A connection that ends with the call that opened it has prepared nothing when the column comes.
_KEPT = re.compile(
    r"psycopg_pool|\b(?:Async)?ConnectionPool\(|\bcreate_pool\("
    r"|^(?:\w+|[ \t]+(?:self|cls)\.\w+)[ \t]*(?::[^=\n]+)?=[ \t]*(?:await[ \t]+)?(?:psycopg|asyncpg)\.[\w.]*connect\(",
    re.M,
)
_NO_POOL = re.compile(r"poolclass[\"']?\s*[=:]\s*(?:\w+\.)*NullPool")
_NEVER = re.compile(r"prepare_threshold[\"']?\s*[=:]\s*None|statement_cache_size[\"']?\s*[=:]\s*0\b")
_TESTS = re.compile(r"(?:^|/)(?:tests?/|test_|conftest)")
_NUMBERED = re.compile(r"\$\d")
_MAX_BYTES = 1_000_000


class Drivers:
    """What sends a project's statements; psycopg is its version 3."""

    def __init__(self, project: Project) -> None:
        self._root = project.root
        self._modules = tuple(module for module in project.loaded if not _TESTS.search(module.path))
        self._imports: dict[str, frozenset[str]] = {}
        self._said: dict[re.Pattern[str], bool] = {}

    def of(self, module: Module, sql: str) -> Driver | None:
        """The driver that prepares this module's statement by itself on connections that are kept.

        None for any other driver, and where it is not known.
        """
        if self._says(_NEVER) or first_word(sql) == "COPY":
            return None
        here = self._imported(module)
        if "sqlalchemy" not in here and not self._says(_KEPT):
            return None
        if "asyncpg" in here:
            return "asyncpg"
        if "psycopg" in here:
            return "psycopg"
        if "sqlalchemy" in here:
            return None if self._says(_NO_POOL) else self._behind_sqlalchemy
        return self._elsewhere(sql) if not here else None

    def _elsewhere(self, sql: str) -> Driver | None:
        """For a module that is handed its connection: the one driver of the project."""
        if "sqlalchemy" in self._known or "django" in self._known:
            return None
        drivers = (self._known | self._required) - {"psycopg_pool"}
        if drivers == {"asyncpg"} or ("asyncpg" in drivers and _NUMBERED.search(sql)):
            return "asyncpg"
        return "psycopg" if drivers == {"psycopg"} else None

    @cached_property
    def _behind_sqlalchemy(self) -> Driver | None:
        named = {name.removesuffix("_async") for module in self._modules for name in _ADDRESS.findall(module.text)}
        found = named or (self._known | self._required) - {"sqlalchemy", "django", "psycopg_pool"}
        if found == {"asyncpg"}:
            return "sqlalchemy+asyncpg"
        return "sqlalchemy+psycopg" if found == {"psycopg"} else None

    def _says(self, pattern: re.Pattern[str]) -> bool:
        if pattern not in self._said:
            self._said[pattern] = any(pattern.search(module.text) for module in self._modules)
        return self._said[pattern]

    @cached_property
    def _known(self) -> frozenset[str]:
        """What the project imports anywhere."""
        return frozenset().union(*map(self._imported, self._modules))

    @cached_property
    def _required(self) -> frozenset[str]:
        folder = self._root if self._root.is_dir() else self._root.parent
        files = (path for pattern in _REQUIREMENTS for path in folder.glob(pattern))
        return frozenset(name.lower() for path in files for name in _REQUIRED.findall(_text(path)))

    def _imported(self, module: Module) -> frozenset[str]:
        if module.path not in self._imports:
            found = frozenset(_IMPORTS.findall(module.text))
            self._imports[module.path] = found | {"psycopg"} if "psycopg_pool" in found else found
        return self._imports[module.path]


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_BYTES)
    except OSError:
        return ""
