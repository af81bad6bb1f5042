"""``aiosql.from_path(…)`` and what is called on what it gives."""

from __future__ import annotations

from pathlib import PurePosixPath

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.named_sql import SUFFIX
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import ExternalValue, ListValue, QueriesValue, TextValue, Variants

LOADERS = frozenset(
    (
        "aiosql.from_path",
        "anosql.from_path",
        "anosql.load_queries",
        "anosql.load_queries_from_dir_path",
        "pugsql.module",
    )
)
# The methods of cursors that give as much as a statement with this sign.
METHODS = {
    "^": "fetchone",
    "$": "fetchval",
    "!": "execute",
    "<!": "fetchval",
    "*!": "executemany",
    "#": "executescript",
}


def loaded(functions: Variants, given: Given, frame: Frame) -> Variants:
    """The statements that the call loads; empty if it loads none."""
    if not any(isinstance(each, ExternalValue) and each.name in LOADERS for each in functions):
        return ()
    texts = [constant_text((value,)) for each in given.positional for value in each if isinstance(value, TextValue)]
    for path in filter(None, texts):
        found = _below(path, frame)
        if found:
            return (QueriesValue(*found),)
    return (QueriesValue("", _files(frame.world)),)


def member(queries: QueriesValue, name: str, frame: Frame) -> Variants:
    """``queries.name``: a statement, or the statements of a folder."""
    folder = f"{queries.folder}/{name}/".lstrip("/")
    inside = tuple(path for path in queries.paths if path.startswith(folder))
    if inside:
        return (QueriesValue(folder.rstrip("/"), inside),)
    for path in queries.paths:
        module = frame.world.frame(path)
        found = module.names.get(name) or module.names.get(name.removesuffix("_cursor")) if module else None
        if found:
            return found
    return ()


def statement(functions: Variants) -> tuple[str, TextValue] | None:
    """The sign and the text of the named statement that is called."""
    for function in functions:
        if isinstance(function, ListValue) and len(function.items) == 2:
            sign, text = function.items[0][0], function.items[1][0]
            path = text.place.path if isinstance(text, TextValue) and text.place else ""
            if path.endswith(SUFFIX) and isinstance(text, TextValue):
                return constant_text((sign,)) or "", text
    return None


def _files(world: World) -> tuple[str, ...]:
    """The paths of all files of named statements."""
    world.evaluations.ask("queries")
    return world.project.queries


def _below(path: str, frame: Frame) -> tuple[str, tuple[str, ...]] | None:
    """The folder and the files of statements that a path means, seen from the program or a folder around it."""
    here = PurePosixPath(frame.module.path).parent
    for base in (here, *here.parents):
        wanted = _normal(base / path)
        files = tuple(each for each in _files(frame.world) if each == wanted or each.startswith(f"{wanted}/"))
        if files:
            return (wanted if files[0] != wanted else "", files)
    return None


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts = parts[:-1]
        elif part not in (".", "/"):
            parts.append(part)
    return "/".join(parts)
