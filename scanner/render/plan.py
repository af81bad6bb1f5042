"""A plan as SQL to be copied: phase by phase, and as numbered files."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scanner.errors import UsageError
from scanner.migrations import PLAN_MARK
from scanner.model import Check, Engine, Phase, Plan, Report, Statement
from scanner.render.words import one_line

_WIDTH = 110


def write_plan(report: Report, directory: str | Path) -> tuple[Path, ...]:
    """Writes `plan_files` into the directory, which it makes. Raises UsageError."""
    check_free(directory)
    folder = Path(directory)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = {folder / name: text for name, text in plan_files(report).items()}
        for path, text in written.items():
            path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UsageError(f"The plan could not be written to {directory}: {error.strerror}.") from error
    return tuple(written)


def check_free(directory: str | Path) -> None:
    """Raises UsageError where the files of a plan would be mixed with those of another."""
    taken = sorted(path.name for path in Path(directory).glob("[0-9][0-9]_*.sql"))
    if taken:
        raise UsageError(f"{directory} holds a plan already, {taken[0]} and others: name a directory without one.")


def plan_files(report: Report) -> dict[str, str]:
    """Name → text: ``01_expand.sql``, and ``01_expand.back.sql`` that takes it back."""
    found: dict[str, str] = {}
    for number, phase in enumerate(report.plan.phases if report.plan else (), 1):
        name = f"{number:02}_{phase.kind.replace(' ', '_')}"
        found[f"{name}.sql"] = f"{PLAN_MARK}\n{phase_file(number, phase, report.database.engine)}"
        if phase.take_back:
            found[f"{name}.back.sql"] = f"{PLAN_MARK}\n{script(phase.take_back, report.database.engine)}"
    return found


def phase_file(number: int, phase: Phase, engine: Engine) -> str:
    """The whole phase as one script, what is not SQL in comments."""
    parts = [_commented(wrapped(f"{number}. {phase.kind}: {phase.title}\n{phase.why}"))]
    if phase.services:
        parts[0] += "\n" + _commented(wrapped(f"Services, in this order: {', '.join(phase.services)}"))
    if blanks := [blank for statement in phase.statements for blank in statement.blanks]:
        parts[0] += "\n" + _commented(wrapped(f"Write first, in place of <<…>>: {', '.join(dict.fromkeys(blanks))}"))
    parts.append(script(phase.statements, engine).rstrip("\n"))
    parts += [_commented(command("Or", each.sql)) for each in phase.alternatives]
    parts += [_commented(asked("Verify", check)) for check in phase.verify]
    parts += [_commented(command("Watch", query)) for query in phase.watch]
    return "\n\n".join(filter(None, parts)) + "\n"


def script(statements: Sequence[Statement], engine: Engine) -> str:
    """The statements as psql and mysql read them; in one transaction where they can be."""
    run = [each for each in statements if not each.tool]
    together = engine.family == "postgres" and run and not any(each.outside_transaction for each in run)
    lines = [ended(each.sql, engine) for each in run]
    return "".join(f"{line}\n" for line in (["BEGIN;", *lines, "COMMIT;"] if together else lines))


def ended(sql: str, engine: Engine) -> str:
    """A statement with its end; the client of MySQL cuts bodies at each semicolon unless it is told not to."""
    return f"DELIMITER //\n{sql} //\nDELIMITER ;" if engine.family == "mysql" and ";" in sql else f"{sql};"


def _commented(lines: Iterable[str]) -> str:
    return "\n".join(f"-- {line}".rstrip() for line in lines)


def asked(word: str, check: Check) -> Iterator[str]:
    """The lines of a check and of the answer that lets the plan go on."""
    yield from command(word, check.query)
    yield from wrapped(f"→ {check.expected}")


def command(word: str, text: str) -> Iterator[str]:
    """The lines of what is to be pasted into a shell or client, after a word: none is cut."""
    return map(one_line, _lines(f"{word}: {text}"))


def wrapped(text: str) -> Iterator[str]:
    """The lines of a text as a comment can hold them: visible characters, not too long."""
    for line in _lines(text):
        yield from textwrap.wrap(one_line(line), _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").rstrip("\n").split("\n")


def outline(plan: Plan) -> Iterator[str]:
    """Each phase in a line, as in: 2. deploy: code that knows status (billing, checkout)."""
    for number, phase in enumerate(plan.phases, 1):
        services = f" ({', '.join(phase.services)})" if phase.services else ""
        yield f"{number}. {phase.kind}: {phase.title}{services}"
