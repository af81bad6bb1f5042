"""The look at a repository: its files once, then what they say."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from scanner.config import DatabaseConfig, SourceConfig
from scanner.errors import SourceError
from scanner.migrations import family_of
from scanner.model import Database, Engine, Location, Observation
from scanner.progress import Progress, silent
from scanner.schema import Schema
from scanner.services import OWNERS_FILES, Services
from scanner.sources import read_schema, schema_files
from scanner.survey import sources
from scanner.survey.engines import engines, hints, named, speaks
from scanner.survey.finding import FoundDatabase, FoundSource, Hint, SchemaFiles, Survey
from scanner.survey.schemas import schemas
from scanner.text_files import decode
from scanner.trees import some, source_files

_MAX_BYTES = 20_000_000  # of one file of SQL
_HEAD = 300_000  # bytes of a file in which it tells of its engine
_DEEPEST = 3  # folders in which files that tell of engines are looked for
_MIGRATIONS = re.compile(r"migrat|version|revision|changelog|liquibase", re.I)
_SUFFIXES = (".py", ".pyi", ".sql", ".xml", ".yaml", ".yml", ".json")
_UNMADE = re.compile(r"relation (\S+) is not created by this script")
_MISFIT = re.compile(r"was created before|is not created by this script|has no column|is a (?:view|sequence)")
_UNNAMED = re.compile(r"[^\w.-]+")


def survey(root: Path, progress: Progress | None = None) -> Survey:
    """What a folder holds, as far as git does not ignore it. What cannot be read is left out."""
    tell = progress or silent
    tell("Looking at the files", 0)
    files = [path.relative_to(root).as_posix() for path in source_files(root, _wanted)]
    said = [*_hints(root, files), *named(files)]
    scripts = {path: _text(root / path, _MAX_BYTES) for path in files if _is_script(path, engines(said))}
    tell("Looking for the schema", len(files))
    found = schemas(root, scripts, (p for p in files if not p.endswith(".sql") and _MIGRATIONS.search(p)))
    databases = _databases(root, found, said, tell)
    queries = {path: text for path, text in scripts.items() if path.endswith(".sql")}
    tell("Looking for queries", len(files))
    code = (*sources.python(root, files, databases), *sources.sql(root, queries, databases))
    rows = tuple(sources.seeds(queries, databases, code))
    produced = tuple(sources.production(root, databases))
    owners = next((name for name in OWNERS_FILES if (root / name).is_file()), None)
    services = _services(root, files, [each for each in code if each.kind == "python"])
    return Survey(root.name, databases, (*produced, *code), rows, services, owners, tuple(said))


def _wanted(name: str) -> bool:
    return name.isprintable() and (name.endswith(_SUFFIXES) or family_of(name) is not None or speaks(name))


def _is_script(path: str, likely: Sequence[Hint]) -> bool:
    """Whether it is SQL, and for no other engine than the one that is most likely."""
    family = family_of(path)
    return path.endswith(".sql") if family is None else family == _family(likely[0])


def _hints(root: Path, files: Sequence[str]) -> list[Hint]:
    told = [path for path in files if path.count("/") <= _DEEPEST and speaks(path)]
    # Git ignores it almost everywhere, and it is where the address of the database stands.
    told += [path.name for path in sorted(root.glob(".env*")) if path.is_file() and path.name not in told]
    found = hints({path: _text(root / path, _HEAD) for path in told})
    # Of all programs that is asked only where nothing else tells.
    return found or hints({path: _text(root / path, _HEAD) for path in files if path.endswith(".py")})


def _text(path: Path, most: int) -> str:
    try:
        with path.open("rb") as file:
            return decode(file.read(most))[0]
    except OSError:
        return ""


def _databases(
    root: Path, found: Sequence[SchemaFiles], said: Sequence[Hint], tell: Progress
) -> tuple[FoundDatabase, ...]:
    """One for each schema; without any, one of the engine that is most likely."""
    likely = engines(said)
    databases: list[FoundDatabase] = []
    for files in found:
        engine, why = _engine(files.engine, likely)
        name = _name(files, root, [each.name for each in databases])
        tell(f"Reading the schema of {name}", 0)
        databases.append(_read(root, Database(name, engine), why, files))
    if not found and likely:
        databases.append(FoundDatabase(_clean(root.name), *_engine(None, likely), None))
    return tuple(databases)


def _engine(own: Hint | None, likely: Sequence[Hint]) -> tuple[Engine, str]:
    """What the schema says of itself, with the version from elsewhere; else what is most likely; and why."""
    if own is not None and own.version:
        return _versioned(own), own.said
    fitting = [hint for hint in likely if own is None or _family(hint) == _family(own)]
    for hint in fitting:
        if hint.version:
            return _versioned(hint), hint.said
    for hint in (*fitting, *((own,) if own else ())):
        return Engine.parse(hint.name), f"{hint.said}; the version is a guess"
    return Engine.parse("postgres"), "nothing that was read tells the engine: a guess"


def _versioned(hint: Hint) -> Engine:
    """The engine, of PostgreSQL without the number of a release that changes no behaviour."""
    major, _, _ = hint.version.partition(".")
    return Engine.parse(f"{hint.name}:{major if hint.name == 'postgres' and int(major) > 9 else hint.version}")


def _family(hint: Hint) -> str:
    return Engine.parse(hint.name).family


def _name(files: SchemaFiles, root: Path, taken: Sequence[str]) -> str:
    name = _clean(files.name or (Path(files.path).name if taken else "") or root.name)
    return name if name not in taken else f"{name}-{len(taken) + 1}"


def _clean(name: str) -> str:
    return _UNNAMED.sub("-", name).strip("-.") or "database"


def _read(root: Path, database: Database, why: str, files: SchemaFiles) -> FoundDatabase:
    """The database with what its schema holds. Changes since that do not fit the schema are none of it."""
    try:
        schema = _schema(root, database, files.paths)
        if files.since:
            without = _schema(root, database, (files.path, *files.beside))
            if _misfits(schema) > _misfits(without):
                schema = without
                files = replace(files, since=(), unread=(), others=(*files.since, *files.others))
        files = _without_read(files, _files(root, database, files.paths))
    except SourceError as error:
        return FoundDatabase(database.name, database.engine, why, files, doubt=str(error))
    return FoundDatabase(database.name, database.engine, why, files, *_tables(schema))


def _without_read(files: SchemaFiles, read: Collection[str]) -> SchemaFiles:
    """What a script of the schema reads by itself is neither left out of it nor a source of queries."""
    return replace(files, others=tuple(path for path in files.others if path not in read), past=(*files.past, *read))


def _config(root: Path, database: Database, paths: Sequence[str]) -> DatabaseConfig:
    return DatabaseConfig(database, tuple(str(root / path) for path in paths), root=root)


def _files(root: Path, database: Database, paths: Sequence[str]) -> list[str]:
    found = schema_files(_config(root, database, paths))
    return [path.relative_to(root).as_posix() for path in found if path.is_relative_to(root)]


def _schema(root: Path, database: Database, paths: Sequence[str]) -> Schema:
    return read_schema(_config(root, database, paths))[0]


def _misfits(schema: Schema) -> int:
    return sum(each.count for each in schema.skipped if _MISFIT.search(each.reason))


def _tables(schema: Schema) -> tuple[frozenset[str], str]:
    """The names of the tables, and what is wrong where there are none."""
    names = frozenset(table.name.name.lower() for table in schema.tables)
    unmade = sorted({match[1] for each in schema.skipped if (match := _UNMADE.match(each.reason))})
    if not names:
        return names, "no table was found in it"
    if len(unmade) >= len(names):
        return names, f"it changes {len(unmade)} tables that are made elsewhere ({some(unmade)}); take a dump instead"
    return names, ""


def _services(root: Path, files: Sequence[str], code: Sequence[FoundSource]) -> tuple[str, ...]:
    """The services that code is recognised to belong to without an entry."""
    found: dict[str, None] = {}
    for each in code:
        base = root / each.path
        services = Services(SourceConfig("python", path=base), (), root, "postgres")
        inside = (Path(path).relative_to(each.path) for path in files if Path(path).is_relative_to(each.path))
        folders = {path.parent: path for path in inside if path.suffix == ".py"}
        for path in folders.values():
            seen = services.assign(Observation("python", "", location=Location(path.as_posix(), 1)))
            found.update(dict.fromkeys(seen.services))
    return tuple(sorted(found))
