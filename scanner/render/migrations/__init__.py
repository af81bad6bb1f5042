"""A plan as the next files of a project's own migration tool."""

from __future__ import annotations

from pathlib import Path

from scanner.errors import SourceError, UsageError
from scanner.migrations import tool_of
from scanner.model import PlanTool, Report
from scanner.render.migrations.alembic import alembic_files
from scanner.render.migrations.django import django_files
from scanner.render.migrations.flyway import flyway_files
from scanner.render.migrations.liquibase import liquibase_files
from scanner.render.migrations.parts import Part, parts

__all__ = ["Part", "check_folder", "migration_files", "parts", "write_migrations"]

_WRITERS = {
    "flyway": flyway_files,
    "liquibase": liquibase_files,
    "django": django_files,
    "alembic": alembic_files,
}


def write_migrations(report: Report, folder: str | Path, tool: PlanTool) -> tuple[Path, ...]:
    """Writes `migration_files` into the folder of the project's migrations; no file is written over.

    Raises UsageError.
    """
    place = Path(folder)
    check_folder(place, tool)
    try:
        made = migration_files(report, place, tool)
        for name, text in made.items():
            with (place / name).open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{error.filename} is there already: the plan was not written over it.") from error
    except OSError as error:
        raise UsageError(f"The plan could not be written to {folder}: {error.strerror}.") from error
    return tuple(place / name for name in made)


def migration_files(report: Report, folder: Path, tool: PlanTool) -> dict[str, str]:
    """Name → text of the files that follow the migrations of the folder, in the order in which they run.

    Raises UsageError where the history does not say what comes next, or holds the plan already.
    """
    steps = parts(report)
    held = sorted(path.name for path in folder.iterdir() if any(part.slug in path.name for part in steps))
    if held:
        raise UsageError(f"{folder} holds the plan already, {held[0]}: take its files away to write it anew.")
    try:
        return _WRITERS[tool](steps, folder.resolve(), report) if steps else {}
    except SourceError as error:
        raise UsageError(str(error)) from error


def check_folder(folder: str | Path, tool: PlanTool) -> None:
    """Raises UsageError for what is no folder, or one of another tool's migrations."""
    if not Path(folder).is_dir():
        raise UsageError(f"{folder} is no folder: name that of the project's migrations, whose next files are written.")
    others = {tool_of(path) for path in Path(folder).iterdir()} - {"sql", None}
    if others and tool not in others:
        names = " and ".join(sorted(map(str, others)))
        raise UsageError(f"{folder} holds migrations of {names}, and none of {tool}: name the one or the other.")
