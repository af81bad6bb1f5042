"""Whatever column is added to whatever table: hazards and a plan are made, and they are whole."""

from __future__ import annotations

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from scanner.change import Change
from scanner.errors import ChangeError
from scanner.model import Severity
from scanner.render.plan import phase_file, script
from scanner.rollout import execution, hazards, plan
from scanner.schema import Schema

ENGINES = ("postgres:10", "postgres:12", "postgres:15", "postgres:18", "mysql:5.7", "mysql:8.0.20", "mysql:9.2",
           "mariadb:10.2", "mariadb:10.11", "mariadb:11.4")  # fmt: skip
TABLES = (
    "CREATE TABLE t (id int PRIMARY KEY, a int)",
    "CREATE TABLE t (id int, a int)",
    "CREATE TABLE t (id int, a int NOT NULL, PRIMARY KEY (id, a))",
    "CREATE TABLE t (id int, a int NOT NULL UNIQUE)",
)
NAMES = st.sampled_from(["x", "X", "select", "we ird", "ü", "a" * 60])
TYPES = st.sampled_from(["int", "text", "varchar(20)", "timestamp", "numeric(10, 2)"])
CLAUSE = """
NOT NULL|DEFAULT 7|DEFAULT random()|DEFAULT (uuid())|DEFAULT f(1, ')')|UNIQUE|PRIMARY KEY|CHECK (1 > 0)
CONSTRAINT c CHECK (id > 0)|REFERENCES u (id) ON DELETE CASCADE|REFERENCES t|COLLATE "C"
GENERATED ALWAYS AS (a + 1) STORED|GENERATED ALWAYS AS IDENTITY
"""
CLAUSES = st.lists(st.sampled_from(CLAUSE.strip().replace("\n", "|").split("|")), max_size=4, unique=True)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Change, Schema]:
    engine, table = draw(st.sampled_from(ENGINES)), draw(st.sampled_from(TABLES))
    quote = '"' if engine.startswith("postgres") else "`"
    columns = [
        f"ADD COLUMN {quote}{name}{quote} {draw(TYPES)} {' '.join(draw(CLAUSES))}"
        for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=str.lower))
    ]
    schema = Schema.from_ddl(f"CREATE TABLE u (id int PRIMARY KEY); {table}", engine)
    return Change.parse(f"ALTER TABLE t {', '.join(columns)}", engine), schema


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_every_change_has_hazards_and_a_plan_or_a_reason(data: st.DataObject) -> None:
    try:
        change, schema = data.draw(changes())
    except ChangeError:
        reject()
    found, made, done = hazards(change, schema), plan(change, schema), execution(change, schema)
    assert all(hazard.message.endswith(".") and hazard.source for hazard in found)
    assert [h.severity.rank for h in found] == sorted(h.severity.rank for h in found)
    assert bool(made.phases) or bool(made.notes)
    if done.refused and done.refused != "1674":
        assert made.phases == ()
        assert any(h.severity is Severity.FAILS and done.refused in h.message for h in found)
    for number, phase in enumerate(made.phases, 1):
        assert phase.statements or phase.kind == "deploy"
        assert phase.verify
        assert phase.watch or phase.kind == "deploy"
        assert phase.take_back or phase.kind in ("deploy", "backfill") or "VALIDATE" in phase.statements[-1].sql
        assert all("\n" not in check.query for check in phase.verify)
        assert phase_file(number, phase, schema.engine).startswith(f"-- {number}. {phase.kind}: ")
        assert script(phase.take_back, schema.engine).count("BEGIN;") <= 1
