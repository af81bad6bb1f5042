"""The files of a source tree that are its own: without what git ignores, installs and builds leave behind."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from scanner.path_patterns import PathPattern, path_pattern

_MACHINERY = frozenset((".git", ".hg", ".svn", "__pycache__", ".ipynb_checkpoints"))  # of no interest: not even counted
_INSTALLED = frozenset(
    (".venv", "node_modules", "site-packages", ".tox", ".nox", ".eggs", "bower_components", "_vendor")
)
# Built or copied from elsewhere, unless they are packages of the project that happen to be called so.
_PERHAPS = frozenset(("venv", "build", "dist", "vendor", "vendored", "third_party"))
_LINE = re.compile(r"(?P<no>!?)(?P<pattern>(?:\\.|[^\\])*?(?:\\ )?)[ \t]*\Z", re.DOTALL)
_MAX_BYTES = 1_000_000  # of one .gitignore
_NAMED = 5  # of many paths, those that are shown


@dataclass(slots=True)
class Walk:
    """What was met on the way and not entered, relative to the root."""

    skipped: list[str] = field(default_factory=list)  # vendored, installed or built trees
    ignored: list[str] = field(default_factory=list)  # folders and wanted files that git ignores

    def left_out(self) -> Iterator[str]:
        """What was not read, counted and named, a sentence a kind."""
        if self.skipped:
            yield f"Not read, installed, vendored or built: {some(self.skipped)}."
        if self.ignored:
            yield f"Not read, ignored by git: {some(self.ignored)}."


def some(paths: Sequence[str]) -> str:
    """The first few of many paths, and how many there are."""
    if len(paths) <= _NAMED:
        return ", ".join(paths)
    return f"{', '.join(paths[:_NAMED])} and {len(paths) - _NAMED:,} more"


def source_files(root: Path, wanted: Callable[[str], bool], walk: Walk | None = None) -> Iterator[Path]:
    """The wanted files (asked by name) below a folder, sorted folder by folder; a file is itself.

    Folders that are links are not followed. What .gitignore files of the tree, and above it up to the top of the
    repository, ignore is left out, and so are trees that were installed, vendored or built; the walk has both.
    The root itself is read whatever they say.
    """
    if not root.is_dir():
        yield root
        return
    met = walk if walk is not None else Walk()
    rules = {str(root): _rules_above(root)}
    for folder, names, files in os.walk(root):
        here = rules.pop(folder)
        below = os.path.relpath(folder, root)
        names[:] = [name for name in sorted(names) if _is_entered(folder, below, name, here, met)]
        rules |= {os.path.join(folder, name): _with_own(here, os.path.join(folder, name)) for name in names}
        for name in sorted(filter(wanted, files)):
            if _is_ignored(here, os.path.join(folder, name), is_folder=False):
                met.ignored.append(os.path.normpath(os.path.join(below, name)))
            else:
                yield Path(folder, name)


def repository_top(folder: Path) -> Path | None:
    """The nearest folder, this one or above, that holds a .git."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


@dataclass(frozen=True)
class IgnoreFile:
    """The patterns of one .gitignore."""

    folder: str  # its place, with a slash at the end
    patterns: tuple[tuple[PathPattern, bool], ...]  # and whether they take back what others ignore

    def says(self, path: str, name: str, *, is_folder: bool) -> bool | None:
        """Whether it ignores the path; None when it says nothing of it. The last pattern that fits counts."""
        relative = path[len(self.folder) :]
        if not (self._names.fullmatch(name) or self._paths.fullmatch(relative)):
            return None
        for pattern, back in reversed(self.patterns):
            if pattern.folders_only and not is_folder:
                continue
            if re.fullmatch(pattern.expression, name if pattern.of_name else relative, re.DOTALL):
                return not back
        return None

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return _any_of(p.expression for p, _ in self.patterns if p.of_name)

    @cached_property
    def _paths(self) -> re.Pattern[str]:
        return _any_of(p.expression for p, _ in self.patterns if not p.of_name)


def read_ignore_file(text: str, folder: str) -> IgnoreFile:
    """The patterns of the text of a .gitignore that stands in this folder."""
    found = (_pattern(line.removesuffix("\r")) for line in text.split("\n"))
    return IgnoreFile(f"{folder.rstrip('/')}/", tuple(each for each in found if each is not None))


def _any_of(expressions: Iterator[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in expressions) or "(?!)", re.DOTALL)


def _pattern(line: str) -> tuple[PathPattern, bool] | None:
    match = _LINE.match(line)
    if line.startswith("#") or match is None or not match["pattern"]:
        return None
    return path_pattern(match["pattern"]), bool(match["no"])


def _is_entered(folder: str, below: str, name: str, rules: tuple[IgnoreFile, ...], walk: Walk) -> bool:
    if name in _MACHINERY:
        return False
    path, shown = os.path.join(folder, name), os.path.normpath(os.path.join(below, name))
    if _is_foreign(path, name):
        walk.skipped.append(shown)
        return False
    if _is_ignored(rules, path, is_folder=True):
        walk.ignored.append(shown)
        return False
    return True


def _is_foreign(path: str, name: str) -> bool:
    if name in _INSTALLED or os.path.exists(os.path.join(path, "pyvenv.cfg")):
        return True
    return name in _PERHAPS and not os.path.exists(os.path.join(path, "__init__.py"))


def _is_ignored(rules: tuple[IgnoreFile, ...], path: str, *, is_folder: bool) -> bool:
    name = os.path.basename(path)
    for rule in reversed(rules):
        said = rule.says(path, name, is_folder=is_folder)
        if said is not None:
            return said
    return False


def _rules_above(root: Path) -> tuple[IgnoreFile, ...]:
    """Those that hold inside the root: of the repository's private list, and of every folder down to the root."""
    whole = root.absolute()
    top = repository_top(whole) or whole
    folders = [each for each in reversed((whole, *whole.parents)) if each.is_relative_to(top)]
    rules = _read(top / ".git" / "info" / "exclude", str(top))
    for folder in folders:
        rules += _read(folder / ".gitignore", str(folder))
    return rules


def _with_own(rules: tuple[IgnoreFile, ...], folder: str) -> tuple[IgnoreFile, ...]:
    return rules + _read(Path(folder, ".gitignore"), folder)


def _read(file: Path, folder: str) -> tuple[IgnoreFile, ...]:
    try:
        with file.open("rb") as stream:
            text = stream.read(_MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return ()
    return (read_ignore_file(text.removeprefix("\ufeff"), folder),)
