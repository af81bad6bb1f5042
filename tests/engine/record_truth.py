"""Records fixtures/engine anew: `make record-truth`.

Every case is put to a private PostgreSQL and a private MariaDB, or to the servers of SCANNER_TEST_POSTGRES,
SCANNER_TEST_MARIADB and SCANNER_TEST_MYSQL: before the change, after it and once the new column is filled. What they
did replaces what stood there of the same major version; the lines of other engines and versions stay.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from scanner.model import Effect
from tests.engine.servers import Server, engines, mariadb_server, postgres_server
from tests.engine.witness import ERRORS, Account, Outcome, RefusedError, witness
from tests.truth import DIRECTORY, UNCHANGED, Case, Told, merged, parse, rewritten

_URLS = {name: f"SCANNER_TEST_{name.upper()}" for name in ("postgres", "mariadb", "mysql")}
_COMMITS = re.compile(r"(CREATE|TRUNCATE|HANDLER)\b", re.I)  # on MySQL and MariaDB: nothing can be rolled back


def main() -> int:
    """Writes the files; the exit status says whether every case could be recorded."""
    failures = 0
    for name in engines():
        start = postgres_server if name == "postgres" else mariadb_server
        with start(os.environ.get(_URLS[name])) as server:
            failures += sum(_record(server, path) for path in sorted(DIRECTORY.glob("*.sql")))
            print(f"Recorded on {server.title}.")
    return 1 if failures else 0


def _record(server: Server, path: Path) -> int:
    """Writes one file; how many situations could not be set up."""
    text = path.read_text("utf-8")
    cases = [case for case in parse(path.stem, text) if case.is_for(server.engine)]
    outcomes, failures = {}, 0
    for batch in batches(server, cases):
        try:
            outcomes |= {case.line: merged(case.outcomes, told) for case, told in recorded(server, batch)}
        except ERRORS as error:
            failures += 1
            print(f"{path.name}:{batch[0].line}: not recorded on {server.title}: {error}", file=sys.stderr)
    path.write_text(rewritten(text, outcomes), "utf-8")
    return failures


def batches(server: Server, cases: Sequence[Case]) -> Iterator[list[Case]]:
    """Cases that can share their databases: those that follow one change, and can be rolled back."""
    for _, group in groupby(cases, key=lambda case: case.situation(server.engine)):
        shared: list[Case] = []
        for case in group:
            if server.engine.family == "mysql" and _COMMITS.match(case.text):
                yield [case]
            else:
                shared.append(case)
        if shared:
            yield shared


def recorded(server: Server, cases: Sequence[Case]) -> list[tuple[Case, Told]]:
    """What the server did to the statements of one batch. Raises what the driver does when it cannot be set up."""
    try:
        accounts = witness(server, cases[0].situation(server.engine), [case.text for case in cases])
    except RefusedError as refused:
        return [(case, Told(server.engine, "recorded", ("alter-fails",), (str(refused),))) for case in cases]
    return [(case, told(server, account)) for case, account in zip(cases, accounts, strict=True)]


def told(server: Server, seen: Account) -> Told:
    """The worst that was seen, and whether it was so at once."""
    before, after, filled = seen.before, seen.after, seen.filled
    if before.error:
        name = "fixed" if not after.error else "error-before" if after.code == before.code else "error-changes"
        codes = [before.code, after.code] if name == "error-changes" else [before.code]
        return Told(server.engine, "recorded", (name,), tuple(codes))
    at_once, later = _outcome(before, after), _outcome(before, filled)
    worst = min(at_once, later, key=_rank)
    code = next((each.code for each in (after, filled) if each.error), "")
    return Told(server.engine, "recorded", (worst,), (code,) if code else (), once_filled=at_once != worst)


def _outcome(before: Outcome, later: Outcome) -> str:
    seen = Account(before, later, later)
    shown = {
        Effect.BREAKS: seen.breaks,
        Effect.CHANGES_RESULTS: seen.changes_values,
        Effect.CHANGES_SHAPE: seen.changes_shape,
    }
    return next((str(effect) for effect, is_so in shown.items() if is_so), UNCHANGED)


def _rank(outcome: str) -> int:
    return Effect(outcome).rank if outcome != UNCHANGED else len(Effect)


if __name__ == "__main__":
    sys.exit(main())
