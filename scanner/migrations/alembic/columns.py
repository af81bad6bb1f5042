"""A sa.Column → its definition in SQL, and the statements that go with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from scanner.migrations.alembic.types import Resolve, type_sql
from scanner.migrations.migration import Recorder, literal
from scanner.migrations.values import Attribute, Called, Name

# SQLAlchemy's text(): a colon before a name stands for a value unless a backslash is before it.
_ESCAPED_COLON = re.compile(r"\\(:[\w$]*)(?![:\w$])")
_SERIAL = {"INTEGER": "SERIAL", "BIGINT": "BIGSERIAL", "SMALLINT": "SMALLSERIAL"}
_NOW = {"postgres": "now()", "mysql": "CURRENT_TIMESTAMP"}


@dataclass(slots=True)
class ColumnText:
    """A column as SQL writes it."""

    name: str
    quoted: str
    type: str
    behind: list[str] = field(default_factory=list)  # its default and "NOT NULL"
    autoincrement: object = None
    references: str | None = None  # what follows FOREIGN KEY (name): "REFERENCES users (id)"
    checks: list[str] = field(default_factory=list)
    unique: bool = False
    index: bool = False
    primary_key: bool = False

    @property
    def definition(self) -> str:
        """The column as it stands in a list of columns."""
        return " ".join([self.quoted, self.type, *self.behind])

    def count(self, family: str) -> None:
        """Lets a column of whole numbers count by itself."""
        if self.type not in _SERIAL:
            return
        if family == "mysql":
            self.behind.append("AUTO_INCREMENT")
        else:
            self.type = _SERIAL[self.type]


def column(value: object, family: str, resolve: Resolve, recorder: Recorder, line: int) -> ColumnText | None:
    """Reads a Column; None, and said so, where its name or its type is not known."""
    if not isinstance(value, Called) or not value.args or not isinstance(value.args[0], str):
        recorder.skip(line, "Column", "its name is only known when it runs")
        return None
    name, rest, kwargs = value.args[0], list(value.args[1:]), value.kwargs
    typed = kwargs.get("type_", rest.pop(0) if rest and not _is_item(rest[0]) else None)
    items = [item for item in rest if isinstance(item, Called)]
    sql = type_sql(typed, family, resolve) if typed is not None else _referencing(items)
    if sql is None:
        recorder.skip(line, f"the type of {name}", "it is not known; text is assumed")
        sql = "text"
    found = ColumnText(
        name, recorder.quote(name), sql, _default(kwargs.get("server_default"), family, line, name, recorder)
    )
    found.unique, found.index = kwargs.get("unique") is True, kwargs.get("index") is True
    found.primary_key, found.autoincrement = kwargs.get("primary_key") is True, kwargs.get("autoincrement")
    for item in items:
        found.behind += _item(item, found, recorder)
    if kwargs.get("nullable", True) is False or found.primary_key:
        found.behind.append("NOT NULL")
    return found


def _is_item(value: object) -> bool:
    return isinstance(value, Called) and value.name in (
        "ForeignKey",
        "CheckConstraint",
        "Computed",
        "Identity",
        "Sequence",
    )


def _referencing(items: list[Called]) -> str | None:
    """A column without a type takes that of the column it refers to: nearly always a key of integers."""
    return "INTEGER" if any(item.name == "ForeignKey" for item in items) else None


def let_keys_count(columns: Iterable[ColumnText], items: Iterable[Called], family: str) -> None:
    """As SQLAlchemy does: a key of one whole number counts, unless it has a default, refers to another or may not."""
    keys, referring = {each.name for each in columns if each.primary_key}, set[object]()
    for item in items:
        if item.name == "PrimaryKeyConstraint":
            keys.update(name for name in item.args if isinstance(name, str))
        elif item.name == "ForeignKeyConstraint" and item.args and isinstance(item.args[0], list | tuple):
            referring.update(item.args[0])
    for each in columns:
        free = not (each.references or each.name in referring or {*each.behind} - {"NOT NULL"})
        alone = keys == {each.name} and free and each.autoincrement is not False
        if each.name in keys and (alone or each.autoincrement is True):
            each.count(family)


def _item(item: Called, found: ColumnText, recorder: Recorder) -> list[str]:
    first = item.args[0] if item.args else None
    if item.name == "ForeignKey" and isinstance(first, str):
        found.references = references(first, item.kwargs, recorder)
    elif item.name == "CheckConstraint" and (text := sql_text(first)) is not None:
        found.checks.append(text)
    elif item.name == "Computed" and (text := sql_text(first)) is not None:
        return [f"GENERATED ALWAYS AS ({text}) {'STORED' if item.kwargs.get('persisted') is not False else 'VIRTUAL'}"]
    elif item.name == "Identity":
        return [f"GENERATED {'ALWAYS' if item.kwargs.get('always') is True else 'BY DEFAULT'} AS IDENTITY"]
    return []


def references(target: str, kwargs: dict[str, object], recorder: Recorder) -> str:
    """``users.id`` or ``schema.users.id`` as REFERENCES."""
    *table, column = target.split(".")
    words = [f"REFERENCES {'.'.join(map(recorder.quote, table or [column]))} ({recorder.quote(column)})"]
    for key, clause in (("ondelete", "ON DELETE"), ("onupdate", "ON UPDATE")):
        if isinstance(kwargs.get(key), str):
            words.append(f"{clause} {kwargs[key]}")
    return " ".join(words)


def foreign_key(local: object, remote: object, kwargs: dict[str, object], recorder: Recorder) -> str:
    """A key of several columns as FOREIGN KEY; `remote` as ``users.id``."""
    targets = [str(target) for target in remote] if isinstance(remote, list | tuple) else [str(remote)]
    first, _, tail = references(targets[0], kwargs, recorder).partition(" (")
    columns = recorder.names([target.rpartition(".")[2] for target in targets])
    return f"FOREIGN KEY ({recorder.names(local)}) {first} ({columns}){tail.partition(')')[2]}"


def _default(value: object, family: str, line: int, name: str, recorder: Recorder) -> list[str]:
    if value is None:
        return []
    if isinstance(value, Called) and value.name in ("Computed", "Identity", "FetchedValue"):
        return []
    sql = default_sql(value, family)
    if sql is None:
        recorder.skip(line, f"the default of {name}", "it is only known when it runs; NULL is assumed")
        sql = "NULL"
    return [f"DEFAULT {sql}"]


def default_sql(value: object, family: str) -> str | None:
    """A server default as SQL: a text is a constant, text() an expression."""
    if isinstance(value, str | bool | int | float):
        return literal(value if isinstance(value, str) else str(value))
    if not isinstance(value, Called):
        return None
    if value.name in ("true", "false"):
        return value.name
    if value.name in ("now", "current_timestamp") or _function(value) == "now":
        return _NOW[family]
    return sql_text(value) or _called(value)


def _function(value: Called) -> str | None:
    return value.function.name if isinstance(value.function, Attribute) else None


def _called(value: Called) -> str | None:
    """``func.gen_random_uuid()``."""
    if isinstance(value.function, Name) and ".func." in f".{value.function.dotted}" and not value.args:
        return f"{value.name}()"
    return None


def sql_text(value: object) -> str | None:
    """A text of SQL: a string, text("…"), DDL("…") or literal_column("…")."""
    if isinstance(value, str):
        return _ESCAPED_COLON.sub(r"\1", value)
    if isinstance(value, Called) and value.name in ("text", "DDL", "literal_column", "TextClause") and value.args:
        return sql_text(value.args[0])
    return sql_text(value.args[0]) if isinstance(value, Called) and value.name == "f" and value.args else None
