"""Liquibase: formatted SQL, which a changelog of any form can include.

Facts: docs.liquibase.com, "SQL changelog format", "runInTransaction", "splitStatements".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from scanner.model import Report
from scanner.render.migrations.parts import Part

_NUMBERED = re.compile(r"(\d+)([-_.]).*\.(?:xml|ya?ml|json|sql)", re.IGNORECASE)
_INCLUDED = "The root changelog has to include this file, unless its includeAll reaches the folder."


def liquibase_files(steps: Sequence[Part], folder: Path, report: Report) -> dict[str, str]:  # noqa: ARG001
    """One file a phase, numbered where the files of the folder are."""
    numbers = [match for path in folder.iterdir() if (match := _NUMBERED.fullmatch(path.name))]
    last = max(numbers, key=lambda match: int(match[1]), default=None)
    found = {}
    for index, part in enumerate(steps, 1):
        prefix = f"{int(last[1]) + index:0{len(last[1])}}{last[2]}" if last else ""
        found[f"{prefix}{part.slug}.sql"] = "\n".join(_lines(part)) + "\n"
    return found


def _lines(part: Part) -> Iterator[str]:
    yield "--liquibase formatted sql"
    yield ""
    for line in (part.title, *part.notes, _INCLUDED):
        yield f"-- {line}".rstrip()
    sets = [(whole, list(run)) for whole, run in groupby(part.up, lambda sql: ";" in sql)]
    for index, (whole, statements) in enumerate(sets):
        yield ""
        yield f"--changeset scanner:{part.slug}_{index + 1}{_options(part, whole=whole)}"
        yield from (sql if whole else f"{sql};" for sql in statements)
        # Change sets are taken back from the last one on: the first one's way back is the phase's.
        yield from _rollback(part.down if index == 0 else ())


def _options(part: Part, *, whole: bool) -> str:
    """`whole`: a text with semicolons in it is one statement."""
    options = [] if part.in_transaction else [" runInTransaction:false"]
    return "".join([*options, *([" splitStatements:false"] if whole else [])])


def _rollback(statements: Sequence[str]) -> Iterator[str]:
    if not statements:
        yield "--rollback empty"
    for sql in statements:
        yield from (f"--rollback {line}" for line in f"{sql};".splitlines())
