"""Alembic's operations → SQL. Facts: alembic.sqlalchemy.org/en/latest/ops.html."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scanner.migrations.alembic.arguments import Arguments
from scanner.migrations.alembic.columns import ColumnText, column, default_sql, foreign_key, let_keys_count, sql_text
from scanner.migrations.alembic.running import is_operation
from scanner.migrations.alembic.types import Resolve, enum_statement, type_sql
from scanner.migrations.migration import Recorder
from scanner.migrations.values import Attribute, Called, known

# What changes no table: comments, data and names.
_SILENT = frozenset({"create_table_comment", "drop_table_comment", "f", "get_bind", "get_context", "inline_literal"})
_UNSET = object()


@dataclass(slots=True)
class Operations:
    """Writes what the calls of one upgrade() do."""

    family: str
    recorder: Recorder
    resolve: Resolve

    def operate(self, call: Called, line: int) -> bool:
        """Records what a call does; False where it is no operation."""
        found = is_operation(call)
        if found is None:
            return self._on_connection(call, line)
        name, batch = found
        if name in _SILENT:
            return True
        known_operation = _OPERATIONS.get(name)
        if known_operation is None:
            self.recorder.skip(line, f"op.{name}", "it is not one of Alembic's own operations that change a schema")
        elif not known_operation(self, Arguments(call, batch), line):
            self.recorder.skip(line, f"op.{name}", "what it is given is only known when it runs")
        return True

    def _on_connection(self, call: Called, line: int) -> bool:
        """``op.get_bind().execute(…)``, ``session.execute(…)``, ``status.create(op.get_bind())`` of an Enum."""
        function = call.function
        if not isinstance(function, Attribute):
            return False
        if isinstance(function.of, Called) and function.of.name in ("Enum", "ENUM") and self.family == "postgres":
            sql = enum_statement(function.of, function.name, self.recorder.quote)
        elif function.name == "execute" and call.args:
            sql = sql_text(call.args[0])
        else:
            return False
        if sql is not None:
            self.recorder.add(sql, line)
        return sql is not None

    def add_column(self, given: Arguments, line: int) -> bool:
        """op.add_column(table, column)."""
        table = self._table(given)
        found = column(given.next("column"), self.family, self.resolve, self.recorder, line)
        if table is None or found is None:
            return found is None
        let_keys_count([found], (), self.family)
        exists = " IF NOT EXISTS" if given.named.get("if_not_exists") is True else ""
        self._alter(table, f"ADD COLUMN{exists} {found.definition}", line)
        self._belongings(table, found, line)
        return True

    def _belongings(self, table: str, found: ColumnText, line: int) -> None:
        name = self.recorder.quote(found.name)
        if found.references:
            self._alter(table, f"ADD FOREIGN KEY ({name}) {found.references}", line)
        for check in found.checks:
            self._alter(table, f"ADD CHECK ({check})", line)
        if found.index:
            kind = "UNIQUE INDEX" if found.unique else "INDEX"
            plain = table.rpartition(".")[2].strip('`"')
            index = self.recorder.quote(f"ix_{plain}_{found.name}")
            self.recorder.add(f"CREATE {kind} {index} ON {table} ({name})", line)
        elif found.unique:
            self._alter(table, f"ADD UNIQUE ({name})", line)

    def create_table(self, given: Arguments, line: int) -> bool:
        """op.create_table(name, *items)."""
        table = self._table(given)
        if table is None:
            return False
        columns: list[ColumnText] = []
        parts: list[str] = []
        items = [item for item in given.rest() if isinstance(item, Called)]
        for item in items:
            if item.name == "Column":
                found = column(item, self.family, self.resolve, self.recorder, line)
                columns += [found] if found else []
            else:
                parts += self._constraint(item)
        let_keys_count(columns, items, self.family)
        keys = [self.recorder.quote(c.name) for c in columns if c.primary_key]
        parts = [c.definition for c in columns] + ([f"PRIMARY KEY ({', '.join(keys)})"] if keys else []) + parts
        for each in columns:
            quoted = self.recorder.quote(each.name)
            parts += [f"FOREIGN KEY ({quoted}) {each.references}"] if each.references else []
            parts += [f"CHECK ({check})" for check in each.checks]
            parts += [f"UNIQUE ({quoted})"] if each.unique else []
        self.recorder.add(f"CREATE TABLE {table} ({', '.join(parts)})", line)
        return True

    def _constraint(self, item: Called) -> list[str]:
        names = [name for name in item.args if isinstance(name, str)]
        match item.name:
            case "PrimaryKeyConstraint" if names:
                return [f"PRIMARY KEY ({self.recorder.names(names)})"]
            case "UniqueConstraint" if names:
                return [f"UNIQUE ({self.recorder.names(names)})"]
            case "CheckConstraint" if item.args and (text := sql_text(item.args[0])) is not None:
                return [f"CHECK ({text})"]
            case "ForeignKeyConstraint" if len(item.args) > 1 and known(item.args[:2]):
                local, remote = item.args[:2]
                return [foreign_key(local, remote, item.kwargs, self.recorder)]
        return []

    def drop_table(self, given: Arguments, line: int) -> bool:
        """op.drop_table(name)."""
        table = self._table(given)
        if table is not None:
            self.recorder.add(f"DROP TABLE {table}", line)
        return table is not None

    def rename_table(self, given: Arguments, line: int) -> bool:
        """op.rename_table(old, new)."""
        table, new = self._table(given, "old_table_name"), given.next("new_table_name")
        if table is None or not isinstance(new, str):
            return False
        self._alter(table, f"RENAME TO {self.recorder.quote(new)}", line)
        return True

    def drop_column(self, given: Arguments, line: int) -> bool:
        """op.drop_column(table, column)."""
        table, name = self._table(given), given.next("column_name")
        if table is None or not isinstance(name, str):
            return False
        self._alter(table, f"DROP COLUMN {self.recorder.quote(name)}", line)
        return True

    def alter_column(self, given: Arguments, line: int) -> bool:
        """op.alter_column(table, column, nullable=, server_default=, new_column_name=, type_=)."""
        table, name = self._table(given), given.next("column_name")
        if table is None or not isinstance(name, str):
            return False
        quoted, named = self.recorder.quote(name), given.named
        typed = named.get("type_") or (named.get("existing_type") if self.family == "mysql" else None)
        sql = type_sql(typed, self.family, self.resolve) if typed is not None else None
        if self.family == "mysql":
            return self._modify(table, name, sql, named, line)
        if sql is not None:
            self._alter(table, f"ALTER COLUMN {quoted} TYPE {sql}", line)
        if "nullable" in named:
            self._alter(table, f"ALTER COLUMN {quoted} {'DROP' if named['nullable'] is True else 'SET'} NOT NULL", line)
        if named.get("server_default", False) is not False:
            self._alter(table, f"ALTER COLUMN {quoted} {self._default(named['server_default'])}", line)
        if isinstance(named.get("new_column_name"), str):
            self._alter(table, f"RENAME COLUMN {quoted} TO {self.recorder.quote(str(named['new_column_name']))}", line)
        return True

    def _modify(self, table: str, name: str, sql: str | None, named: Mapping[str, object], line: int) -> bool:
        """MySQL's MODIFY and CHANGE say the whole column again; Alembic is given what there was."""
        quoted, new = self.recorder.quote(name), named.get("new_column_name")
        if sql is None:
            if named.get("server_default", False) is False or len(named) > 1:
                return False
            self._alter(table, f"ALTER COLUMN {quoted} {self._default(named['server_default'])}", line)
            return True
        default = named.get("server_default", named.get("existing_server_default"))
        nullable = named.get("nullable", named.get("existing_nullable", True)) is not False
        written = default_sql(default, self.family) if default not in (None, False) else None
        words = ["CHANGE", quoted, self.recorder.quote(new)] if isinstance(new, str) else ["MODIFY", quoted]
        words += [sql, "NULL" if nullable else "NOT NULL", *([f"DEFAULT {written}"] if written else [])]
        self._alter(table, " ".join(words), line)
        return True

    def _default(self, value: object) -> str:
        return "DROP DEFAULT" if value is None else f"SET DEFAULT {default_sql(value, self.family) or 'NULL'}"

    def create_index(self, given: Arguments, line: int) -> bool:
        """op.create_index(name, table, columns, unique=)."""
        name, table, columns = given.next("index_name"), self._table(given), given.next("columns")
        written = [self._indexed(each) for each in columns] if isinstance(columns, list | tuple) else [None]
        if table is None or None in written:
            return False
        index = self.recorder.quote(str(sql_text(name) or "ix"))
        kind = "UNIQUE INDEX" if given.named.get("unique") is True else "INDEX"
        where = sql_text(given.named.get("postgresql_where"))
        condition = f" WHERE {where}" if where else ""
        partial = condition or (" WHERE true" if "postgresql_where" in given.named else "")
        self.recorder.add(f"CREATE {kind} {index} ON {table} ({', '.join(map(str, written))}){partial}", line)
        return True

    def _indexed(self, value: object) -> str | None:
        return self.recorder.quote(value) if isinstance(value, str) else sql_text(value)

    def drop_index(self, given: Arguments, line: int) -> bool:
        """op.drop_index(name, table)."""
        name, table = sql_text(given.next("index_name")), self._table(given)
        if name is None or (table is None and self.family == "mysql"):
            return False
        on = f" ON {table}" if self.family == "mysql" else ""
        self.recorder.add(f"DROP INDEX {self.recorder.quote(name)}{on}", line)
        return True

    def create_unique_constraint(self, given: Arguments, line: int) -> bool:
        """op.create_unique_constraint(name, table, columns)."""
        return self._add_constraint(given, line, "UNIQUE ({})")

    def create_primary_key(self, given: Arguments, line: int) -> bool:
        """op.create_primary_key(name, table, columns)."""
        return self._add_constraint(given, line, "PRIMARY KEY ({})")

    def _add_constraint(self, given: Arguments, line: int, form: str) -> bool:
        name, table, columns = given.next("constraint_name"), self._table(given), given.next("columns")
        if table is None or not isinstance(columns, list | tuple) or not known(columns):
            return False
        self._alter(table, f"ADD {self._named(name)}{form.format(self.recorder.names(columns))}", line)
        return True

    def create_check_constraint(self, given: Arguments, line: int) -> bool:
        """op.create_check_constraint(name, table, condition)."""
        name, table, condition = given.next("constraint_name"), self._table(given), sql_text(given.next("condition"))
        if table is None or condition is None:
            return False
        self._alter(table, f"ADD {self._named(name)}CHECK ({condition})", line)
        return True

    def create_foreign_key(self, given: Arguments, line: int) -> bool:
        """op.create_foreign_key(name, source, referent, local columns, remote columns)."""
        name, table, referent = (
            given.next("constraint_name"),
            self._table(given, "source_table"),
            given.next("referent_table"),
        )
        local, remote = given.next("local_cols"), given.next("remote_cols")
        if table is None or not isinstance(referent, str) or not known(local) or not isinstance(remote, list | tuple):
            return False
        schema = given.named.get("referent_schema")
        prefix = f"{schema}.{referent}" if isinstance(schema, str) else referent
        key = foreign_key(local, [f"{prefix}.{each}" for each in remote], given.named, self.recorder)
        self._alter(table, f"ADD {self._named(name)}{key}", line)
        return True

    def drop_constraint(self, given: Arguments, line: int) -> bool:
        """op.drop_constraint(name, table, type)."""
        name, table, kind = sql_text(given.next("constraint_name")), self._table(given), given.next("type_")
        if name is None or table is None:
            return False
        words = (
            {"foreignkey": "FOREIGN KEY", "unique": "INDEX"}.get(str(kind), "CONSTRAINT")
            if self.family == "mysql"
            else "CONSTRAINT"
        )
        self._alter(
            table,
            "DROP PRIMARY KEY"
            if (self.family, kind) == ("mysql", "primary")
            else f"DROP {words} {self.recorder.quote(name)}",
            line,
        )
        return True

    def execute(self, given: Arguments, line: int) -> bool:
        """op.execute(sql)."""
        sql = sql_text(given.next("sqltext"))
        if sql is not None:
            self.recorder.add(sql, line)
        return sql is not None

    def _named(self, name: object) -> str:
        text = sql_text(name)
        return f"CONSTRAINT {self.recorder.quote(text)} " if text else ""

    def _alter(self, table: str, action: str, line: int) -> None:
        self.recorder.add(f"ALTER TABLE {table} {action}", line)

    def _table(self, given: Arguments, key: str = "table_name") -> str | None:
        name, schema = given.table(key)
        return self.recorder.table(name, schema if isinstance(schema, str) else None) if isinstance(name, str) else None


_OPERATIONS: Mapping[str, Callable[[Operations, Arguments, int], bool]] = {
    name: getattr(Operations, name)
    for name in (
        "add_column", "create_table", "drop_table", "rename_table", "drop_column", "alter_column", "create_index",
        "drop_index", "create_unique_constraint", "create_primary_key", "create_check_constraint",
        "create_foreign_key", "drop_constraint", "execute",
    )
}  # fmt: skip
