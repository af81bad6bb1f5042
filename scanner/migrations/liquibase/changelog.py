"""Changelogs: change sets in XML, YAML, JSON or SQL, files that include others, properties."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from scanner.errors import SourceError, reason_of
from scanner.migrations.liquibase.changes import Changes
from scanner.migrations.liquibase.tree import Element, read_tree
from scanner.migrations.migration import Migration, Recorder, quoting
from scanner.model import Engine
from scanner.text_files import READ_ERRORS, decode

_PLACEHOLDER = re.compile(r"\$\{([\w.:-]+)\}")
_FORMATTED = re.compile(r"\s*--\s*liquibase\s+formatted\s+sql", re.IGNORECASE)
_CHANGESET = re.compile(r"^[ \t]*--[ \t]*changeset\b[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE)
_ROLLBACK = re.compile(
    r"^[ \t]*--[ \t]*(?:rollback|comment|precondition\S*|ignoreLines)\b.*$", re.IGNORECASE | re.MULTILINE
)
_NAMES = {"postgres": {"postgresql"}, "mysql": {"mysql", "mariadb"}}
_SUFFIXES = (".xml", ".yaml", ".yml", ".json", ".sql")
_MAX_DEPTH = 32  # files that include files


def is_changelog(path: Path, head: str) -> bool:
    """Whether a file's first characters are a changelog's."""
    suffix = path.suffix.lower()
    if suffix == ".sql":
        return _FORMATTED.match(head) is not None
    return suffix in _SUFFIXES and "databaseChangeLog" in head


def read_changelog(path: Path, engine: Engine, without: Collection[Path] = ()) -> Migration:
    """All change sets of a changelog and of what it includes, in their order, up to a file of `without` (resolved).

    Raises SourceError.
    """
    recorder = Recorder(quoting(engine.family))
    _Reader(engine, recorder, without).file(path)
    return Migration(path.name, path, "liquibase", tuple(recorder.steps), tuple(recorder.not_analysed))


def included(path: Path, engine: Engine) -> list[Path]:
    """The changelog and the files that it includes, in the order in which they run. Raises SourceError."""
    reader = _Reader(engine, Recorder(quoting(engine.family)))
    reader.file(path)
    return reader.files


@dataclass(slots=True)
class _Reader:
    engine: Engine
    recorder: Recorder
    without: Collection[Path] = ()
    ended: bool = False  # a file that does not count has been reached, and nothing after it does
    properties: dict[str, str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    def file(self, path: Path, depth: int = 0) -> None:
        """Reads a changelog."""
        self.ended = self.ended or path.resolve() in self.without
        if self.ended or depth > _MAX_DEPTH or path in self.files:
            return
        self.files.append(path)
        if path.suffix.lower() == ".sql":
            self._sql_file(path)
            return
        root = read_tree(path)
        changes = Changes(self.engine.family, self.recorder)
        for element in takewhile(lambda _: not self.ended, root.children):
            self._fill(element)
            match element.name:
                case "property" if (name := element.get("name")) and self._applies(element):
                    self.properties.setdefault(name, element.get("value") or "")
                case "include":
                    self._include(path, element, depth)
                case "includeAll":
                    self._include_all(path, element, depth)
                case "changeSet" if self._applies(element):
                    self._change_set(path, element, changes)

    def _change_set(self, path: Path, change_set: Element, changes: Changes) -> None:
        for change in change_set.children:
            if not self._applies(change):
                continue
            if change.name == "sqlFile":
                self._sql_of(path, change)
            else:
                changes.write(change)

    def _sql_of(self, path: Path, change: Element) -> None:
        found = self._find(path, change.get("path") or "", change.get("relativeToChangelogFile") == "true")
        if found is None:
            self.recorder.skip(change.line, "sqlFile", f"there is no file {change.get('path')}")
        else:
            self.recorder.add(self._filled(_text(found)), change.line)

    def _include(self, path: Path, element: Element, depth: int) -> None:
        name = element.get("file") or ""
        found = self._find(path, name, element.get("relativeToChangelogFile") == "true")
        if found is None:
            self.recorder.skip(element.line, "include", f"there is no file {name}")
        else:
            self.file(found, depth + 1)

    def _include_all(self, path: Path, element: Element, depth: int) -> None:
        name = element.get("path") or ""
        found = self._find(path, name, element.get("relativeToChangelogFile") == "true")
        if found is None or not found.is_dir():
            self.recorder.skip(element.line, "includeAll", f"there is no folder {name}")
            return
        for each in sorted(found.rglob("*")):
            if each.suffix.lower() in _SUFFIXES:
                self.file(each, depth + 1)

    def _find(self, path: Path, name: str, relative: bool) -> Path | None:
        """A file that a changelog names: relative to it, or to a folder above it, as the search path would have it."""
        name = name.removeprefix("classpath:").lstrip("/")
        folders = [path.parent] if relative else [path.parent, *path.parents]
        return next((folder / name for folder in folders if name and (folder / name).exists()), None)

    def _applies(self, element: Element) -> bool:
        """Whether a change set, a change or a property is for this engine's database."""
        wanted = {name.strip().lower() for name in (element.get("dbms") or "").split(",") if name.strip()}
        own = _NAMES[self.engine.family]
        refused = {name[1:] for name in wanted if name.startswith("!")}
        chosen = {name for name in wanted if not name.startswith("!")}
        return not (refused & own) and (not chosen or bool(chosen & own) or "all" in chosen) and "none" not in wanted

    def _fill(self, element: Element) -> None:
        """Puts properties in place of their names, all the way down."""
        element.attributes = {key: self._filled(value) for key, value in element.attributes.items()}
        element.text = self._filled(element.text)
        for child in element.children:
            self._fill(child)

    def _filled(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda match: self.properties.get(match[1], match[0]), text) if "${" in text else text

    def _sql_file(self, path: Path) -> None:
        """Formatted SQL: each change set under a comment of its own."""
        text = _text(path)
        if not _FORMATTED.match(text):
            self.recorder.add(self._filled(text), 1)
            return
        starts = list(_CHANGESET.finditer(text))
        for index, match in enumerate(starts):
            end = starts[index + 1].start() if index + 1 < len(starts) else len(text)
            line = text.count("\n", 0, match.end()) + 1
            for each in self._options(match[1]):
                body = _ROLLBACK.sub("", text[match.end() : end])
                if body.strip() and self._applies(each):
                    self.recorder.add(self._filled(body), line)

    def _options(self, text: str) -> Iterator[Element]:
        """What stands behind ``--changeset author:id``."""
        yield Element("changeSet", 0, dict(re.findall(r"(\w+):\"?([^\"\s]+)\"?", text)))


def _text(path: Path) -> str:
    try:
        return decode(path.read_bytes())[0]
    except READ_ERRORS as error:
        raise SourceError(f"The migration {path} cannot be read: {reason_of(error)}.") from error
