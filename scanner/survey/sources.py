"""What in a repository holds queries: source code, files of SQL, logs and exports of servers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path, PurePosixPath

from scanner.config import SourceConfig, SourceKind, kinds_of
from scanner.errors import SourceError
from scanner.model import Database, Observation
from scanner.sources import collect
from scanner.survey.finding import FoundDatabase, FoundSource
from scanner.survey.versions import PROJECT_FILES
from scanner.text_files import files_under

_ASIDE = ("test", "tests", "doc", "docs", "examples", "benchmarks", "scripts", "tools", "bin")
_DML = re.compile(r"^\s*(?:SELECT|UPDATE|DELETE|WITH|MERGE|CALL|INSERT\b(?![^;]*\bVALUES\b))\b", re.M | re.I)
_ROWS = re.compile(r"^\s*(?:INSERT|REPLACE)\b[^;]*\bVALUES\b|^\s*COPY\b[^;]*\bFROM\s+stdin\b", re.M | re.I)
_SEED = re.compile(r"(?:^|[-_.])(?:data|dummy|seeds?|sample|demo|fixtures?|bootstrap)(?:[-_.]|$)", re.I)
_DDL = re.compile(r"^\s*(?:CREATE|ALTER|DROP|GRANT|COMMENT)\b", re.M | re.I)
_MAYBE_LOGS = (".log", ".csv", ".tsv", ".json", ".gz", ".bz2", ".xz", ".zst", ".1")
_ROTATED = re.compile(r"(?<=\.log)[-.].*$")
_WORD = re.compile(rb"\w+")
_MOST_BYTES = 5_000_000  # of the code of one folder, in which names of tables are looked for
_MOST_LOGS = 5_000
_FAMILIES: dict[SourceKind, str] = {"pg_stat_statements": "postgres"}  # all other kinds of production are MySQL's


def python(root: Path, files: Sequence[str], databases: Sequence[FoundDatabase]) -> Iterator[FoundSource]:
    """The folders of Python code, each with the database most of whose tables it names."""
    code = [path for path in files if path.endswith((".py", ".pyi"))]
    for folder in _roots(root, code, apart=len(databases) > 1):
        within = [path for path in code if folder == "." or path.startswith(f"{folder}/")]
        name, why = _database(root, within, databases)
        yield FoundSource("python", folder, name, why)


def seeds(scripts: Mapping[str, str], databases: Sequence[FoundDatabase], known: Iterable[FoundSource]) -> list[str]:
    """The scripts that write out rows for a new database: an INSERT without columns fails there, too."""
    read = [PurePosixPath(each.path) for each in known if each.kind == "sql_files"]
    left = [path for path in _outside(scripts, databases) if not any(map(PurePosixPath(path).is_relative_to, read))]
    others = {path for each in databases if each.schema for path in each.schema.others}
    return [path for path in left if path not in others and _ROWS.search(scripts[path])]


def sql(root: Path, scripts: Mapping[str, str], databases: Sequence[FoundDatabase]) -> Iterator[FoundSource]:
    """Folders of SQL that asks and writes more than it defines; single files where others beside them do not."""
    left = _outside(scripts, databases)
    asking = [path for path, text in left.items() if len(_DML.findall(text)) > len(_DDL.findall(text))]
    asking = [p for p in asking if not set(PurePosixPath(p).parts[:-1]) & set(_ASIDE) and not _SEED.search(_name(p))]
    folders = dict.fromkeys(os.path.dirname(path) for path in asking)
    for folder in folders:
        inside = [path for path in left if os.path.dirname(path) == folder]
        wanted = [path for path in inside if path in asking]
        for place in [folder] if folder and wanted == inside else wanted:
            name, why = _database(root, wanted if place == folder else [place], databases)
            yield FoundSource("sql_files", place, name, why)


def _outside(scripts: Mapping[str, str], databases: Iterable[FoundDatabase]) -> dict[str, str]:
    """The scripts that are no part of a schema."""
    known = ((*each.schema.paths, *each.schema.past) for each in databases if each.schema)
    schemas = [PurePosixPath(path) for paths in known for path in paths]
    return {p: t for p, t in scripts.items() if not any(PurePosixPath(p).is_relative_to(each) for each in schemas)}


def production(root: Path, databases: Sequence[FoundDatabase]) -> Iterator[FoundSource]:
    """Slow logs and exports, recognised by their content; rotated logs as one."""
    found: dict[tuple[SourceKind, str], list[Path]] = {}
    for path in islice(files_under(root, _MAYBE_LOGS), _MOST_LOGS):
        shown = path.relative_to(root).as_posix()
        for kind in kinds_of(path):
            found.setdefault((kind, _ROTATED.sub("", shown)), []).append(path)
    for (kind, shown), paths in found.items():
        family = _FAMILIES.get(kind, "mysql")
        speaking = [each for each in databases if each.engine.family == family]
        database = Database("?", speaking[0].engine) if speaking else None
        if database is not None and any(_has_queries(kind, path, database) for path in paths[:3]):
            place = shown if len(paths) == 1 and paths[0].relative_to(root).as_posix() == shown else f"{shown}*"
            why = "" if len(speaking) == 1 else "the first of its engine: whose it is was not found out"
            yield FoundSource(kind, place, speaking[0].name, why)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _has_queries(kind: SourceKind, path: Path, database: Database) -> bool:
    try:
        found = collect(SourceConfig(kind, database.name, path=path), database, None)
        return any(isinstance(item, Observation) and item.calls is not None for item in found)
    except SourceError:
        return False


def _roots(root: Path, code: Sequence[str], *, apart: bool) -> list[str]:
    """The whole project; else each folder of code, and of a folder of projects each one where they are told `apart`."""
    if not apart and (any("/" not in path for path in code) or _is_project(root)):
        return ["."] if code else []
    tops = [top for top in _below(code, "") if top not in _ASIDE]
    roots: list[str] = []
    for top in tops:
        inner = _below(code, f"{top}/")
        holds = any(path.count("/") == 1 for path in code if path.startswith(f"{top}/")) or _is_project(root / top)
        roots += [top] if holds or not apart or len(inner) < 2 else [f"{top}/{each}" for each in inner]
    return roots


def _below(code: Iterable[str], prefix: str) -> list[str]:
    """The folders right below a prefix that hold code."""
    paths = (path[len(prefix) :] for path in code if path.startswith(prefix))
    return sorted({path.partition("/")[0] for path in paths if "/" in path})


def _is_project(folder: Path) -> bool:
    return any((folder / name).exists() for name in PROJECT_FILES)


def _database(root: Path, paths: Iterable[str], databases: Sequence[FoundDatabase]) -> tuple[str, str]:
    """The database that files speak to, and why."""
    if len(databases) < 2:
        return (databases[0].name if databases else ""), ""
    words = _words(root, paths)
    named = {each.name: len(each.tables & words) for each in databases}
    best = max(databases, key=lambda each: named[each.name] / max(len(each.tables), 1))
    if not named[best.name]:
        return best.name, "it names no table of any: whose it is was not found out"
    return best.name, f"it names {named[best.name]} of its {len(best.tables)} tables"


def _words(root: Path, paths: Iterable[str]) -> set[str]:
    words: set[bytes] = set()
    left = _MOST_BYTES
    for path in paths:
        try:
            data = (root / path).read_bytes()[:left]
        except OSError:
            continue
        words.update(_WORD.findall(data.lower()))
        left -= len(data)
        if left <= 0:
            break
    return {word.decode("utf-8", "replace") for word in words}
