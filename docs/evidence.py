"""Counts on what the verdicts stand: docs/evidence.md and scanner/rules/evidence.json, made from fixtures/engine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby

from scanner.rules import ALL_RULES
from tests.truth import DIRECTORY, Case, Told, cases
from tests.verdicts import agrees, is_unseen, said

Pair = tuple[Case, Told]

ENGINES = {"postgres": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}
PAGE = """\
<!-- Generated from fixtures/engine: change that, then run make docs. -->

# Evidence

What a new column does to a statement is a fact about the engine. [fixtures/engine](../fixtures/engine) holds {cases}
cases: a schema, a change, what the session ran before, a statement, and what it did on real servers before the change,
after it and with the new column filled. `make record-truth` puts all of them to a PostgreSQL and a MariaDB, or to the
servers that it is pointed at, and writes what it saw: those lines are *recorded*. *Imported* ones were seen on servers
that this project's recorder has not asked.

| engine | known | cases | judged | verdict agrees | not to be seen | verdict differs |
| --- | --- | --- | --- | --- | --- | --- |
{engines}

*Judged*: not where the engine refuses the change itself, or the statement before it. *Not to be seen*: the verdict is
changes-results, for the engine takes another column; no rows can show it.

The verdict differs, for a known reason, in

{differences}

## By mechanism

| file | what it is about | cases | breaks | changes-results | changes-shape | unchanged | not judged |
| --- | --- | --- | --- | --- | --- | --- | --- |
{files}
"""


def page() -> str:
    """The text of docs/evidence.md."""
    everything = cases()
    return PAGE.format(
        cases=len(everything),
        engines="\n".join(_engine_row(title, pairs) for title, pairs in _by_engine(_pairs())),
        differences="\n".join(_differences(everything)),
        files="\n".join(_file_row(name, [*group]) for name, group in groupby(everything, key=lambda c: c.block.rule)),
    )


@cache
def counted() -> str:
    """The text of evidence.json: in how many cases each rule finds something, as the engine did."""
    rules = {rule.code: {title: len(pairs) for title, pairs in _by_engine(_fired(rule.code))} for rule in ALL_RULES}
    return json.dumps({code: rules[code] for code in sorted(rules) if rules[code]}, indent=1) + "\n"


def files_of(code: str) -> list[str]:
    """The names of the files with cases of the rule."""
    return sorted({case.block.rule for case, _ in _fired(code)})


def _fired(code: str) -> Iterator[Pair]:
    return (
        (case, told)
        for case, told in _pairs()
        if told.judged and agrees(case, told) and code in said(case, told.engine).rules
    )


@cache
def _pairs() -> Sequence[Pair]:
    return [(case, told) for case in cases() for told in case.outcomes]


def _by_engine(pairs: Iterable[Pair]) -> list[tuple[str, list[Pair]]]:
    """The pairs under titles as in: PostgreSQL 15.20 (recorded)."""
    found: dict[Told, list[Pair]] = {}
    for case, told in pairs:
        found.setdefault(Told(told.engine, told.known, ()), []).append((case, told))
    return [(_title(told), found[told]) for told in sorted(found, key=lambda told: told.place)]


def _title(told: Told) -> str:
    return f"{ENGINES[told.engine.name]} {'.'.join(map(str, told.engine.version))} ({told.known})"


def _engine_row(title: str, pairs: Sequence[Pair]) -> str:
    judged = [pair for pair in pairs if pair[1].judged]
    agreed, unseen = (sum(test(*pair) for pair in judged) for test in (agrees, is_unseen))
    engine, _, known = title.rpartition(" ")
    numbers = (len(pairs), len(judged), agreed, unseen, len(judged) - agreed - unseen)
    return f"| {engine} | {known.strip('()')} | {' | '.join(map(str, numbers))} |"


def _differences(everything: Sequence[Case]) -> Iterator[str]:
    for case in everything:
        for difference in case.differences:
            engines = f" ({', '.join(ENGINES[name] for name in difference.engines)})" if difference.engines else ""
            yield f"- `{case.statement}`{engines}: {difference.says}; {difference.why}."


def _file_row(name: str, group: Sequence[Case]) -> str:
    """An outcome is counted once an engine."""
    first, _, _ = (DIRECTORY / f"{name}.sql").read_text("utf-8").partition("\n")
    outcomes = Counter(told.accept[0] if told.judged else "" for case in group for told in case.outcomes)
    counts = [outcomes[each] for each in ("breaks", "changes-results", "changes-shape", "unchanged", "")]
    about = first.removeprefix("-- ").rstrip(".")
    return f"| [{name}](../fixtures/engine/{name}.sql) | {about} | {len(group)} | {' | '.join(map(str, counts))} |"
