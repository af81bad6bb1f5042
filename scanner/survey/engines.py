"""Which engines a repository speaks to: images that it runs, addresses, settings, drivers it requires or imports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from scanner.migrations import family_of
from scanner.survey.finding import Hint

# What an image, a scheme of addresses, a backend of Django's or a driver is of; the first that fits counts.
_ENGINES = (
    ("mariadb", re.compile(r"mariadb", re.I)),
    ("mysql", re.compile(r"mysql|percona|pymysql|aiomysql|asyncmy", re.I)),
    ("postgres", re.compile(r"postg|timescale|pgvector|psycopg|asyncpg|aiopg|pg8000", re.I)),
)
_IMAGE = re.compile(
    r"^[ \t]*(?:-[ \t]*)?(?:image:|FROM)[ \t]*[\"']?((?:[\w.-]+(?::\d+)?/)*"
    r"(?:postgres(?:ql)?|postgis|timescaledb(?:-ha)?|pgvector|mysql(?:-server)?|percona(?:-server)?|mariadb))"
    r"(?::([^\s\"'@]+))?[\"']?[ \t]*(?:$|@|#|AS\b)",
    re.M | re.I,
)
_ADDRESS = re.compile(r"\b(postgres(?:ql)?|postgis|mysql|mariadb)(?:\+\w+)?://", re.I)
_DIALECT = re.compile(r"\b((?:postgresql|mysql|mariadb)\+\w+)\b(?!://)", re.I)
_BACKEND = re.compile(r"\bENGINE[\"']?\s*[:=]\s*[\"']([\w.]*(?:postg|mysql)[\w.]*)[\"']", re.I)
_DRIVER = re.compile(
    r"(?<![\w-])(asyncpg|psycopg2?(?:-binary|-c)?|psycopg2cffi|aiopg|pg8000"
    r"|mysqlclient|pymysql|aiomysql|asyncmy|mysql-connector(?:-python)?|mariadb)(?![\w-])",
    re.I,
)
_IMPORT = re.compile(
    r"^[ \t]*(?:import|from)[ \t]+(asyncpg|psycopg2?|psycopg2cffi|aiopg|pg8000"
    r"|MySQLdb|pymysql|aiomysql|asyncmy|mysql\.connector|mariadb)\b",
    re.M,
)
_PG = re.compile(r"pg(\d+)")
_NUMBER = re.compile(r"(?:.*?:-)?v?(\d+(?:\.\d+)?)")  # ${PG_VERSION:-16} too

_IMAGES = ("*compose*.y*ml", "Dockerfile*", "*.dockerfile", ".gitlab-ci.yml", ".github/workflows/*.y*ml", ".travis.yml")
_ADDRESSES = ("*.env", ".env*", "*.ini", "*.cfg", "*.conf", "*.toml", "*.y*ml", "settings*.py", "config*.py")
_BACKENDS = ("settings*.py", "*/settings/*.py", "config*.py")
_REQUIREMENTS = ("requirements*", "*/requirements/*", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile")
_PROGRAMS = ("*.py",)
SPEAKING = (*_IMAGES, *_ADDRESSES, *_BACKENDS, *_REQUIREMENTS)
# What weighs how much: what is run, what is connected to, what could be connected to.
_READERS: tuple[tuple[tuple[str, ...], re.Pattern[str], int, str], ...] = (
    (_IMAGES, _IMAGE, 8, "runs"),
    (_BACKENDS, _BACKEND, 5, "names"),
    (_ADDRESSES, _ADDRESS, 4, "has an address of"),
    (_ADDRESSES, _DIALECT, 4, "names"),
    (_REQUIREMENTS, _DRIVER, 2, "requires"),
    (_PROGRAMS, _IMPORT, 1, "imports"),
)


def speaks(path: str) -> bool:
    """Whether a file of this path, relative to the root, may tell of engines."""
    return _is_like(path, SPEAKING)


def hints(texts: Mapping[str, str]) -> list[Hint]:
    """What files tell, by path; each thing once, the weightiest first, at the file that is least deep."""
    found: dict[tuple[str, str, int], Hint] = {}
    for path in sorted(texts, key=lambda path: (path.count("/"), path)):
        for key, hint in _said(path, texts[path]):
            found.setdefault((*key, hint.weight), hint)
    return sorted(found.values(), key=lambda hint: (-hint.weight, not hint.version))


def named(paths: Iterable[str]) -> list[Hint]:
    """What the names of files of SQL tell, as ``full.sql.postgres`` does: each engine once."""
    found: dict[str, Hint] = {}
    for path in paths:
        family = family_of(path)
        if family is not None:
            found.setdefault(family, Hint(family, "", 2, f"{path} is named after it"))
    return list(found.values())


def engines(found: Sequence[Hint]) -> list[Hint]:
    """One for each engine, the most likely first, with the version that the weightiest hint of it has."""
    weights: dict[str, int] = {}
    best: dict[str, Hint] = {}
    for hint in found:
        weights[hint.name] = weights.get(hint.name, 0) + hint.weight
        best.setdefault(hint.name, hint)
    return sorted(best.values(), key=lambda hint: -weights[hint.name])


def _said(path: str, text: str) -> Iterator[tuple[tuple[str, str], Hint]]:
    for patterns, pattern, weight, verb in _READERS:
        if not _is_like(path, patterns):
            continue
        for match in pattern.finditer(_uncommented(text)):
            what, version = match[1], _version(match[2]) if pattern is _IMAGE else ""
            name = next((name for name, sign in _ENGINES if sign.search(what)), None)
            if name is not None:
                shown = f"{what}:{match[2]}" if version else what
                yield (name, what.lower()), Hint(name, version, weight, f"{path} {verb} {shown}")


def _version(tag: str | None) -> str:
    match = _PG.search(tag or "") or _NUMBER.match(tag or "")
    return match[1] if match else ""


def _uncommented(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("#", ";")))


def _is_like(path: str, patterns: tuple[str, ...]) -> bool:
    name = path.rpartition("/")[2]
    return any(fnmatchcase(path if "/" in pattern else name, pattern) for pattern in patterns)
