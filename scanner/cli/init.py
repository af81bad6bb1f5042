"""scanner init: a scanner.toml from what a repository holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli.codes import DONE
from scanner.cli.completing import DIR, FILE
from scanner.cli.loudness import loudness
from scanner.cli.progress import shown
from scanner.errors import UsageError, reason_of

if TYPE_CHECKING:
    from scanner.survey.finding import Survey

_FILE = "scanner.toml"
_STANDARD_OUTPUT = "-"


@click.command("init")
@click.argument("folder", required=False, default=".", type=DIR, metavar="[DIR]")
@loudness
@click.option("-o", "--output", type=FILE, help="Where to write it; - for standard output.")
@click.option("--dry-run", is_flag=True, help="Print it, and write nothing.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def init_(folder: str, output: str | None, dry_run: bool, force: bool) -> int:
    """Looks at the repository in DIR and writes a scanner.toml with what it finds.

    Databases, their engines and schemas, code, logs and exports are recognised by their content; each guess stands in
    the file with its reason. No password and no address is copied. Paths are relative to DIR, where the file belongs.
    """
    from scanner.survey import survey, to_toml

    root = Path(folder).absolute()
    if not root.is_dir():
        raise UsageError(f"There is no folder at {folder}.")
    path = Path(output) if output is not None else root / _FILE
    printed = dry_run or output == _STANDARD_OUTPUT
    if not printed and path.exists() and not force:
        raise UsageError(f"{path} is there already: --force replaces it, --dry-run shows what would be written.")
    with shown() as progress:
        found = survey(root, progress)
    text = to_toml(found)
    if printed:
        click.echo(text, nl=False)
        return DONE
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} could not be written: {reason_of(error)}.") from error
    click.echo(_summary(found, path), err=True)
    return DONE


def _summary(found: Survey, path: Path) -> str:
    from scanner.render.words import count
    from scanner.trees import some

    usable = [each for each in found.databases if each.tables and not each.doubt]
    lines = [f"Written to {path}."]
    lines += [f"  {each.name}: {each.engine}, {count(len(each.tables), 'table')}" for each in usable]
    for each in found.databases:
        if each not in usable:
            lines.append(f"  {each.name}: {each.engine}, without a schema: {each.doubt or 'none was found'}.")
    schemas = [each.schema for each in usable if each.schema]
    if left := list(dict.fromkeys(path for schema in schemas for path in schema.others)):
        lines.append(f"  Left out of the schema: {some(left)}. Add to its list what belongs to it.")
    if unread := [path for schema in schemas for path in schema.unread]:
        lines.append(f"  What Python changes of the schema is not read: {some(unread)}.")
    if found.seeds:
        lines.append(f"  Rows to begin with, not read: {some(found.seeds)}. Add a source for what has to work on.")
    lines.append(f"  {count(len(found.sources), 'source')}" + ("" if found.databases else ", no database"))
    table = next((min(each.tables) for each in usable), None)
    if table is None or not found.sources:
        return "\n".join((*lines, "Fill in what is missing; scanner doctor says what can be read."))
    name = f" --database {usable[0].name}" if len(found.databases) > 1 else ""
    return "\n".join((*lines, f'Ask: scanner impact {table} "note text"{name}', "Look: scanner doctor"))
