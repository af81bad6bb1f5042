"""The library: scan() → Scan, Scan.impact() → Impact."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import store
from scanner.change import Change
from scanner.config import Config, load_config
from scanner.errors import ChangeError, ScannerError, SourceError
from scanner.graph import build_graph, neighbourhood, relation_id
from scanner.model import Effect, Report, Unread
from scanner.progress import Progress, silent
from scanner.render import write
from scanner.render.graph_outline import outline
from scanner.render.words import count, visible
from scanner.scanning import SCHEMA, DatabaseScan, scan_databases
from scanner.schema import Schema
from scanner.store import KeptScan
from scanner.suppress import suppress, suppressions_for
from scanner.target import find_relation, locate, locate_all
from scanner.workers import workers

if TYPE_CHECKING:
    import pandas as pd

    from scanner.graph.build import Graph
    from scanner.model import PlanTool
    from scanner.render.picture import Drawing


def scan(config: Config | str | Path, progress: Progress | None = None, *, dask: str | None = None) -> Scan:
    """Collects everything a configuration (or the scanner.toml at a path) names.

    With `dask`, the address of a scheduler, as in ``tcp://scheduler:8786``, a Dask cluster reads logs and source.
    A source that cannot be read is listed in `Scan.unread`; the others are read. Raises ConfigError and ClusterError.
    """
    config = config if isinstance(config, Config) else load_config(config)
    with workers(dask) as found:
        return Scan(scan_databases(config, progress, found), config)


def keep(
    config: Config | str | Path, path: str | Path, progress: Progress | None = None, *, dask: str | None = None
) -> Scan:
    """A scan kept in one file: of one that is there already only what has changed since is read.

    `dask` as in `scan`. Raises ConfigError, ClusterError and StoreError.
    """
    config = config if isinstance(config, Config) else load_config(config)
    with workers(dask) as found:
        store.update(config, path, progress or silent, found)
    return load(path)


def merge(paths: Sequence[str | Path], output: str | Path, progress: Progress | None = None) -> Scan:
    """Kept scans of several machines as one, kept too: counts are added. Raises StoreError."""
    store.merge(paths, output, progress or silent)
    return load(output)


def load(path: str | Path) -> Scan:
    """A scan that was kept with `Scan.save`. Raises StoreError."""
    return Scan(store.load(path))


@dataclass(frozen=True, repr=False)
class Scan:
    """What is known of each database, to be asked about any number of changes."""

    databases: tuple[DatabaseScan | KeptScan, ...]
    config: Config | None = None  # None: a kept scan, whose source may be somewhere else

    def impact(self, change: Change | str, database: str | None = None) -> Impact:
        """What a change does. A text is read in the dialect of the database's engine.

        Without `database` it is the one that has the table. Raises ChangeError and UsageError, and
        SourceError when the schema that may have the table could not be read.
        """
        try:
            located, name = locate(change, self.schemas, database)
        except ChangeError as error:
            raise self._unread_schema(database) or error from None
        return Impact(self._report(located, name))

    def impacts(
        self, migration: str | Path, database: str | None = None, created: Collection[str] = ()
    ) -> tuple[Impact, ...]:
        """What a file of migrations does: one impact for each table to which it adds columns.

        Of Flyway, Liquibase, Django, Alembic or plain SQL. Columns that the schema has already are left out, and
        with none left there is no impact; `created` are tables that migrations beside it make.
        Raises SourceError when it cannot be read, else as `impact` does.
        """
        found, refused = self.judged(migration, database, created)
        if refused:
            raise refused[0]
        return found

    def judged(
        self, migration: str | Path, database: str | None = None, created: Collection[str] = ()
    ) -> tuple[tuple[Impact, ...], tuple[ScannerError, ...]]:
        """As `impacts`, of what can be asked about; and why the rest cannot. Raises SourceError and UsageError."""
        located = locate_all(Path(migration), self.schemas, database, created)
        refused: tuple[ScannerError, ...] = located.refused
        if refused and (unread := self._unread_schema(database)):
            refused = (unread,)
        return tuple(Impact(self._report(change, name)) for change, name in located.found), refused

    @property
    def schemas(self) -> Mapping[str, Schema]:
        """The schema of each database, by its name."""
        return {found.name: found.schema for found in self.databases}

    @cached_property
    def queries(self) -> pd.DataFrame:
        """One row a query, most called first; `scanner.frames.QUERIES` has the columns."""
        from scanner.frames import queries_frame

        return queries_frame(found.parts for found in self.databases)

    @cached_property
    def tables(self) -> pd.DataFrame:
        """One row a table or view, with what reaches it; `scanner.frames.TABLES` has the columns."""
        from scanner.frames import tables_frame

        return tables_frame([found.parts for found in self.databases], self.graph)

    @cached_property
    def graph(self) -> Graph:
        """Services, queries, relations and what connects them; `scanner.graph` names nodes and edges."""
        return build_graph(found.parts for found in self.databases)

    @property
    def summary(self) -> str:
        """How many queries were found in each database, in words."""
        counts = (f"{found.name}: {count(found.count, 'query')}" for found in self.databases)
        return ", ".join(counts)

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What could not be read."""
        return tuple(unread for found in self.databases for unread in found.evidence.unread)

    def outline(self, table: str, database: str | None = None) -> str:
        """The queries that reach a table or view, as text. Raises UsageError."""
        return outline(self.graph, self._node(table, database))

    def plot(self, table: str, database: str | None = None) -> Drawing:
        """A picture of what reaches a table or view, which a notebook shows. Raises UsageError."""
        from scanner.render.picture import draw_neighbourhood

        node = self._node(table, database)
        return draw_neighbourhood(neighbourhood(self.graph, node), node)

    def export_graph(self, path: str | Path, table: str | None = None, database: str | None = None) -> None:
        """Writes the graph, or what of it reaches a table, as .graphml, .json or .dot, or a table's as .svg.

        Raises UsageError.
        """
        from scanner.render.graph_files import write_graph

        node = None if table is None else self._node(table, database)
        write_graph(self.graph if node is None else neighbourhood(self.graph, node), path, node)

    def save(self, path: str | Path) -> None:
        """Keeps the scan in one file, for `load`. Raises StoreError."""
        store.save(self.databases, path)

    def _repr_html_(self) -> str:
        from scanner.frames import databases_frame

        unread = (sum(each.count for each in found.evidence.unread) for found in self.databases)
        found = ((each.schema, each.count, missing) for each, missing in zip(self.databases, unread, strict=True))
        cells = databases_frame(found).map(lambda cell: visible(str(cell)))
        shown: str = cells.to_html(index=False, border=0, classes=["tex2jax_ignore", "mathjax_ignore"])
        return shown

    def __repr__(self) -> str:
        return f"<Scan of {self.summary}>"

    def _unread_schema(self, database: str | None) -> SourceError | None:
        """Why the table of a change may not be known."""
        candidates = (found for found in self.databases if database in (None, found.name))
        unread = (each for found in candidates for each in found.evidence.unread)
        return next((SourceError(each.reason) for each in unread if each.source == SCHEMA), None)

    def _report(self, change: Change, database: str) -> Report:
        report = replace(self._database(database).impact(change), made=datetime.now(UTC))
        if self.config is None:
            return report
        report = replace(report, links=self.config.links)
        return suppress(report, tuple(suppressions_for(report, self.config)), date.today())

    def _database(self, name: str) -> DatabaseScan | KeptScan:
        return next(found for found in self.databases if found.name == name)

    def _node(self, table: str, database: str | None) -> str:
        name, relation = find_relation(table, self.schemas, database)
        return relation_id(name, relation.name)


@dataclass(frozen=True, repr=False)
class Impact:
    """What a change does: a `Report`, with its tables and its files."""

    report: Report

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row a finding, worst first; `scanner.render.tables.FINDINGS` has the columns."""
        effects = [effect.value for effect in Effect]
        return self._everything[self._everything["effect"].isin(effects)].reset_index(drop=True)

    @cached_property
    def queries(self) -> pd.DataFrame:
        """One row a query that reaches the table, under its worst effect (or its answer)."""
        rows = self._everything[self._everything["subject_kind"] == "query"]
        return rows.drop_duplicates("fingerprint").reset_index(drop=True)

    @cached_property
    def services(self) -> pd.DataFrame:
        """One row a service that reaches the table, worst first; `scanner.render.tables.SERVICES`."""
        from scanner.render.tables import services_frame

        return services_frame(self.report)

    @cached_property
    def _everything(self) -> pd.DataFrame:
        from scanner.render.tables import findings_frame

        return findings_frame(self.report)

    def plot(self) -> Drawing:
        """A picture of the services, of what is hit and of the table, which a notebook shows."""
        from scanner.render.picture import draw_report

        return draw_report(self.report)

    def to_html(self, path: str | Path) -> None:
        """Writes the report as one self-contained page. Raises UsageError."""
        self._write(path, ".html")

    def to_csv(self, path: str | Path) -> None:
        """Writes one row a finding and one a query without any. Raises UsageError."""
        self._write(path, ".csv")

    def to_json(self, path: str | Path) -> None:
        """Writes the report for programs. Raises UsageError."""
        self._write(path, ".json")

    def to_plan(self, directory: str | Path) -> None:
        """Writes each phase of the plan as a script, and one that takes it back. Raises UsageError."""
        from scanner.render.plan import write_plan

        write_plan(self.report, directory)

    def to_migrations(self, folder: str | Path, tool: PlanTool) -> None:
        """Writes the plan as the next files of a folder of migrations, of this tool. Raises UsageError."""
        from scanner.render.migrations import write_migrations

        write_migrations(self.report, folder, tool)

    def to_markdown(self, path: str | Path) -> None:
        """Writes the report for a pull request. Raises UsageError."""
        self._write(path, ".md")

    def _write(self, path: str | Path, suffix: str) -> None:
        write(self.report, path, suffix)

    def _repr_html_(self) -> str:
        from scanner.render.html import to_notebook

        return to_notebook(self.report)

    def __repr__(self) -> str:
        from scanner.render.verdict import headline

        return f"<Impact: {headline(self.report)}>"
