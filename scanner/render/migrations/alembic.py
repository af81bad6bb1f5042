"""Alembic: revisions behind the head.

Facts: alembic.sqlalchemy.org/en/latest/api/runtime.html (autocommit_block), tutorial.html (file_template).
"""

from __future__ import annotations

import configparser
import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from scanner.errors import UsageError
from scanner.migrations.alembic import heads
from scanner.model import Report
from scanner.render.migrations.parts import Part
from scanner.render.migrations.python import comment, text
from scanner.render.words import one_line

_TEMPLATE = "%(rev)s_%(slug)s"
_MAX_UP = 4  # folders above the revisions in which alembic.ini may be
_ALONE = "The revisions before it are committed: a run of several holds no lock of theirs."


def alembic_files(steps: Sequence[Part], folder: Path, report: Report) -> dict[str, str]:  # noqa: ARG001
    """One revision a phase, each behind the one before. Raises UsageError where there is no head, or several."""
    found = heads(folder)
    if not found:
        raise UsageError(f"{folder} holds no revision of Alembic's: name the folder that does, as in versions/.")
    if len(found) > 1:
        raise UsageError(f"{folder} has several heads, {', '.join(found)}: merge them first, as alembic merge does.")
    head, template, now = found[0], _template(folder), datetime.now(UTC)
    files = {}
    for part in steps:
        revision = hashlib.sha256(f"{head}{part}".encode()).hexdigest()[:12]
        files[f"{_name(template, revision, part.slug, now)}.py"] = _text(part, revision, head, now)
        head = revision
    return files


def _template(folder: Path) -> str:
    """How the project names its files: file_template of alembic.ini, else Alembic's own way."""
    for above in (folder, *folder.parents[:_MAX_UP]):
        settings = configparser.ConfigParser()
        try:
            settings.read(above / "alembic.ini", encoding="utf-8")
            written = settings.get("alembic", "file_template", raw=True, fallback=None)
        except (configparser.Error, UnicodeDecodeError) as error:
            raise UsageError(f"{above / 'alembic.ini'} cannot be read: {one_line(str(error))}.") from error
        if written is not None:
            return written.replace("%%", "%")
    return _TEMPLATE


def _name(template: str, revision: str, slug: str, now: datetime) -> str:
    values: dict[str, object] = {
        part: getattr(now, part) for part in ("year", "month", "day", "hour", "minute", "second")
    }
    values |= {"rev": revision, "slug": slug, "epoch": int(now.timestamp())}
    try:
        name = template % values
    except (KeyError, TypeError, ValueError):
        name = _TEMPLATE % values
    return re.sub(r"[^\w.-]", "_", name)


def _text(part: Part, revision: str, head: str, now: datetime) -> str:
    return (
        f'"""{part.slug.replace("_", " ")}\n\nRevision ID: {revision}\nRevises: {head}\n'
        f'Create Date: {now:%Y-%m-%d %H:%M:%S}\n"""\n\n'
        f"{comment((part.title, *part.notes))}\n"
        f"from alembic import op\n\nrevision = {revision!r}\ndown_revision = {head!r}\n"
        "branch_labels = None\ndepends_on = None\n\n\n"
        f"def upgrade():\n{_body(part.up, part)}\n\ndef downgrade():\n{_body(part.down, part)}"
    )


def _body(statements: Sequence[str], part: Part) -> str:
    if not statements:
        return "    pass\n"
    calls = [f"op.execute({text(_escaped(sql))})" for sql in statements]
    if part.in_transaction:
        return f"    with op.get_context().autocommit_block():\n        pass  # {_ALONE}\n" + "".join(
            f"    {call}\n" for call in calls
        )
    return "    with op.get_context().autocommit_block():\n" + "".join(f"        {call}\n" for call in calls)


def _escaped(sql: str) -> str:
    r"""The text in which SQLAlchemy's text() sees no values: ``:name`` as ``\:name``."""
    kept = re.sub(r"\\(?=:[\w$]*(?![:\w$]))", r"\\\\", sql)
    return re.sub(r"(?<![:\w$\\]):([\w$]+)(?![:\w$])", r"\\:\1", kept)
