"""Files of revisions: which come before which, and what each does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import libcst as cst

from scanner.migrations.alembic.operations import Operations
from scanner.migrations.alembic.running import Runner
from scanner.migrations.expressions import DIALECT, evaluate
from scanner.migrations.imports import find_class
from scanner.migrations.links import building_on
from scanner.migrations.migration import Migration, Recorder, quoting
from scanner.migrations.module import Module
from scanner.migrations.values import Called, Function
from scanner.model import Engine
from scanner.text_files import decode

_REVISION = re.compile(
    r"^(revision|down_revision|depends_on)\b[^=\n]*=[ \t]*(\([^)]*\)|\[[^\]]*\]|[^\n]*)", re.MULTILINE
)


def is_revision(text: str) -> bool:
    """Whether a file's text is a revision's."""
    return {"revision", "down_revision"} <= {match[1] for match in _REVISION.finditer(text)}


def read_revision(path: Path, engine: Engine, *, lines: bool = True) -> Migration:
    """What upgrade() of a revision does. Raises SourceError."""
    module = Module(path, lines=lines)
    scope = module.scope
    recorder = Recorder(quoting(engine.family))
    scope[DIALECT] = "postgresql" if engine.family == "postgres" else "mysql"
    operations = Operations(engine.family, recorder, partial(find_class, path))
    upgrade = scope.get("upgrade")
    if isinstance(upgrade, Function):
        Runner(module, recorder, operations.operate).call(upgrade, Called(upgrade))
    name = scope.get("revision")
    return Migration(
        name if isinstance(name, str) else path.stem,
        path,
        "alembic",
        tuple(recorder.steps),
        tuple(recorder.not_analysed),
    )


def order(paths: Iterable[Path], without: Iterable[Path] = ()) -> list[Path]:
    """Revisions from the first on, each behind those it builds on; `without` some and what builds on them."""
    found = {path: _links(path) for path in sorted(paths)}
    by_revision = {revision: path for path, (revision, _) in found.items() if revision}
    below = {path: [by_revision[each] for each in links if each in by_revision] for path, (_, links) in found.items()}
    later = building_on(without, below)
    try:
        ordered = list(TopologicalSorter(below).static_order())
    except CycleError:
        ordered = list(below)
    return [path for path in ordered if path not in later]


def heads(folder: Path) -> list[str]:
    """The revisions of a folder that no other follows."""
    found = [_declared(path) for path in sorted(folder.glob("*.py"))]
    revisions = [revision for each in found for revision in _listed(each.get("revision"))]
    followed = {revision for each in found for revision in _listed(each.get("down_revision"))}
    return [revision for revision in revisions if revision not in followed]


def _links(path: Path) -> tuple[str | None, list[str]]:
    """A file's revision, and those it builds on."""
    values = _declared(path)
    links = [*_listed(values.get("down_revision")), *_listed(values.get("depends_on"))]
    return next(iter(_listed(values.get("revision"))), None), links


def _declared(path: Path) -> dict[str, object]:
    """What a file says of its revision; nothing where it cannot be read or is none."""
    try:
        text = decode(path.read_bytes())[0]
    except OSError:
        return {}
    return {match[1]: _value(match[2]) for match in _REVISION.finditer(text)} if is_revision(text) else {}


def _value(text: str) -> object:
    try:
        return evaluate(cst.parse_expression(text.strip()), {})
    except cst.ParserSyntaxError:
        return None


def _listed(value: object) -> list[str]:
    return [each for each in (value if isinstance(value, list | tuple) else [value]) if isinstance(each, str)]
