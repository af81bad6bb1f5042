"""scanner check: the gate of continuous integration."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli.asked import asked_for
from scanner.cli.codes import EFFECTS, FAILED, UNREAD
from scanner.cli.completing import FILE
from scanner.cli.progress import shown
from scanner.cli.saying import say_unread
from scanner.cli.showing import Manner, check_chosen, explain_option, show, take_chosen
from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.check import Checked
    from scanner.config import Request

_SUMMARY = "GITHUB_STEP_SUMMARY"  # names the file whose Markdown GitHub shows below a job
_NEVER = "never"


@click.command("check")
@click.argument("migrations", nargs=-1, type=FILE, metavar="[MIGRATION]...")
@asked_for
@click.option("--base", metavar="REF", help="Check what is new since this branch or commit, as in origin/main.")
@click.option("--fail-on", type=click.Choice((*EFFECTS, _NEVER)), default="breaks", show_default=True)
@click.option("--baseline", type=FILE, help="Findings written there are set apart, and fail no more.")
@click.option("--write-baseline", type=FILE, help="Write today's findings down, and fail on none.")
@click.option("--markdown", type=FILE, help="The comment of a pull request; - for standard output.")
@click.option("--sarif", type=FILE, help="SARIF 2.1.0, for code scanning.")
@click.option("--gitlab", type=FILE, help="GitLab's Code Quality report.")
@click.option("--junit", type=FILE, help="JUnit's XML.")
@explain_option
@click.option("--github", is_flag=True, help="Annotate the worst ten findings, and write the step summary.")
def check_(
    migrations: tuple[str, ...],
    asked: Request,
    base: str | None,
    fail_on: str,
    baseline: str | None,
    write_baseline: str | None,
    explain: bool,
    github: bool,
    **files: str | None,
) -> int:
    """What new migrations do to services and queries, for a pull request.

    Checks each MIGRATION, or with --base those that the branch adds: SQL, Flyway, Liquibase, Django, Alembic. With
    --base the code as the branch found it is judged too, which runs until the branch is deployed. Exits
    with 1 when a finding is at or above --fail-on and is neither suppressed nor in the baseline. The report is printed
    unless a format of it is asked for.
    """
    from scanner import check
    from scanner.render.words import count

    chosen, migrations = take_chosen(migrations) if explain else ((), migrations)
    paths = [Path(name).absolute() for name in migrations]
    if not paths and base is None:
        raise UsageError("Name the migrations, or what they are new against, as in --base origin/main.")
    for path in paths:
        if path.is_dir():
            against = "what they are new against, as in --base origin/main"
            raise UsageError(f"{path} is a folder: name the files in it, or {against}.")
        if not path.is_file():
            raise UsageError(f"There is no migration at {path}.")
    config = asked.config_for()
    with shown() as progress:
        found = check.check(config, paths, base, asked.database, progress)
    checked = check.set_apart(found, Path(baseline)) if baseline else found
    _write(checked, files)
    if github:
        _to_github(checked)
    elif not any(files.values()):
        _show(checked, Manner(explain, chosen, config.root))
    if write_baseline:
        written = check.write_baseline(found, Path(write_baseline))
        click.echo(f"{count(written, 'finding')} written to {write_baseline}.", err=True)
        fail_on = _NEVER
    return _code(checked, fail_on)


def _code(checked: Checked, fail_on: str) -> int:
    from scanner.model import Effect
    from scanner.render.words import count, visible

    failing = [] if fail_on == _NEVER else checked.failing(Effect(fail_on))
    for outcome in checked.outcomes:
        if outcome.unread is not None:
            what = f"A part of {outcome.migration}" if outcome.reports else outcome.migration
            said = f"{what} could not be checked: {outcome.unread}"
            click.echo(f"scanner: {visible(said)}", err=True)
    unread = say_unread(next((report.unread for _, report in checked.reports), ()))
    if any(outcome.unread is not None for outcome in checked.outcomes):
        unread = UNREAD
    if failing:
        click.echo(f"scanner: {count(len(failing), 'finding')} at or above {fail_on}.", err=True)
    return FAILED if failing else unread


def _write(checked: Checked, files: dict[str, str | None]) -> None:
    from scanner.render.gate import gitlab, junit, markdown, sarif

    unread = [(outcome.migration, outcome.unread) for outcome in checked.outcomes if outcome.unread is not None]
    outcomes = [(outcome.title, outcome.reports, outcome.unread) for outcome in checked.outcomes]
    made = {
        "markdown": lambda: markdown.to_comment(outcomes),
        "sarif": lambda: sarif.to_sarif(checked.reports, checked.prefix, unread),
        "gitlab": lambda: gitlab.to_gitlab(checked.reports, checked.prefix),
        "junit": lambda: junit.to_junit(outcomes, checked.prefix),
    }
    for form, name in files.items():
        if name == "-":
            click.echo(made[form](), nl=False)
        elif name is not None:
            _put(Path(name), made[form]())


def _put(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise UsageError(f"The report could not be written to {path}: {error.strerror}.") from error


def _to_github(checked: Checked) -> None:
    from scanner.render.gate import github, markdown

    for line in github.commands(checked.reports, checked.prefix):
        click.echo(line)
    summary = os.environ.get(_SUMMARY)
    if summary:
        outcomes = [(outcome.title, outcome.reports, outcome.unread) for outcome in checked.outcomes]
        text = markdown.to_comment(outcomes)
        try:
            with Path(summary).open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError as error:
            raise UsageError(f"The step summary could not be written to {summary}: {error.strerror}.") from error


def _show(checked: Checked, manner: Manner) -> None:
    from scanner.render.words import visible

    if not checked.outcomes:
        click.echo("No new migrations.", err=True)
    check_chosen([report for _, report in checked.reports], manner)
    for place, outcome in enumerate(checked.outcomes):
        click.echo("\n" * bool(place) + f"{visible(outcome.title)}\n")
        show(outcome.reports, manner)
        if outcome.unread is None and not outcome.reports:
            click.echo("Adds no column to a table that is there before it.")
