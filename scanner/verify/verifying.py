"""Every query that touches the table, before and after, on the scratch server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanner.errors import UsageError
from scanner.model import HOLE_PATTERN, Query, Report
from scanner.verify.judging import Checked, Standing, judge, missed
from scanner.verify.scratch import build, scratch
from scanner.verify.seen import Seen

_SHORTENED = re.compile(r"\.\.\.|/\*|…")  # lists that a digest has cut: no statement any more
# A file of the server, or a program there: what that does is not rolled back.
_SERVERS_FILE = re.compile(
    r"\bCOPY\b.*\b(?:FROM|TO)\s+(?!STDIN\b|STDOUT\b)(?:PROGRAM\b|\$\d|'|E')"
    r"|\bLOAD\s+(?:DATA|XML)\b|\bINTO\s+(?:OUTFILE|DUMPFILE)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What the engine says to a report."""

    checked: tuple[Checked, ...]  # refuted ones first
    not_built: tuple[str, ...]  # statements of the schema that the scratch server refuses, with why
    asked: int  # queries
    left_out: int  # queries that are no whole statements or use files, and findings about other things than queries

    def count(self, standing: Standing) -> int:
        """How many stand so."""
        return sum(each.standing is standing for each in self.checked)


def verify(report: Report, scripts: Sequence[str], dsn: str, *, even_if_used: bool = False) -> Verified:
    """Builds the schema without its data twice, changes one of them, and asks both about every touching query.

    `scripts` are the schema's DDL. Raises UsageError and SourceError: a server that is used or cannot be, and a change
    that it refuses.
    """
    engine = report.database.engine
    with scratch(dsn, engine, even_if_used=even_if_used) as (before, after):
        not_built = build(before, scripts, engine)
        build(after, scripts, engine)
        for each in (before, after):
            each.settle(report.database)
        refused = build(after, [report.change.sql], engine)
        if refused:
            raise UsageError(f"The scratch server refuses the change: {refused[0]}.")
        whole = [query for query in report.queries if _is_whole(query)]
        seen = {query.fingerprint: (before.look(query.sql), after.look(query.sql)) for query in whole}
    checked = sorted(_checked(report, seen), key=lambda each: list(_ORDER).index(each.standing))
    left_out = len(report.queries) - len(whole) + sum(f.subject.kind != "query" for f in report.findings)
    return Verified(tuple(checked), tuple(not_built), len(whole), left_out)


_ORDER = (Standing.REFUTED, Standing.NOT_SHOWN, Standing.CONFIRMED)


def _checked(report: Report, seen: dict[str, tuple[Seen, Seen]]) -> Iterator[Checked]:
    queries = {query.fingerprint: query for query in report.queries}
    for finding in report.findings:
        if finding.subject.name in seen and finding.subject.kind == "query":
            yield judge(finding, queries[finding.subject.name], *seen[finding.subject.name])
    for query in report.unaffected:
        found = missed(query, *seen[query.fingerprint]) if query.fingerprint in seen else None
        if found is not None:
            yield found


def _is_whole(query: Query) -> bool:
    truncated = any(observation.truncated for observation in query.observations)
    cut = truncated or re.search(HOLE_PATTERN, query.sql) or _SHORTENED.search(query.sql)
    return not cut and not _SERVERS_FILE.search(query.sql)
