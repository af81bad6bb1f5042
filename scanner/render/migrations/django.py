"""Django: migrations behind an app's last one, SQL for the database and operations for the state of the models.

Facts: docs.djangoproject.com/en/5.2/ref/migration-operations/ (RunSQL, state_operations) and howto/writing-migrations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.errors import UsageError
from scanner.migrations.django import Project, field_of
from scanner.migrations.django.state import Model, djangos_model
from scanner.model import Column, Report, TableName
from scanner.render.migrations.parts import Part
from scanner.render.migrations.python import comment, text

_UNKNOWN = "The state of Django's models does not learn of {}: write state_operations with your field."


def django_files(steps: Sequence[Part], folder: Path, report: Report) -> dict[str, str]:
    """One migration a phase, each behind the one before. Raises UsageError, and SourceError for a file of the app."""
    project = Project.of(folder, report.database.engine)
    app = project.label(folder / "__init__.py")
    if project.apps.get(app) != folder:
        raise UsageError(
            f"{folder} is not the folder of migrations of a Django app: it has no file like 0001_initial.py."
        )
    leaves = project.leaves(app)
    if len(leaves) != 1:
        raise UsageError(f"{app} has several last migrations, {', '.join(leaves)}: merge them first, as Django does.")
    number = max(int(found[0]) for path in folder.glob("*.py") if (found := re.match(r"\d+", path.name)))
    state = _State.of(report, project, app)
    needed, files = [(app, leaves[0]), *state.needed], {}
    for index, part in enumerate(steps):
        name = f"{number + index + 1:04}_{part.slug}"
        operations = list(state.operations(first=index == 0, last=index == len(steps) - 1))
        files[f"{name}.py"] = _text(part, needed, operations, state.unknown if index == 0 else ())
        needed = [(app, name)]
    return files


@dataclass(frozen=True, slots=True)
class _State:
    """What the models learn: each column as a field, which may be NULL until all phases have run."""

    model: Model | None
    columns: tuple[tuple[Column, str | None], ...]  # with the model that it refers to
    needed: tuple[tuple[str, str], ...]  # migrations of other apps
    family: str
    unknown: tuple[str, ...] = ()  # sentences on what it does not learn

    @classmethod
    def of(cls, report: Report, project: Project, app: str) -> _State:
        family = report.database.engine.family
        columns: list[tuple[Column, str | None]] = []
        model = project.model_of(report.change.table.name, [app])
        needed: dict[str, str] = {}
        missing: list[str] = []
        for added in report.change.columns:
            target, place = _target(added.column.references, project, app)
            lost = added.column.references is not None and target is None
            if model is None or lost or field_of(added.column, family, target, nullable=True) is None:
                missing.append(added.column.name)
                continue
            columns.append((added.column, target))
            if place is not None and place[0] != app:
                needed[place[0]] = place[1]
        unknown = (_UNKNOWN.format(", ".join(missing)),) if missing else ()
        return cls(model, tuple(columns), tuple(needed.items()), family, unknown)

    def operations(self, *, first: bool, last: bool) -> Iterator[str]:
        """Those of the first file add the fields; the last one's make them what they are in the end."""
        for column, target in self.columns:
            waits = not column.nullable
            field = field_of(column, self.family, target, nullable=not (waits and last))
            if field is None or self.model is None or not (first or (last and waits)):
                continue
            operation = "AddField" if first else "AlterField"
            yield f"migrations.{operation}(model_name={self.model.name.lower()!r}, name={field[0]!r}, field={field[1]})"


def _target(name: TableName | None, project: Project, app: str) -> tuple[str | None, tuple[str, str] | None]:
    """The model of the table that a column refers to, the app's first, and a migration after which it is there."""
    if name is None:
        return None, None
    model = project.model_of(name.name, [app]) or project.model_of(name.name, list(project.apps))
    if model is not None:
        last = project.leaves(model.app)
        return f"{model.app}.{model.name}", (model.app, last[0] if len(last) == 1 else "__first__")
    own = djangos_model(name.name)
    return (".".join(own), (own[0], "__first__")) if own is not None else (None, None)


def _text(part: Part, needed: Sequence[tuple[str, str]], operations: Sequence[str], unknown: Sequence[str]) -> str:
    state = f"\n            state_operations=[\n{_items(operations, 16)}            ]," if operations else ""
    back = f"[\n{_items(map(text, part.down), 16)}            ]" if part.down else "migrations.RunSQL.noop"
    return (
        f"{comment((part.title, *part.notes, *unknown))}\n"
        "from django.db import migrations, models  # noqa: F401\n\n\n"
        f"class Migration(migrations.Migration):\n{'' if part.in_transaction else '    atomic = False' + chr(10)}"
        f"    dependencies = [\n{_items(map(repr, needed), 8)}    ]\n"
        "    operations = [\n        migrations.RunSQL(\n"
        f"            sql=[\n{_items(map(text, part.up), 16)}            ],\n"
        f"            reverse_sql={back},{state}\n        ),\n    ]\n"
    )


def _items(values: Iterator[str] | Sequence[str] | map[str], indent: int) -> str:
    return "".join(f"{' ' * indent}{value},\n" for value in values)
