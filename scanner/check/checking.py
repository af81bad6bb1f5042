"""Each new migration → its reports."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

from scanner import api
from scanner.check import git
from scanner.check.earlier import earlier_code, told_once, without_note
from scanner.config import Config, DatabaseConfig, is_dsn
from scanner.errors import ChangeError, ConfigError, ScannerError, SourceError, UsageError
from scanner.migrations import family_of, is_migration, read
from scanner.model import Effect, Finding, Report
from scanner.progress import Progress
from scanner.render.words import doubt_words
from scanner.schema import Schema


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found of one migration."""

    migration: str  # its path, relative to the root of the working tree
    reports: tuple[Report, ...] = ()  # one for each table to which it adds columns
    unread: str | None = None  # why it, or a part of it, could not be checked
    code: str | None = None  # the base whose code is judged; None: the code as it is now

    @property
    def title(self) -> str:
        """What is judged, in words."""
        return self.migration if self.code is None else f"{self.migration} with the code of {self.code}"


@dataclass(frozen=True, slots=True)
class Checked:
    """All of it."""

    outcomes: tuple[Outcome, ...]
    prefix: str = ""  # of the locations, to make them relative to the root of the working tree

    @property
    def reports(self) -> Iterator[tuple[str, Report]]:
        """Each report with its migration."""
        return ((outcome.migration, report) for outcome in self.outcomes for report in outcome.reports)

    def failing(self, effect: Effect) -> list[Finding]:
        """The findings with this effect or a worse one."""
        found = (finding for _, report in self.reports for finding in report.findings)
        return [finding for finding in found if finding.effect.rank <= effect.rank]


def key(report: Report, finding: Finding) -> str:
    """What stays the same of a finding from one run to the next: another place, or another rule beside it, is new."""
    subject = finding.subject
    located = report.query(subject.name).located if subject.kind == "query" else ()
    locations = finding.occurrences or [each.location for each in located if each.location is not None]
    paths = sorted({location.path for location in locations})
    return " ".join((str(report.change), finding.rule, *finding.folded, subject.kind, subject.name, *paths))


def check(
    config: Config,
    migrations: Sequence[Path] = (),
    base: str | None = None,
    database: str | None = None,
    progress: Progress | None = None,
) -> Checked:
    """What these migrations do, or those that are new since a base of git.

    The schema is the one before them: of files of DDL as the base has them, of migrations those that come before.
    Raises UsageError when git cannot say what is new, and ConfigError.
    """
    if base is not None:
        new = git.new_files(config.root, base)
        schemas = {Path(text) for entry in config.databases for text in entry.schema if not is_dsn(text)}
        families = {None, *(entry.database.engine.family for entry in config.databases)}
        mine = (file for file in new if file not in schemas and family_of(file.name) in families)
        migrations = [*migrations, *filter(is_migration, mine)]
    if not migrations:
        return Checked(())
    created = {name for path in migrations for name in _created(path, config)}
    prefix = git.relative_to_top(config.root)
    with _before(config, migrations, base) as earlier:
        scan = api.scan(earlier, progress)
        outcomes = [_outcome(scan, path, config, database, created) for path in migrations]
        if base is not None and any(outcome.reports for outcome in outcomes):
            with earlier_code(earlier, base) as code:
                if code is not None:
                    scan = api.scan(code, progress)
                    before = [_outcome(scan, path, config, database, created) for path in migrations]
                    outcomes = [*chain.from_iterable(map(partial(_beside, earlier, base), outcomes, before))]
    return Checked(tuple(outcomes), prefix)


def _outcome(scan: api.Scan, path: Path, config: Config, database: str | None, created: set[str]) -> Outcome:
    name = _shown(path, config.root)
    try:
        found, refused = scan.judged(path, database, created)
        reports = tuple(impact.report for impact in found)
        said = dict.fromkeys((*map(str, refused), *(why for report in reports for why in _refusals(report))))
        return Outcome(name, reports, " ".join(said) or None)
    except ConfigError:
        raise
    except (ChangeError, SourceError, UsageError) as error:
        return Outcome(name, unread=str(error))


def _refusals(report: Report) -> Iterator[str]:
    """Why the engine refuses the statement, whatever rows there are: the rest of its report is then in vain."""
    return (hazard.message + doubt_words(hazard) for hazard in report.hazards if hazard.kind == "refused")


def _beside(config: Config, base: str, outcome: Outcome, before: Outcome) -> Iterator[Outcome]:
    """A migration's outcome, and one of what the code of the base meets besides while both run."""
    side_by_side = {entry.name for entry in config.databases if entry.rollout.side_by_side}
    yield replace(outcome, reports=tuple(map(without_note, outcome.reports)))
    told = (told_once(each, outcome.reports, base) for each in before.reports if each.database.name in side_by_side)
    found = tuple(report for report in told if report is not None)
    if found:
        yield Outcome(outcome.migration, found, code=base)


def _shown(path: Path, root: Path) -> str:
    path = path.absolute()
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    return git.relative_to_top(root) + shown


def _created(path: Path, config: Config) -> Iterator[str]:
    """The tables that a migration makes: nothing depends on these yet."""
    for entry in config.databases:
        try:
            made = Schema.from_ddl(read(path, entry.database.engine).sql, entry.database.engine)
        except ScannerError:
            continue
        yield from (table.name.name for table in made.tables)


@contextmanager
def _before(config: Config, migrations: Sequence[Path], base: str | None) -> Iterator[Config]:
    """The configuration with the schemas that were there before the migrations."""
    earlier = config.before(migrations)
    if base is None:
        yield earlier
        return
    with tempfile.TemporaryDirectory() as folder:
        databases = tuple(_at_base(entry, base, Path(folder)) for entry in earlier.databases)
        yield replace(earlier, databases=databases)


def _at_base(entry: DatabaseConfig, base: str, folder: Path) -> DatabaseConfig:
    """A database whose files of DDL are as the base has them; folders are left as they are."""
    schema: list[str] = []
    for number, text in enumerate(entry.schema):
        path = Path(text)
        content = git.at_base(path, base) if not is_dsn(text) and path.is_file() else None
        if content is not None:
            copy = folder / f"{entry.name}-{number}-{path.name}"
            copy.write_bytes(content)
            schema.append(str(copy))
        else:
            schema.append(text)
    return replace(entry, schema=tuple(schema))
