"""What a statement is resolved against: engines, databases and the names of relations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from scanner.errors import UsageError

Family = Literal["postgres", "mysql"]

# The version taken when a user names only the engine: the oldest with full support, so that nothing newer is assumed.
DEFAULT_VERSIONS: dict[str, tuple[int, ...]] = {"postgres": (15,), "mysql": (8, 0), "mariadb": (10, 11)}
_NAME_BYTES = 63
_ALIASES = {"postgresql": "postgres", "pg": "postgres", "maria": "mariadb"}


@dataclass(frozen=True, slots=True)
class Engine:
    """A database engine and its version, as in ``postgres:16`` or ``mariadb:10.11``."""

    name: str  # postgres, mysql or mariadb
    version: tuple[int, ...]

    @classmethod
    def parse(cls, text: str | Engine) -> Engine:
        """Reads ``name[:version]``; without a version DEFAULT_VERSIONS is taken. Raises UsageError."""
        if isinstance(text, Engine):
            return text
        match = re.fullmatch(r"\s*([a-z]+)(?:[:@ ]\s*(\S+))?\s*", text.lower())
        name = _ALIASES.get(match[1], match[1]) if match else text
        if match is None or name not in DEFAULT_VERSIONS:
            raise UsageError(
                f"{text!r} is no engine this scanner knows: write postgres, mysql or mariadb, "
                "with a version as in postgres:16."
            )
        if match[2] is None:
            return cls(name, DEFAULT_VERSIONS[name])
        version = re.match(r"\d+(?:\.\d+)*", match[2])  # behind it a server may say what it was built for
        if version is None:
            raise UsageError(f"{text!r} has no version that is a number: write one as in postgres:16, or none.")
        return cls(name, tuple(map(int, version[0].split("."))))

    @property
    def family(self) -> Family:
        """The syntax it speaks: MariaDB is read as MySQL and differs in its rules."""
        return "postgres" if self.name == "postgres" else "mysql"

    @property
    def title(self) -> str:
        """As it is called in sentences."""
        return {"postgres": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}[self.name]

    def fold(self, name: str, *, quoted: bool = False) -> str:
        """An identifier as the catalogue holds it: PostgreSQL folds unquoted names to lower case, MySQL keeps them."""
        return folded(name, quoted) if self.family == "postgres" else name

    def column_key(self, name: str) -> str:
        """The form in which two column names (or aliases of columns) are compared: MySQL ignores case."""
        return name if self.family == "postgres" else name.lower()

    def __str__(self) -> str:
        return f"{self.name}:{'.'.join(map(str, self.version))}"


@lru_cache(maxsize=65_536)
def folded(name: str, quoted: bool) -> str:
    """PostgreSQL's form of an identifier: lower case unless it is quoted, and its first 63 bytes."""
    return (name if quoted else name.lower()).encode()[:_NAME_BYTES].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class Database:
    """One logical database of the company; every source and every change is bound to one."""

    name: str
    engine: Engine
    # PostgreSQL: schemas in lookup order. MySQL: server databases whose tables this is; empty means "not known".
    search_path: tuple[str, ...] = ()
    sql_mode: frozenset[str] | None = None  # MySQL only, upper case; None means the engine's default

    @property
    def schemas(self) -> tuple[str, ...]:
        """The search path in force: PostgreSQL's default is ``public`` (``"$user"`` is left out)."""
        return self.search_path or (("public",) if self.engine.family == "postgres" else ())


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A relation's name; schema None means "the database's own", as in a mysqldump without USE."""

    schema: str | None
    name: str

    def __str__(self) -> str:
        return self.name if self.schema in (None, "public") else f"{self.schema}.{self.name}"
