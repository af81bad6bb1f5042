"""A survey as the text of a scanner.toml, each guess with its reason beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.survey.finding import FoundDatabase, FoundSource, Survey
from scanner.trees import some

_ESCAPED = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x7f": "\\u007f"}
_LIVE = {"postgres": ("pg_stat_statements", "postgresql"), "mysql": ("mysql_digests", "mysql")}
_SHOWN = 6  # services and other schemas that are named


def to_toml(found: Survey) -> str:
    """The text. What was not found out is an entry in comments, with a sentence on how to fill it in."""
    parts = (
        [f"# What the scanner reads of {_line(found.root)}, as scanner init found it: guesses, each with its reason."],
        *(_database(each) for each in found.databases or [None]),
        *_production(found),
        *_code(found),
        _services(found),
        _consumers(found.databases),
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _database(found: FoundDatabase | None) -> list[str]:
    if found is None:
        return _commented(
            "The database that is changed: nothing that was read tells of one.",
            ("[[databases]]", 'name = "shop"', 'engine = "postgres:16"', 'schema = "schema.sql"'),
            "postgres, mysql or mariadb; the schema is DDL, a folder of migrations, or postgresql://scanner@host/shop",
        )
    head = [
        "[[databases]]",
        f"name = {_text(found.name)}",
        f"engine = {_text(str(found.engine))}  # {_line(found.why)}",
    ]
    if found.schema is None:
        missing = "no dump, migrations or DDL was found: give one (pg_dump --schema-only, mysqldump --no-data) or a DSN"
        return _commented("The database that is changed.", (*head, f'schema = "schema.sql"  # {missing}'))
    entry = [*head, *_schema(found)]
    if found.doubt:
        return _commented(f"The schema was found and could not be used: {_line(found.doubt)}", entry)
    others, more = found.schema.others[:_SHOWN], len(found.schema.others) - _SHOWN
    entry += [f"# or, or before or after it in a list: {_text(path)}" for path in others]
    return [*entry, f"# and {more} more that make or change tables"] if more > 0 else entry


def _schema(found: FoundDatabase) -> Iterator[str]:
    assert found.schema is not None
    paths = [_text(path) for path in found.schema.paths]
    if len(paths) == 1:
        yield f"schema = {paths[0]}  # {_tables(found)}"
        return
    yield f"schema = [  # {_tables(found)}"
    yield from (f"    {path}," for path in paths)
    yield "]"
    if found.schema.unread:
        yield f"# What Python changes of it is not read: {_line(some(found.schema.unread))}"


def _tables(found: FoundDatabase) -> str:
    assert found.schema is not None
    count = len(found.tables)
    since = ", and what changed it since" if found.schema.since else ""
    return f"{found.schema.made_of}{since}, {count} table{'' if count == 1 else 's'}"


def _production(found: Survey) -> Iterator[list[str]]:
    """What was found of what servers ran, and for each database without any, how to add it."""
    given = [each for each in found.sources if each.kind not in ("python", "sql_files")]
    yield ["# What production runs. scanner doctor says what a server or file shows, and what to grant."]
    several = len(found.databases) > 1
    for source in given:
        yield _source(source, several)
    for database in found.databases:
        if database.name not in {source.database for source in given}:
            yield list(_live(database, several))


def _live(database: FoundDatabase, several: bool) -> Iterator[str]:
    kind, scheme = _LIVE[database.engine.family]
    yield "# Not found. Without it, how often a query runs is not known."
    yield "# [[sources]]"
    yield f'# kind = "{kind}"'
    yield f'# dsn = "{scheme}://scanner:${{PASSWORD}}@host/database"  # or path: an export (scanner export-sql)'
    if several:
        yield f"# database = {_text(database.name)}"


def _code(found: Survey) -> Iterator[list[str]]:
    several = len(found.databases) > 1
    given = [each for each in found.sources if each.kind in ("python", "sql_files")]
    yield ["# What the code can run." if given else "# What the code can run: neither Python nor queries in SQL files."]
    for source in given:
        yield _source(source, several)
    if found.seeds:
        entry = ("[[sources]]", 'kind = "sql_files"', f"path = {_text(found.seeds[0])}")
        yield _commented(f"Rows to begin with, not read: {', '.join(found.seeds[:_SHOWN])}.", entry)


def _source(source: FoundSource, several: bool) -> list[str]:
    entry = ["[[sources]]", f"kind = {_text(source.kind)}", f"path = {_text(source.path)}"]
    why = f"  # {_line(source.why)}" if source.why else ""
    return [*entry, f"database = {_text(source.database)}{why}"] if several else entry


def _services(found: Survey) -> list[str]:
    named = ", ".join(map(_line, found.services[:_SHOWN]))
    more = f" and {len(found.services) - _SHOWN} more" if len(found.services) > _SHOWN else ""
    known = f"Recognised without an entry: {named}{more}." if named else "None was recognised."
    owners = f" Owners are those of {found.owners}." if found.owners else ""
    entry = ("[[services]]", 'name = "shop"', 'paths = ["services/shop"]', 'users = ["shop_app"]')
    return _commented(f"Whose it is. {known}{owners}", entry, "the roles that run its queries in production")


def _consumers(databases: Sequence[FoundDatabase]) -> list[str]:
    entry = ["[[consumers]]", 'name = "orders stream"', 'kind = "change data capture"', 'tables = ["orders"]']
    entry += [f"database = {_text(databases[0].name)}"] if len(databases) > 1 else []
    return _commented("Who reads tables without a query that anything above shows.", entry)


def _commented(sentence: str, entry: Iterable[str], note: str = "") -> list[str]:
    lines = [f"# {_line(sentence)}", *(f"# {line}" for line in entry)]
    return [*lines[:-1], f"{lines[-1]}  # {note}"] if note else lines


def _text(value: str) -> str:
    """A basic string of TOML."""
    return '"' + "".join(_ESCAPED.get(c) or (c if c >= " " else f"\\u{ord(c):04x}") for c in value) + '"'


def _line(text: str) -> str:
    """The text as it may stand in a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
