"""Findings about code that stands in the database itself: routines, triggers, views."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from scanner.compare import Comparison
from scanner.model import BlindSpot, Certainty, Finding, Routine, Subject, Trigger, View
from scanner.model.report import SubjectKind
from scanner.resolve import ErrorKind, Meanings, Resolution, read_session, resolve_stored, settings
from scanner.rules import judge
from scanner.rules.hit import listed
from scanner.verdict import Prepared

_FAILS = re.compile(r"^It fails with ([\w/]+): ")
_OF_ROW = re.compile(r"\b(?:new|old)(?= used\b)")
_CAPITAL = frozenset(("It", "The", "Build", "List"))  # words that begin a sentence of a rule, and are no names
_Stored = Routine | Trigger | View


def stored_findings(prepared: Prepared) -> tuple[list[Finding], list[BlindSpot]]:
    """At most one finding on each object that names the table or hangs on it, and what of them could not be read.

    What an object does only through another one is said of the other.
    """
    findings: list[Finding] = []
    unread: list[BlindSpot] = []
    for found in _concerned(prepared) if prepared.grown else ():
        compared = _compared(prepared, found)
        worst = _worst(judge(compared)) if compared is not None else None
        if compared is not None and worst is not None:
            findings.append(_about(worst, found, compared))
        else:
            unread.extend(_unread(prepared, found, compared))
    return findings, unread


def _concerned(prepared: Prepared) -> Iterator[_Stored]:
    schema = prepared.schema
    routines = {routine.name: routine for routine in schema.routines}
    for trigger in schema.triggers:
        called = routines.get(trigger.routine) if trigger.routine is not None else None
        text = trigger.body or (called.body if called else "")
        if trigger.table in prepared.grown or prepared.mentioned_in(text):
            yield trigger
    for routine in schema.routines:
        types = " ".join(argument.type for argument in routine.arguments)
        if routine.returns != "trigger" and prepared.mentioned_in(f"{routine.body} {routine.returns} {types}"):
            yield routine
    yield from (view for view in schema.views if prepared.mentioned_in(view.sql))


def _compared(prepared: Prepared, found: _Stored) -> Comparison | None:
    meanings, how = Meanings(), settings(prepared.schema.database, read_session((), prepared.schema.database), None)
    before = resolve_stored(found, prepared.schema, meanings, how)
    after = resolve_stored(found, prepared.after, meanings, how)
    if not isinstance(before, Resolution) or not isinstance(after, Resolution):
        return None
    return Comparison(before, after, prepared.change, prepared.schema, prepared.after, prepared.table)


def _worst(findings: list[Finding]) -> Finding | None:
    """The worst that is certain, with the names of the others."""
    worst = [each for each in findings if each.effect is findings[0].effect]
    worst = [each for each in worst if each.certainty is Certainty.CERTAIN] or worst
    first = next((each for each in worst if each.name != _OTHER_VALUES), worst[0]) if worst else None
    others = (each.name for each in findings if first is not None and each.name not in (first.name, _OTHER_VALUES))
    return replace(first, folded=tuple(dict.fromkeys(others))) if first is not None else None


# The rule that says of a caller that something it sets off does something else.
_OTHER_VALUES = "routine-body"


def _about(finding: Finding, found: _Stored, compared: Comparison) -> Finding:
    kind, name = _subject(found)
    message = _message(finding, found).replace(f" (in {name})", "").replace(f"the INSERT in {name}", "its INSERT")
    help_ = _help(finding, found, compared)
    return replace(finding, message=message, help=help_, subject=Subject(kind, name), span=None)


def _subject(found: _Stored) -> tuple[SubjectKind, str]:
    if isinstance(found, Trigger):
        return "trigger", found.name
    return ("view" if isinstance(found, View) else "routine"), str(found.name)


def _message(finding: Finding, found: _Stored) -> str:
    kind, name = _subject(found)
    who = f"The {found.kind if isinstance(found, Routine) else kind} {name}"
    events = " or ".join(event.upper() for event in found.events) if isinstance(found, Trigger) else ""
    when = f"every {events} on {found.table}" if isinstance(found, Trigger) else ""
    if finding.name == _OTHER_VALUES:
        return f"{who} reads or writes other values than before{f', at {when}' if when else ''}."
    if finding.name == "whole-row-use" and isinstance(found, Trigger):
        whole = _OF_ROW.sub(lambda m: m[0].upper(), _after_colon(finding.message))
        return f"{who} takes the whole row at {when}: {whole}"
    if _FAILS.match(finding.message):
        return _FAILS.sub(lambda m: f"{who} fails with {m[1]}{f' at {when}' if when else ''}: ", finding.message)
    if finding.message.startswith("It "):
        return f"{who}{f', at {when},' if when else ''} {finding.message[3:]}"
    return f"{who}{f', at {when}' if when else ''}: {_after_colon(finding.message)}"


def _after_colon(sentence: str) -> str:
    """The sentence as the second half of one."""
    first, space, rest = sentence.partition(" ")
    return f"{first.lower() if first in _CAPITAL else first}{space}{rest}"


def _help(finding: Finding, found: _Stored, compared: Comparison) -> str:
    if not isinstance(found, Trigger):
        return finding.help
    if finding.name == "whole-row-use":
        return f"Nothing, if it is meant to keep whole rows, as an audit trail does. Else {_after_colon(finding.help)}"
    narrow = [e.table for e in compared.new_errors(ErrorKind.INSERT_WIDTH) if e.table is not None]
    if finding.name == "insert-width" and narrow and not compared.is_grown(narrow[0]):
        names = listed([column.name for column in compared.columns])
        return f"Add {names} to {narrow[0]} first, or {_after_colon(finding.help)}"
    return finding.help if finding.name != _OTHER_VALUES else f"Name the columns in the body of {found.name}."


def _unread(prepared: Prepared, found: _Stored, compared: Comparison | None) -> Iterable[BlindSpot]:
    """What of a body may reach the table and was not looked into."""
    kind, name = _subject(found)
    gaps = compared.after.gaps if compared is not None else ()
    reasons = [gap.reason for gap in gaps if prepared.mentioned_in(gap.text)]
    if reasons:
        message = f"The {kind} {name} names {prepared.table.name} where it was not checked: {reasons[0]}."
        yield BlindSpot("schema", prepared.schema.database.name, message)
