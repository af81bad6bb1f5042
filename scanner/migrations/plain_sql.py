"""Migrations written in SQL: Flyway's, and those of tools that mark or name the way up and the way down.

Facts: documentation.red-gate.com/flyway (naming, placeholders); goose and dbmate mark sections in comments;
golang-migrate and others name files ``.up.sql`` and ``.down.sql``. Behind ``.sql`` may stand the engine that a file is
for, as in ``full.sql.postgres``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from scanner.errors import SourceError, reason_of
from scanner.migrations.migration import Migration, NotAnalysed, Step
from scanner.model import Family
from scanner.text_files import READ_ERRORS, decode, open_binary

_FLYWAY = re.compile(r"([VRUB])((?:\d+(?:[._]\d+)*)?)__(.+)\.sql", re.IGNORECASE)
_DOWN = re.compile(
    r"^[ \t]*--[ \t]*(?:(?:\+goose|migrate:)[ \t]*down|rollback|@down|@undo|\+micrate[ \t]+down)\b",
    re.IGNORECASE | re.MULTILINE,
)
_UP = re.compile(
    r"^[ \t]*--[ \t]*(?:(?:\+goose|migrate:)[ \t]*up|@up|\+micrate[ \t]+up)\b.*$", re.IGNORECASE | re.MULTILINE
)
_UNDOING = re.compile(r"(?:[._-](?:down|rollback|undo|revert))\.sql$", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\$\{([\w.:-]+)\}")
_CONF = re.compile(r"^[ \t]*flyway\.placeholders\.([\w.-]+)[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_NUMBER = re.compile(r"\d+")
_OF_ENGINE: dict[Family, tuple[str, ...]] = {
    "postgres": (".sql.postgres", ".sql.postgresql", ".sql.pgsql", ".sql.pg"),
    "mysql": (".sql.mysql", ".sql.mariadb"),
}
_CONFIG_FILES = ("flyway.conf", "conf/flyway.conf", "flyway.toml")
_MAX_UP = 8  # folders above the migrations in which Flyway's configuration may be


def read_sql(path: Path) -> Migration:
    """What a file of SQL does when it is applied, with the lines it has. Raises SourceError."""
    text = _text(path)
    flyway = is_flyway(path)
    known = placeholders(path) if flyway else {}
    missing: list[NotAnalysed] = []

    def value(match: re.Match[str]) -> str:
        if match[1] in known:
            return known[match[1]]
        line = text.count("\n", 0, match.start()) + 1
        why = "flyway.conf gives it no value; its name is taken for it"
        missing.append(NotAnalysed(line, match[0], why))
        return re.sub(r"\W", "_", match[1])

    applied = _PLACEHOLDER.sub(value, _upward(text)) if flyway else _upward(text)
    return Migration(path.name, path, "flyway" if flyway else "sql", (Step(applied, 1),), tuple(missing))


def suffixes(family: Family) -> tuple[str, ...]:
    """How files of SQL end that are for these engines, or for any."""
    return (".sql", *_OF_ENGINE[family])


def family_of(name: str) -> Family | None:
    """The engines that a file is for by its name; None where it says none, or another."""
    return next((family for family, ends in _OF_ENGINE.items() if name.lower().endswith(ends)), None)


def is_flyway(path: Path) -> bool:
    """Whether a file is named as Flyway names migrations."""
    return _FLYWAY.fullmatch(path.name) is not None


def last_version(folder: Path) -> str | None:
    """The highest version of Flyway's migrations in a folder and those below, as its file writes it."""
    found = [match for path in folder.rglob("*.sql") if (match := _FLYWAY.fullmatch(path.name)) and match[2]]
    return max((match[2] for match in found), key=_numbers, default=None)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in _NUMBER.findall(version)]


def undoes(path: Path) -> bool:
    """Whether a file takes a migration back."""
    flyway = _FLYWAY.fullmatch(path.name)
    return flyway[1].upper() == "U" if flyway else _UNDOING.search(path.name) is not None


def order(paths: Iterable[Path]) -> list[Path]:
    """In the order in which they run: by version, then what is run again whenever it changes, then by name."""
    return sorted((path for path in paths if not undoes(path)), key=_rank)


def _rank(path: Path) -> tuple[object, ...]:
    flyway = _FLYWAY.fullmatch(path.name)
    if flyway is None:
        return 0, path.parent, _natural(path.name)
    if flyway[1].upper() == "R":
        return 2, _natural(flyway[3])
    return 1, _numbers(flyway[2])


def _natural(name: str) -> list[tuple[str, int]]:
    """Numbers count as numbers: 2_x before 10_x."""
    return [(word, int(number) if number else -1) for word, number in re.findall(r"(\D*)(\d*)", name.lower())]


def _upward(text: str) -> str:
    """The part that applies the migration; lines stay where they are."""
    up = _UP.search(text)
    down = _DOWN.search(text)
    if down is None:
        return text
    if up is not None and up.start() > down.start():
        return "\n" * text.count("\n", 0, up.start()) + text[up.start() :]
    return text[: down.start()] if up is not None else text


def placeholders(path: Path) -> Mapping[str, str]:
    """The values that Flyway's configuration beside or above a migration gives to placeholders."""
    for folder in list(path.parents)[:_MAX_UP]:
        for name in _CONFIG_FILES:
            if (folder / name).is_file():
                return _values(folder / name)
    return {}


def _values(file: Path) -> Mapping[str, str]:
    text = _text(file)
    if file.suffix != ".toml":
        return {match[1]: match[2] for match in _CONF.finditer(text)}
    try:
        found = tomllib.loads(text).get("flyway", {}).get("placeholders", {})
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{file} is not TOML that can be read: {error}.") from error
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _text(path: Path) -> str:
    try:
        with open_binary(path) as stream:
            return decode(stream.read())[0]
    except READ_ERRORS as error:
        raise SourceError(f"The migration {path} cannot be read: {reason_of(error)}.") from error
