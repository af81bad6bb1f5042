"""The apps of a Django project, their migrations in order, and the models these lead to."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from scanner.migrations.django import contrib
from scanner.migrations.django.operations import Operations
from scanner.migrations.django.sql import Writer
from scanner.migrations.django.state import Model, State
from scanner.migrations.imports import find_class
from scanner.migrations.links import building_on
from scanner.migrations.migration import Migration, Recorder, quoting
from scanner.migrations.module import Module
from scanner.migrations.values import Class
from scanner.model import Engine
from scanner.text_files import decode

_MARKS = ("manage.py", ".git", "pyproject.toml", "setup.py")
_NO_SOURCE = {".git", ".hg", ".tox", ".venv", "venv", "node_modules", "__pycache__", "site-packages"}
_LABEL = re.compile(r"^\s+label\s*=\s*['\"](\w+)['\"]", re.MULTILINE)
_SETTING = re.compile(r"^(AUTH_USER_MODEL|DEFAULT_AUTO_FIELD)\s*=\s*['\"]([\w.]+)['\"]", re.MULTILINE)
_CONTRIB = re.compile(r"['\"](django\.contrib\.\w+)")
_MIGRATION = re.compile(r"^class Migration\b", re.MULTILINE)

Key = tuple[str, str]  # an app's label, a migration's name


def is_migration(text: str) -> bool:
    """Whether a file's text is a migration of Django's."""
    return _MIGRATION.search(text) is not None and "operations" in text


@dataclass(frozen=True, slots=True)
class _File:
    """A migration as its file writes it."""

    key: Key
    path: Path
    module: Module | None  # None: no file of the project's
    operations: list[object]
    dependencies: tuple[Key, ...]
    replaces: tuple[Key, ...]


@dataclass(slots=True, eq=False, weakref_slot=True)
class Project:
    """What the migrations of a tree say. Files are read when they are asked for."""

    root: Path
    engine: Engine
    state: State = field(default_factory=State)
    _files: dict[Path, _File | None] = field(default_factory=dict)
    _loaded: set[str] = field(default_factory=set)
    _apps: dict[str, Path] | None = None
    _settings: dict[str, str] | None = None

    @classmethod
    def of(cls, path: Path, engine: Engine) -> Project:
        """The project that a migration, or a folder, is part of."""
        start = path if path.is_dir() else path.parent
        root = next((up for up in (start, *start.parents) if any((up / mark).exists() for mark in _MARKS)), start)
        return cls(root, engine)

    def read(self, path: Path) -> Migration:
        """What one migration does, after all that come before it in its app. Raises SourceError."""
        app = self.label(path)
        module = Module(path)
        for each in self._before(app, path):
            self._run(each, None)
        self._loaded.add(app)
        file = _parsed(path, app, module)
        return self._written(file)

    def history(self, without: Collection[Path] = ()) -> Iterator[Migration]:
        """All migrations in the order in which they run; `without` some and what builds on them."""
        wanted = [f for app, folder in self.apps.items() for f in self._in(app, folder)]
        replaced = {key: file.key for file in wanted for key in file.replaces}
        present = {file.key: file for file in wanted}
        kept = {k: f for k, f in present.items() if not (f.replaces and any(r in present for r in f.replaces))}
        graph = {key: [d for d in self._needed(file, kept, replaced) if d != key] for key, file in kept.items()}
        later = building_on((key for key, file in kept.items() if file.path in without), graph)
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError:
            order = sorted(graph)
        self._loaded.update(self.apps)
        yield from self._contrib()
        for key in order:
            if key not in later:
                yield self._written(kept[key])

    def _needed(self, file: _File, kept: dict[Key, _File], replaced: dict[Key, Key]) -> Iterator[Key]:
        for app, name in file.dependencies:
            if name in ("__first__", "__latest__"):
                of_app = sorted(key for key in kept if key[0] == app)
                found = of_app[:1] if name == "__first__" else of_app[-1:]
                yield from found
            elif (app, name) in kept:
                yield app, name
            elif (app, name) in replaced and replaced[app, name] in kept:
                yield replaced[app, name]
            else:  # a squashed one of which the replaced are kept
                yield from (key for key, by in replaced.items() if by == (app, name) and key in kept)

    def label(self, path: Path) -> str:
        """The label of the app that a migration belongs to."""
        return _label(path.parent.parent)

    @property
    def apps(self) -> dict[str, Path]:
        """The folders of migrations by their apps' labels."""
        if self._apps is None:
            self._apps = {}
            for directory, names, files in os.walk(self.root):
                names[:] = sorted(name for name in names if name not in _NO_SOURCE)
                if directory.endswith("migrations") and any(re.match(r"\d{4}_\w+\.py$", f) for f in files):
                    self._apps.setdefault(_label(Path(directory).parent), Path(directory))
        return self._apps

    def _contrib(self) -> Iterator[Migration]:
        """The tables of Django's own apps, where the settings name these."""
        for app in contrib.APPS:
            if app in self.apps or f"django.contrib.{app}" not in self.settings:
                continue
            made = contrib.operations(app, user=self._user_model() == "auth.User")
            yield self._written(_File((app, "0001_initial"), self.root, None, made, (), ()))

    @property
    def settings(self) -> dict[str, str]:
        """AUTH_USER_MODEL, DEFAULT_AUTO_FIELD, and Django's own apps, where the settings name them."""
        if self._settings is None:
            self._settings = {}
            for directory, names, files in os.walk(self.root):
                names[:] = sorted(name for name in names if name not in _NO_SOURCE)
                inside = Path(directory).name == "settings"
                for name in sorted(files):
                    if name.endswith(".py") and (inside or "settings" in name):
                        text = decode(Path(directory, name).read_bytes())[0]
                        self._settings |= {match[1]: match[2] for match in _SETTING.finditer(text)}
                        self._settings |= dict.fromkeys(_CONTRIB.findall(text), "")
        return self._settings

    def model(self, app: str, name: str) -> Model | None:
        """A model as all migrations of its app leave it, or as those do that have been read so far."""
        if app not in self._loaded and app in self.apps:
            self._loaded.add(app)
            for file in self._ordered(app, self._in(app, self.apps[app])):
                self._run(file, None)
        return self.state.find(app, name)

    def leaves(self, app: str) -> list[str]:
        """The migrations of an app on which none of its others builds."""
        graph = self._graph(app, self._in(app, self.apps[app]))[1] if app in self.apps else {}
        needed = {key for keys in graph.values() for key in keys}
        return sorted(name for _, name in graph.keys() - needed)

    def model_of(self, table: str, apps: Collection[str]) -> Model | None:
        """The model whose table this is, as all migrations of these apps leave it."""
        for app in apps:
            self.model(app, "")
        return next((m for m in self.state.models.values() if m.table == table and m.app in apps and m.managed), None)

    def _before(self, app: str, path: Path) -> list[_File]:
        """The migrations of the same app that this one builds on."""
        files = self._in(app, path.parent)
        ordered = self._ordered(app, files)
        names = [file.path for file in ordered]
        return ordered[: names.index(path)] if path in names else ordered

    def _ordered(self, app: str, files: list[_File]) -> list[_File]:
        kept, graph = self._graph(app, files)
        try:
            return [kept[key] for key in TopologicalSorter(graph).static_order()]
        except CycleError:
            return [kept[key] for key in sorted(kept)]

    def _graph(self, app: str, files: list[_File]) -> tuple[dict[Key, _File], dict[Key, list[Key]]]:
        """The migrations of an app that run, and which of them each builds on."""
        present = {file.key for file in files}
        replaced = {key: file.key for file in files for key in file.replaces}
        kept = {f.key: f for f in files if not (f.replaces and any(key in present for key in f.replaces))}
        graph = {
            key: [d for d in self._needed(file, kept, replaced) if d[0] == app and d != key]
            for key, file in kept.items()
        }
        return kept, graph

    def _in(self, app: str, folder: Path) -> list[_File]:
        found = (self._file(path, app) for path in sorted(folder.glob("*.py")) if path.name != "__init__.py")
        return [file for file in found if file is not None]

    def _file(self, path: Path, app: str) -> _File | None:
        if path not in self._files:
            found = path.stat()
            self._files[path] = _unchanged(path, app, found.st_mtime_ns, found.st_size)
        return self._files[path]

    def _run(self, file: _File, writer: Writer | None) -> None:
        find = partial(find_class, file.path)
        Operations(file.key[0], self.state, find, file.module, writer).run(file.operations)

    def _written(self, file: _File) -> Migration:
        recorder = Recorder(quoting(self.engine.family))
        writer = Writer(self.engine.family, recorder, self.model, self._user_model, partial(find_class, file.path))
        if self.settings.get("DEFAULT_AUTO_FIELD", "").endswith("BigAutoField"):
            writer.key_kind = "BigAutoField"
        self._run(file, writer)
        name = ".".join(file.key)
        return Migration(name, file.path, "django", tuple(recorder.steps), tuple(recorder.not_analysed))

    def _user_model(self) -> str:
        return self.settings.get("AUTH_USER_MODEL", "auth.User")


@lru_cache(maxsize=4096)
def _unchanged(path: Path, app: str, _changed_ns: int, _size: int) -> _File | None:
    """A file of migrations, read once for as long as it stays as it is; None for any other file."""
    is_one = is_migration(decode(path.read_bytes())[0])
    return _parsed(path, app, Module(path, lines=False)) if is_one else None


def _parsed(path: Path, app: str, module: Module) -> _File:
    declared = module.scope.get("Migration")
    body = declared.body if isinstance(declared, Class) else {}
    operations = body.get("operations")
    return _File(
        (app, path.stem),
        path,
        module,
        list(operations) if isinstance(operations, list | tuple) else [],
        _keys(body.get("dependencies")),
        _keys(body.get("replaces")),
    )


def _label(app: Path) -> str:
    config = app / "apps.py"
    found = _LABEL.search(decode(config.read_bytes())[0]) if config.is_file() else None
    return found[1] if found else app.name


def _keys(value: object) -> tuple[Key, ...]:
    pairs = value if isinstance(value, list | tuple) else ()
    return tuple(
        (pair[0], pair[1])
        for pair in pairs
        if isinstance(pair, list | tuple) and len(pair) > 1 and isinstance(pair[0], str) and isinstance(pair[1], str)
    )
