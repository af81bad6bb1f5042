"""Routines and triggers of the catalogue → bodies."""

from __future__ import annotations

from dataclasses import replace

from scanner.bodies.body import Body, Part
from scanner.bodies.procedural import read_procedural
from scanner.model import Family, Routine, Trigger
from scanner.statements import split

# Compiled code computes; it runs no statements of its own that a column could change.
_WITHOUT_SQL = frozenset({"c", "internal"})


def read_routine(routine: Routine, family: Family) -> Body:
    """The statements of a function or procedure, with its parameters as variables."""
    parameters = tuple((a.name.lower() if family == "mysql" else a.name, a.type) for a in routine.arguments if a.name)
    language = routine.language.lower()
    if family == "mysql" or language == "plpgsql":
        body = read_procedural(routine.body, family)
    elif language == "sql":
        body = Body(_statements(routine, family), rule="column", procedural=False, frozen=routine.atomic)
    else:
        own = None if language in _WITHOUT_SQL else f"{routine.name} is written in {language}"
        return Body((), parameters, unread=own)
    return replace(body, variables=(*parameters, *body.variables))


def read_trigger(trigger: Trigger, family: Family) -> Body:
    """The statements of a trigger that has a body of its own (MySQL)."""
    return read_procedural(trigger.body or "", family)


def read_block(text: str) -> Body:
    """The statements of a DO block."""
    return read_procedural(text, "postgres")


def _statements(routine: Routine, family: Family) -> tuple[Part, ...]:
    """LANGUAGE sql: every statement runs, the last one's result is the routine's. RETURN holds an expression."""
    text = routine.body.strip()
    if text[:6].upper() == "RETURN":
        return (Part("return query", f"SELECT {text[6:].strip(' ;')}"),)
    found = [s.text.strip().rstrip(";") for s in split(_inner(text), family)]
    last = len(found) - 1
    return tuple(Part("return query" if i == last else "run", each) for i, each in enumerate(found))


def _inner(text: str) -> str:
    """What stands between BEGIN ATOMIC and END."""
    words = text.split(None, 2)
    if len(words) == 3 and words[0].upper() == "BEGIN" and words[1].upper() == "ATOMIC":
        inner = words[2].rstrip("; \n")
        return inner[:-3] if inner.upper().endswith("END") else inner
    return text
