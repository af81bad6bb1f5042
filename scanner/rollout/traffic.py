"""Who uses the table, as far as production counted it: whom a lock hits and what the column will cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from scanner.model import Finding, Query

_STAR = "star-projection"  # the rule that finds the statements whose rows will hold the column


@dataclass(frozen=True, slots=True)
class Traffic:
    """The statements that touch the table. Calls are None where no production source has any of them."""

    services: tuple[str, ...] = ()  # whose statements they are, sorted
    calls: int | None = None
    writes: int | None = None  # calls of those that write rows of the table
    carrying: int = 0  # statements whose rows will hold the new column
    carrying_calls: int | None = None
    carrying_rows: int | None = None  # rows that they returned

    @classmethod
    def of(cls, queries: Collection[Query], writing: Iterable[Query], findings: Iterable[Finding]) -> Traffic:
        """Of the queries that touch the table, with those of them that write its rows, and what is found of them."""
        stars = {finding.subject.name for finding in findings if _STAR in (finding.name, *finding.folded)}
        carrying = [query for query in queries if query.fingerprint in stars]
        return cls(
            tuple(sorted({service for query in queries for service in query.services})),
            _sum(query.calls for query in queries),
            _sum(query.calls for query in writing),
            len(carrying),
            _sum(query.calls for query in carrying),
            _sum(query.rows for query in carrying),
        )

    @property
    def whom(self) -> str:
        """As in: every statement on it (226 calls seen, of billing and checkout)."""
        seen = [f"{self.calls:,} calls seen"] if self.calls else []
        seen += [f"of {_listed(self.services)}"] if self.services else []
        return "every statement on it" + (f" ({', '.join(seen)})" if seen else "")


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _listed(names: tuple[str, ...]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
