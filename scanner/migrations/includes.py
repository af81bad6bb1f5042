r"""Scripts that scripts read: psql's ``\i`` and ``\ir``, mysql's ``source``.

They are read in their place where they stand below the root of the project. Where not, the command stays, and whoever
reads the script says what was not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from scanner.errors import SourceError
from scanner.migrations.migration import Migration, Step
from scanner.migrations.plain_sql import read_sql
from scanner.model import Engine, Family
from scanner.statements import Statement, split
from scanner.trees import repository_top

_COMMAND = re.compile(
    r"(?:\\(?P<beside>ir|include_relative)|\\i(?:nclude)?|\\\.|source)\s+(?:'(?P<quoted>[^'\n]+)'|(?P<plain>[^\s';]+))\s*;?",
    re.IGNORECASE,
)
_MAY_READ: dict[Family, re.Pattern[str]] = {
    "postgres": re.compile(r"\\i(?:r|nclude|nclude_relative)?[ \t]"),
    "mysql": re.compile(r"^[ \t]*(?:source|\\\.)[ \t]", re.IGNORECASE | re.MULTILINE),
}
_DEEPEST = 16  # scripts inside scripts
_MOST_FILES = 1_000
_MOST_BYTES = 100_000_000


def with_included(script: Migration, engine: Engine, root: Path | None = None) -> Iterator[Migration]:
    """The script in parts, with the scripts that it reads between them.

    These stand below the top of its repository, else below `root`, else in its own folder.
    """
    folder = script.path.resolve().parent
    given = root.resolve() if root is not None and folder.is_relative_to(root.resolve()) else folder
    yield from _Reading(engine.family, repository_top(folder) or given).parts(script, ())


@dataclass(slots=True)
class _Reading:
    """What is read for one script, and how much more may be."""

    family: Family
    root: Path  # resolved
    files: int = field(default=_MOST_FILES)
    size: int = field(default=_MOST_BYTES)

    def parts(self, script: Migration, around: tuple[Path, ...]) -> Iterator[Migration]:
        text, start, line = script.sql, 0, 1
        around = (*around, script.path.resolve())
        for each in split(text, self.family) if _MAY_READ[self.family].search(text) else ():
            inner = self._included(each, around) if each.client else None
            if inner is not None:
                yield replace(script, steps=(Step(text[start : each.offset], line),))
                yield from self.parts(inner, around)
                start, line = each.offset + len(each.text), each.line
        yield replace(script, steps=(Step(text[start:], line),))

    def _included(self, command: Statement, around: tuple[Path, ...]) -> Migration | None:
        """The script that the command reads; None if it is read by it, stands elsewhere, or is one too many."""
        found = _COMMAND.fullmatch(command.text)
        file = self._file(found, around[-1].parent) if found is not None else None
        if file is None or file in around or len(around) > _DEEPEST or self.files <= 0:
            return None
        try:
            size = file.stat().st_size
            script = read_sql(file) if size <= self.size else None
        except (OSError, SourceError):
            return None
        self.files, self.size = self.files - 1, self.size - size
        return script

    def _file(self, command: re.Match[str], folder: Path) -> Path | None:
        r"""``\ir`` names it from the script's folder, the others from where the client runs: there, or at the root."""
        name = command["quoted"] or command["plain"]
        for base in (folder,) if command["beside"] else (folder, self.root):
            file = (base / name).resolve()
            if file.is_relative_to(self.root) and file.is_file():
                return file
        return None
