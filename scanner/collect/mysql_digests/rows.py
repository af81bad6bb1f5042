"""Rows of the server's tables → observations, wherever the rows come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scanner.collect.mysql_digests.cut import is_cut
from scanner.model import Coverage, Observation, Unread
from scanner.utility_statements import is_utility

SOURCE = "mysql_digests"
# Makes of a statement with values its normalised text.
Normalise = Callable[[str], str]

_DEFAULT_LENGTH = 1024  # bytes, of max_digest_length and of performance_schema_max_sql_text_length
_PS_PER_MS = 1_000_000_000


@dataclass(slots=True)
class Digests:
    """Takes the rows of one server while they pass, and keeps what they tell of the server."""

    place: str
    database: str | None
    normalise: Normalise
    variables: dict[str, str] = field(default_factory=dict)  # by lower-case name; none: not known
    consumers: dict[str, str] = field(default_factory=dict)
    entries: int = 0
    ignored: int = 0
    cut: int = 0
    calls: int = 0  # of all rows
    evicted: int = 0  # calls of statements that have no row of their own
    first_seen: datetime | None = None
    problems: dict[str, list[int]] = field(default_factory=dict)  # reason → lines

    def take(self, line: int, values: Mapping[str, object] | None) -> Iterator[Observation]:
        """The observation that a row is, if it is one; `line` is where it stands in a file."""
        if values is None:
            self.note(line, "it has more or fewer values than the header, or is no JSON object")
        elif "variable_name" in values:
            name = str(values["variable_name"]).lower()
            self.variables[name] = str(values.get("value", values.get("variable_value", "")))
        elif "consumer" in values:
            self.consumers[str(values["consumer"])] = str(values.get("enabled", ""))
        elif "count_star" in values or "digest_text" in values:
            yield from self._observe(_Row(self, line, values))

    def note(self, line: int, reason: str) -> None:
        """Keeps what is wrong with a row."""
        self.problems.setdefault(reason, []).append(line)

    def unread(self) -> Iterator[Unread]:
        """What was kept, told once a reason."""
        for reason, lines in self.problems.items():
            place = f"{self.place}:{lines[0]}"
            yield Unread(SOURCE, place, f"A row cannot be read as it should be: {reason}.", len(lines))

    def coverage(self, **counts: int) -> Coverage:
        """What was read."""
        return Coverage(SOURCE, self.place, entries=self.entries, ignored=self.ignored, **counts)

    def length(self, *names: str) -> int:
        """The smallest of these limits, in bytes."""
        known = [int(value) for name in names if (value := self.variables.get(name, "")).isdecimal()]
        return min(known, default=_DEFAULT_LENGTH)

    def _observe(self, row: _Row) -> Iterator[Observation]:
        text, calls = row.text("digest_text"), row.number("count_star")
        self.calls += calls or 0
        seen = row.time("first_seen")
        if seen is not None and (self.first_seen is None or seen < self.first_seen):
            self.first_seen = seen
        if text is None:
            self.evicted += calls or 0
        elif is_utility(text):
            self.ignored += 1
        else:
            self.entries += 1
            yield self._observation(row, text, calls)

    def _observation(self, row: _Row, digest: str, calls: int | None) -> Observation:
        sample = self._sample(row)
        cut = sample is None and is_cut(
            digest, self.length("max_digest_length", "performance_schema_max_digest_length")
        )
        self.cut += cut
        sent, affected = row.number("sum_rows_sent"), row.number("sum_rows_affected")
        time_ps = row.number("sum_timer_wait")
        return Observation(
            source=SOURCE,
            sql=digest if sample is None else sample,
            database=self.database,
            default_schema=row.text("schema_name"),
            calls=calls,
            # No statement takes no time: 0 stands where the server does not measure it.
            total_time_ms=time_ps / _PS_PER_MS if time_ps else None,
            rows=sent or affected if sent is not None else affected,
            last_seen=row.time("last_seen"),
            server_query_id=row.text("digest"),
            truncated=cut,
            digest=sample is None,
        )

    def _sample(self, row: _Row) -> str | None:
        """One of the statements that a digest stands for, normalised, if the server kept the whole of it."""
        sample = row.text("query_sample_text")
        longest = self.length("performance_schema_max_sql_text_length")
        if sample is None or sample.endswith("...") or len(sample.encode("utf-8", "surrogatepass")) >= longest:
            return None
        return self.normalise(sample)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table."""

    digests: Digests
    line: int
    values: Mapping[str, object]

    def text(self, name: str) -> str | None:
        found = self.values.get(name)
        return None if found is None else str(found).strip() or None

    def number(self, name: str) -> int | None:
        text = self.text(name)
        try:
            return None if text is None else int(text)
        except ValueError:
            self.digests.note(self.line, f"its {name} is no number")
            return None

    def time(self, name: str) -> datetime | None:
        """As UTC where it has no offset; the year 0 stands for none."""
        text = self.text(name)
        if text is None or text.startswith("0000-"):
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.digests.note(self.line, f"its {name} is no time")
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
