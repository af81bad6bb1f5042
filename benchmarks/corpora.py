"""What becomes of the statements of SQL files that were written for other purposes.

python benchmarks/corpora.py ENGINE FILE…  [--schema FILE]…

Every statement is put to `assess` with a column added to a table that it names; one that names none is counted apart.
Each file is a session of its own on the schema that its own statements make (no DROP carried out) after those of the
schema files. Printed are the answers and the reasons of the unresolved; a crash is an exception of this script.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import scanner
from scanner.fingerprint import normalise
from scanner.model import Engine, Table, Unresolved
from scanner.resolve import references
from scanner.schema import Schema
from scanner.statements import Statement, split

_DDL = re.compile(r"(CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE)\b(?!.*\bAS\s+(SELECT|WITH|VALUES|TABLE)\b)", re.I | re.S)
_UTILITY = re.compile(
    r"(SET|RESET|SHOW|BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|ANALYZE|VACUUM|CLUSTER|REINDEX|LOCK|USE"
    r"|TRUNCATE|REFRESH|SECURITY|DEALLOCATE|CLOSE|DISCARD|LISTEN|NOTIFY|UNLISTEN|CHECKPOINT|LOAD|REASSIGN|IMPORT)\b",
    re.I,
)
_REMEMBERED = re.compile(r"(PREPARE|DECLARE|SET\s+ROLE)\b", re.I)
_CALLED = re.compile(r"(?:EXECUTE|FETCH|MOVE)\b.*?(?P<name>\w+)\s*(?:\([^()]*\)\s*)?$", re.I | re.S)


def main() -> int:
    """Prints the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", help="as in postgres:15")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--schema", action="append", default=[], type=Path)
    given = parser.parse_args()
    engine = Engine.parse(given.engine)
    shared = "\n".join(_text(path) for path in given.schema)
    start = time.perf_counter()
    answers: Counter[str] = Counter()
    for path in given.files:
        answers.update(_answers(_text(path), shared, engine))
    seconds = time.perf_counter() - start
    total = sum(answers.values())
    print(f"{total:7} statements of {len(given.files)} files, {seconds:.0f} s")
    for answer, count in answers.most_common():
        print(f"{count:7} {count / total:6.1%}  {answer}")
    return 0


def _answers(text: str, shared: str, engine: Engine) -> Iterator[str]:
    statements = [s for s in split(text, engine.family) if not s.client]
    ddl = ";\n".join(s.text for s in statements if _DDL.match(s.text) and s.text[:4].upper() != "DROP")
    schema = Schema.from_ddl(f"{shared}\n{ddl};\n", engine)
    session: list[str] = []
    for statement in statements:
        if _DDL.match(statement.text) or _UTILITY.match(statement.text):
            continue
        yield _answer(statement, schema, session)
        if _REMEMBERED.match(statement.text):
            session.append(statement.text)


def _answer(statement: Statement, schema: Schema, session: list[str]) -> str:
    named = references(normalise(_planned(statement.text, session), schema.engine), schema)
    if isinstance(named, Unresolved):
        return f"unresolved: {named.reason}"
    tables = (found for name in sorted(named.relations, key=str) if isinstance(found := schema.find(name), Table))
    table = next(tables, None)
    if table is None:
        return "names no table of the schema"
    change = scanner.Change.parse(f"ALTER TABLE {_quoted(table, schema)} ADD COLUMN zz_added integer", schema.engine)
    verdict = scanner.assess(statement.text, change, schema, session)
    if verdict.unresolved is not None:
        return f"unresolved: {verdict.unresolved.reason}"
    return str(verdict.effect or "unaffected")


def _planned(text: str, session: list[str]) -> str:
    """The statement that an EXECUTE or FETCH goes on with, the text itself for any other."""
    called = _CALLED.match(text)
    pattern = rf"(PREPARE|DECLARE)\s+{re.escape(called['name'])}\b" if called else "(?!)"
    return next((each for each in reversed(session) if re.match(pattern, each, re.I)), text)


def _quoted(table: Table, schema: Schema) -> str:
    quote = '"' if schema.engine.family == "postgres" else "`"
    parts = [part for part in (table.name.schema, table.name.name) if part]
    return ".".join(f"{quote}{part}{quote}" for part in parts)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    raise SystemExit(main())
