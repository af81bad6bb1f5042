"""What the files of all tools hold: a phase's statements, its way back, and what must be known before it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanner.model import Engine, Phase, Report, Statement
from scanner.render.plan import asked, command, wrapped

_SET = re.compile(r"SET\s+(SESSION\s+)?(\w+)\s*=\s*(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """One migration: a phase that has statements."""

    slug: str  # "orders_status_3_backfill"
    title: str
    notes: tuple[str, ...]  # lines for a comment at the head of the file
    up: tuple[str, ...]  # statements without a semicolon at their end
    down: tuple[str, ...]
    in_transaction: bool  # all of it, the way back too


def parts(report: Report) -> list[Part]:
    """The phases that have statements; those that have none are what the next one waits for."""
    phases = report.plan.phases if report.plan else ()
    written = [number for number, phase in enumerate(phases, 1) if _run(phase.statements)]
    found, before = [], 0
    for number in written:
        notes = [*_waits(phases[before : number - 1]), *_notes(number, phases)]
        if number == written[-1] and (rest := phases[number:]):
            for each in rest:
                notes += wrapped(f"Afterwards: {each.title}{_services(each)}. {each.why}")
        found.append(_part(report, number, phases[number - 1], notes))
        before = number
    return found


def _part(report: Report, number: int, phase: Phase, notes: Sequence[str]) -> Part:
    up, down = _run(phase.statements), _run(phase.take_back)
    together = phase.in_transaction and not any(each.outside_transaction for each in phase.take_back)
    engine = report.database.engine
    subject = "_".join((report.change.table.name, *report.change.names[:2]))
    slug = re.sub(r"\W+", "_", f"{subject}_{number}_{phase.kind}", flags=re.ASCII).lower()
    return Part(
        slug,
        " ".join(wrapped(f"{phase.kind}: {phase.title}")),
        tuple(notes),
        _with_settings_back(up, engine),
        _with_settings_back(down, engine),
        together,
    )


def _run(statements: Sequence[Statement]) -> tuple[str, ...]:
    return tuple(each.sql for each in statements if not each.tool)


def _with_settings_back(statements: tuple[str, ...], engine: Engine) -> tuple[str, ...]:
    """With the session's settings as they were: the tool goes on in the same session."""
    changed: dict[str, bool] = {}
    for match in filter(None, map(_SET.fullmatch, statements)):
        changed[match[2]] = match[2] != "foreign_key_checks" or match[3] != "1"
    names = [name for name, left in changed.items() if left]
    if engine.family == "postgres":
        return (*statements, *(f"RESET {name}" for name in names))
    return (*statements, *(f"SET SESSION {name} = DEFAULT" for name in names))


def _waits(phases: Sequence[Phase]) -> Iterator[str]:
    """What has to happen before the file is applied."""
    for phase in phases:
        yield from wrapped(f"WAIT, apply this only after: {phase.title}{_services(phase)}. {phase.why}")
        for statement in phase.statements:
            yield from command("Run by hand", statement.sql)
        yield from _checks("Then verify", phase)


def _notes(number: int, phases: Sequence[Phase]) -> Iterator[str]:
    phase = phases[number - 1]
    yield from wrapped(f"Phase {number} of {len(phases)}. {phase.why}")
    if phase.services:
        yield from wrapped(f"Services, in this order: {', '.join(phase.services)}")
    if blanks := [blank for statement in phase.statements for blank in statement.blanks]:
        yield from wrapped(f"Write first, in place of <<…>>: {', '.join(dict.fromkeys(blanks))}")
    if any(statement.batch for statement in phase.statements):
        yield "It runs long, in batches: apply it by itself, not while a service starts."
    for each in phase.alternatives:
        yield from command("Or by hand", each.sql)
    yield from _checks("Verify before the next one", phase)
    for query in phase.watch:
        yield from command("Watch", query)


def _checks(word: str, phase: Phase) -> Iterator[str]:
    for check in phase.verify:
        yield from asked(word, check)


def _services(phase: Phase) -> str:
    return f" ({', '.join(phase.services)})" if phase.services else ""
