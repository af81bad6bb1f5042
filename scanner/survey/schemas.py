"""Where a repository writes its tables down: dumps, folders of migrations, scripts of DDL."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from scanner.migrations import family_of, tool_of
from scanner.schema.dialect import foreign_signs
from scanner.survey.finding import Hint, SchemaFiles
from scanner.survey.versions import since, together

_HEAD = 4_000  # characters in which a dump says what it is
_DUMPED = re.compile(r"^-- Dumped from database version (\d+(?:\.\d+)?)", re.M)
_MYSQL_DUMP = re.compile(r"^-- (?:MySQL|MariaDB) dump\b", re.M)
_SERVER = re.compile(r"^-- Server version\s+(\d+\.\d+)[\d.]*(-MariaDB)?", re.M)
_OF_DATABASE = re.compile(r"^-- Host: .*\bDatabase: (\w+)", re.M)
_TABLE = re.compile(r"^\s*CREATE\s+(?:UNLOGGED\s+)?TABLE\b", re.M | re.I)
_TABLE_NAME = re.compile(_TABLE.pattern + r"\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.`\"]+)", re.M | re.I)
_WHOLE = re.compile(r"schema|structure|dump", re.I)  # in the name of a script that has everything
_MAKES = re.compile(r"^\s*CREATE\b", re.M | re.I)
_WRITES = re.compile(r"^\s*(?:INSERT|UPDATE|DELETE|SELECT|COPY)\b", re.M | re.I)
_CHANGE = re.compile(r"^\s*ALTER\s+TABLE\b", re.M | re.I)
_SCHEMA_NAME = re.compile(r"schema|structure|ddl|tables|create|init|full", re.I)
_SUFFIX = re.compile(r"[-_.]?(?:schema|structure|dump|ddl|tables|db|full)(?:[-_.]?v?\d+)?$", re.I)
_ASIDE = re.compile(r"(?:^|/)(?:tests?|testing|fixtures?|testdata|examples?|docs?)(?:/|$)", re.I)
_TOOLS = {
    "django": "Django's migrations",
    "alembic": "Alembic's revisions",
    "flyway": "Flyway's migrations",
    "liquibase": "Liquibase's changelogs",
}


def schemas(root: Path, scripts: Mapping[str, str], others: Iterable[str]) -> list[SchemaFiles]:
    """What is most likely the schema of each database: dumps, else migrations, else the script with most tables.

    `scripts` are the texts of SQL files by path, `others` paths of files that may be migrations of another kind.
    """
    scripts = _beside_tests(scripts)
    dumps = [found for path, text in scripts.items() if (found := _dump(path, text)) is not None]
    migrations = _migrations(root, [*scripts, *others])
    dumped = {found.path for found in dumps}
    left = {path: text for path, text in scripts.items() if path not in dumped}
    plain = {path: text for path, text in left.items() if family_of(path) or tool_of(root / path) == "sql"}
    groups = [group for group in (dumps, migrations, _written(root, plain)) if group]
    other = tuple(each.path for group in groups[1:] for each in group)
    return [replace(each, others=(*each.others, *other)) for group in groups[:1] for each in group]


def _beside_tests(scripts: Mapping[str, str]) -> Mapping[str, str]:
    """Those that are no part of tests, if there are any."""
    return {path: text for path, text in scripts.items() if not _ASIDE.search(os.path.dirname(path))} or scripts


def _dump(path: str, text: str) -> SchemaFiles | None:
    head = text[:_HEAD]
    if not _TABLE.search(text):
        return None
    if match := _DUMPED.search(head):
        hint = Hint("postgres", match[1], 100, f"{path} was dumped from PostgreSQL {match[1]}")
        return SchemaFiles(path, "a dump", hint, _stem(path))
    if _MYSQL_DUMP.search(head):
        server, database = _SERVER.search(head), _OF_DATABASE.search(head)
        name = "mariadb" if "MariaDB" in head else "mysql"
        version = server[1] if server else ""
        hint = Hint(name, version, 100, f"{path} was dumped from {name} {version}".rstrip())
        return SchemaFiles(path, "a dump", hint, database[1] if database else _stem(path))
    return None


def _stem(path: str) -> str:
    """What a file is called without what says that it is a schema; empty where nothing is left."""
    return _SUFFIX.sub("", PurePosixPath(path).name.partition(".")[0])


def _migrations(root: Path, paths: Iterable[str]) -> list[SchemaFiles]:
    """A folder for each project of a tool."""
    folders: dict[tuple[str, str], None] = {}
    for path in paths:
        tool = tool_of(root / path)
        if tool in _TOOLS and not _ASIDE.search(os.path.dirname(path)):
            folders[tool, _project(root, path, tool)] = None
    whole = [
        (tool, folder)
        for tool, folder in folders
        if not any(o != folder and _within(folder, o) for t, o in folders if t == tool)
    ]
    return [SchemaFiles(folder, _TOOLS[tool]) for tool, folder in whole]


def _project(root: Path, path: str, tool: str) -> str:
    """The folder that a tool is given."""
    folder = PurePosixPath(path).parent
    above = (folder, *folder.parents)
    if tool == "django":
        return next((str(each) for each in above if (root / each / "manage.py").exists()), str(folder.parent.parent))
    if tool == "alembic":
        return next((str(each) for each in above if (root / each / "env.py").exists()), str(folder))
    return str(folder)


def _within(folder: str, other: str) -> bool:
    return PurePosixPath(folder).is_relative_to(other)


def _written(root: Path, scripts: Mapping[str, str]) -> list[SchemaFiles]:
    """The script that is most likely the schema, those of its other parts, and those that were to change it since."""
    tables = {path: len(_TABLE.findall(text)) for path, text in scripts.items()}
    found = sorted(
        (path for path, text in scripts.items() if tables[path] or _CHANGE.search(text)),
        key=lambda path: (not tables[path], not _SCHEMA_NAME.search(PurePosixPath(path).name), -tables[path], path),
    )
    if not found or not tables[found[0]]:
        return []
    inside = _parts(found[0], scripts)
    if len(inside) > 1:
        others = _others(found[0], found, inside)
        return [SchemaFiles(os.path.dirname(found[0]), "scripts", _signs(found[0], scripts[found[0]]), "", others)]
    made = {path: [name.lower() for name in _TABLE_NAME.findall(scripts[path])] for path in found}
    (first, *beside), superseded = together(root, found[0], made)
    changes, past = since((first, *beside), scripts)
    known = [path for path in scripts if any(PurePosixPath(path).is_relative_to(each) for each in changes)]
    others = _others(first, found, (first, *beside, *superseded, *known, *past))
    what = f"{len(beside) + 1} scripts" if beside else "a script"
    return [
        SchemaFiles(
            first,
            what,
            _signs(first, scripts[first]),
            _stem(first),
            others,
            tuple(beside),
            tuple(changes),
            (*superseded, *past),
            _programs(root, (first, *beside), changes),
        )
    ]


def _others(first: str, found: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Those that are not known yet; first the ones that are called like the schema."""
    left = (path for path in found if path not in known)
    return tuple(sorted(left, key=lambda path: PurePosixPath(path).name != PurePosixPath(first).name))


def _programs(root: Path, whole: Sequence[str], changes: Iterable[str]) -> tuple[str, ...]:
    """The Python files of those versions: they change the schema by what they do."""
    folders = {PurePosixPath(change).parent for change in changes}
    files = sorted(file for folder in folders for file in (root / folder).glob("*/*.py") if file.stem != "__init__")
    paths = [file.relative_to(root).as_posix() for file in files]
    newer, _ = since(whole, paths)
    return tuple(path for path in paths if any(PurePosixPath(path).is_relative_to(each) for each in newer))


def _parts(first: str, scripts: Mapping[str, str]) -> list[str]:
    """The scripts of its folder, where together they make one schema: each makes something, no table is made twice."""
    folder, name = os.path.split(first)
    if _WHOLE.search(name):
        return [first]
    inside = {path: text for path, text in scripts.items() if os.path.dirname(path) == folder}
    made = [name.lower() for text in inside.values() for name in _TABLE_NAME.findall(text)]
    whole = all(_MAKES.search(text) and not _WRITES.search(text) for text in inside.values())
    return list(inside) if folder and whole and len(set(made)) == len(made) else [first]


def _signs(path: str, text: str) -> Hint | None:
    """The family of engines that alone reads the script."""
    signs = {"mysql": foreign_signs(text, "postgres"), "postgres": foreign_signs(text, "mysql")}
    known = ((name, ", ".join(found)) for name, found in signs.items() if found)
    return next((Hint(name, "", 50, f"{path} is written for {name} ({said})") for name, said in known), None)
