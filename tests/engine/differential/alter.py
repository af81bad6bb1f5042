"""The new column: where it goes, a name that collides, and what it holds one day."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random

from scanner.model import Engine, RowUse
from tests.engine.differential.grammar import ALIASES, Grammar
from tests.engine.differential.world import INTEGER, POOL, TEXT, VALUES, Column, Table, World
from tests.rules.fixture import Situation

FRESH = "extra"


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement near a rule; what is left open is drawn."""

    world: World
    statement: str
    table: str | None = None  # to be changed; None: one that the statement mentions
    names: tuple[str, ...] = ()  # names that make the rule fire
    definition: str | None = None  # type and constraints of the new column
    fillable: bool = True
    session: tuple[str, ...] = ()
    objects: str = ""  # views, routines, triggers, grants
    tidy: str = ""  # runs after the new column was filled
    reads: RowUse | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A statement to ask a server and the scanner about."""

    situation: Situation
    statement: str
    draft: Draft
    added: Column | None  # None: it cannot be filled

    def again(self, number: int) -> Trial:
        """The same with other rows, of which there may be more each time."""
        random = Random(self.draft.world.seed + number)
        world = self.draft.world.with_other_rows(random, 0 if self.added is None else number)
        rows, filled = _data(random, replace(self.draft, world=world), self.added)
        return replace(self, situation=replace(self.situation, rows=rows, filled=filled))

    def __str__(self) -> str:
        """In the form of fixtures/rules."""
        s = self.situation
        parts = [f"-- engines: {s.engine}", "-- schema", s.schema, "-- rows", s.rows, f"-- change: {s.change}"]
        parts += ["-- filled", s.filled] * bool(s.filled)
        parts += [f"-- session: {each}" for each in s.session]
        if s.reads is not None:
            numbers = s.reads.indexes or (s.reads.count,)
            parts.append(f"-- reads: {s.reads.kind} {' '.join(map(str, numbers))}")
        return "\n".join([*parts, "", f"{self.statement};"])


def trial(grammar: Grammar, aim: str, engine: Engine, draft: Draft) -> Trial:
    """The draft with a change."""
    table = _table(grammar, draft)
    name = _name(grammar, draft, table)
    definition = draft.definition
    fillable = draft.fillable
    if definition is None:
        definition, fillable = _definition(grammar, table, name)
    added = Column(name, TEXT if "char" in definition else INTEGER) if fillable else None
    draft = replace(draft, table=table.name)
    rows, filled = _data(grammar.random, draft, added)
    situation = Situation(
        aim,
        engine,
        "\n".join([*(t.ddl for t in draft.world.tables), *filter(None, [draft.objects])]),
        rows,
        f"ALTER TABLE {table.name} ADD COLUMN {name} {definition}",
        filled,
        draft.session,
        draft.reads,
    )
    return Trial(situation, draft.statement, draft, added)


def _table(grammar: Grammar, draft: Draft) -> Table:
    if draft.table is not None:
        return draft.world.table(draft.table)
    words = set(_words(draft))
    mentioned = [t for t in draft.world.tables if t.name in words]
    return grammar.pick(*(mentioned or draft.world.tables))


def _words(draft: Draft) -> list[str]:
    return re.findall(r"\w+", " ".join((draft.objects, *draft.session, draft.statement)))


def _name(grammar: Grammar, draft: Draft, table: Table) -> str:
    """One that the statement uses for something else, or one that it does not know."""
    aimed = [name for name in draft.names if name not in table.names]
    bare = [name for name in aimed if re.search(rf"(?<![.\w]){name}\b", " ".join((draft.objects, draft.statement)))]
    if aimed and grammar.chance(60):
        return grammar.pick(*(bare or aimed))
    known = {FRESH, *POOL, *ALIASES, *(t.name for t in draft.world.tables)}
    used = [word for word in dict.fromkeys(_words(draft)) if word in known or re.fullmatch(r"[a-z]\d", word)]
    colliding = [word for word in used if word not in table.names]
    if colliding and grammar.chance(60):
        return grammar.pick(*colliding)
    return grammar.pick(FRESH, *(name for name in POOL if name not in table.names))


def _definition(grammar: Grammar, table: Table, name: str) -> tuple[str, bool]:
    """Type and constraints, and whether the column can be filled."""
    usual = POOL.get(name, TEXT)
    type_ = usual if grammar.chance(75) else grammar.pick(INTEGER, TEXT)
    default = VALUES[type_][0]
    plain = [type_] * 4 + [f"{type_} DEFAULT {default}", f"{type_} NOT NULL DEFAULT {default}"]
    numbers = [c.name for c in table.columns if c.type == INTEGER]
    computed = [f"integer GENERATED ALWAYS AS ({number} + 1) STORED" for number in numbers[:1]]
    if grammar.world.postgres:
        chosen = grammar.pick(*plain, *computed)
    else:
        last = table.names[-1]
        chosen = grammar.pick(
            *plain, *computed, f"{type_} NOT NULL", f"{type_} FIRST", f"{type_} AFTER {last}", f"{type_} INVISIBLE"
        )  # fmt: skip
    return chosen, "GENERATED" not in chosen


def _data(random: Random, draft: Draft, added: Column | None) -> tuple[str, str]:
    """What stands in the tables, and what is there once the new column is filled."""
    assert draft.table is not None
    rows = "\n".join(filter(None, [*(t.inserts for t in draft.world.tables), draft.tidy.strip()]))
    return rows, _fill(random, draft.world.table(draft.table), added, draft.tidy) if added else ""


def _fill(random: Random, table: Table, column: Column, tidy: str) -> str:
    """Writes the same rows again, with values of few that there are in the new column."""
    values = [random.choice(VALUES[column.type]) for _ in table.rows]
    if not values:
        return ""
    rows = ", ".join(f"({', '.join((*row, value))})" for row, value in zip(table.rows, values, strict=True))
    names = ", ".join((*table.names, column.name))
    return f"DELETE FROM {table.name};\nINSERT INTO {table.name} ({names}) VALUES {rows};{tidy}"


def with_rows(world: World, table: Table, count: int) -> World:
    """The table cut down to so many rows."""
    return world.with_table(replace(table, rows=table.rows[:count]))
