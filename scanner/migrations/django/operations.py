"""Django's operations → the state after them, and the SQL that its schema editor would send.

Facts: docs.djangoproject.com/en/5.2/ref/migration-operations/, and what `sqlmigrate` prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from scanner.migrations.django.fields import Field, FindClass, read_field
from scanner.migrations.django.sql import Writer
from scanner.migrations.django.state import Model, State, default_table
from scanner.migrations.module import Module
from scanner.migrations.values import Called, known

_SILENT = {"AlterModelOptions", "AlterModelManagers", "AlterOrderWithRespectTo", "AlterModelTableComment"}
_EXTENSIONS = {
    "HStoreExtension": "hstore", "CITextExtension": "citext", "TrigramExtension": "pg_trgm",
    "UnaccentExtension": "unaccent", "BtreeGinExtension": "btree_gin", "BtreeGistExtension": "btree_gist",
    "CryptoExtension": "pgcrypto", "BloomExtension": "bloom",
}  # fmt: skip


@dataclass(slots=True)
class Operations:
    """Carries out the operations of one migration of an app."""

    app: str
    state: State
    find: FindClass
    module: Module | None
    writer: Writer | None  # None: only the state is wanted
    to_state: bool = True
    to_database: bool = True

    def run(self, operations: Iterable[object]) -> None:
        """One after another."""
        for value in operations:
            if isinstance(value, Called):
                self._one(value)
            elif self.writer is not None:
                self.writer.skip(1, "an operation", "it is only known when it runs")

    def _one(self, call: Called) -> None:
        known_operation = _OPERATIONS.get(call.name)
        line = self.module.line(call.node) if self.module is not None else 1
        if known_operation is not None and known_operation(self, call, line):
            return
        if self.writer is None or call.name in _SILENT:
            return
        if call.name in _EXTENSIONS:
            self.writer.recorder.add(f"CREATE EXTENSION IF NOT EXISTS {_EXTENSIONS[call.name]}", line)
        elif call.name == "RunPython":
            self.writer.skip(line, "RunPython", "it runs Python code, mostly to fill in data")
        elif self.to_database:
            self.writer.skip(
                line, call.name or "an operation", "what it does to the database is only known when it runs"
            )

    @property
    def _writes(self) -> Writer | None:
        return self.writer if self.to_database else None

    def create_model(self, call: Called, line: int) -> bool:
        """CreateModel(name, fields, options, bases)."""
        name, fields, options = call.argument(0, "name"), call.argument(1, "fields"), call.argument(2, "options", {})
        if not isinstance(name, str) or not isinstance(fields, list | tuple):
            return False
        options = options if isinstance(options, dict) else {}
        table = options.get("db_table")
        model = Model(self.app, name, table if isinstance(table, str) else default_table(self.app, name))
        model.default_table = not isinstance(table, str)
        model.managed = options.get("managed") is not False and options.get("proxy") is not True
        for each in fields:
            if isinstance(each, list | tuple) and len(each) > 1 and isinstance(each[0], str):
                self._put(model, each[0], each[1])
        if self.to_state:
            self.state.add(model)
        if self._writes and model.managed:
            self._writes.create_table(model, options, line)
        return True

    def delete_model(self, call: Called, line: int) -> bool:
        """DeleteModel(name)."""
        model = self._model(call, "name")
        if model is None:
            return False
        if self.to_state:
            self.state.models.pop((model.app, model.name.lower()), None)
        if self._writes and model.managed:
            self._writes.recorder.add(f"DROP TABLE {self._writes.quote(model.table)} CASCADE", line)
        return True

    def add_field(self, call: Called, line: int) -> bool:
        """AddField(model_name, name, field)."""
        model, name = self._model(call), call.argument(1, "name")
        if model is None or not isinstance(name, str):
            return False
        changed = model if self.to_state else replace(model, fields=dict(model.fields))
        field = self._put(changed, name, call.argument(2, "field"))
        if field is not None and self._writes and model.managed:
            self._writes.add_column(changed, field, line)
        return field is not None

    def remove_field(self, call: Called, line: int) -> bool:
        """RemoveField(model_name, name)."""
        model, name = self._model(call), call.argument(1, "name")
        field = model.fields.get(name) if model is not None and isinstance(name, str) else None
        if model is None or field is None:
            return False
        if self.to_state:
            del model.fields[field.name]
        if self._writes and model.managed and field.has_column:
            self._writes.alter(model, f"DROP COLUMN {self._writes.quote(field.column)} CASCADE", line)
        return True

    def alter_field(self, call: Called, line: int) -> bool:
        """AlterField(model_name, name, field)."""
        model, name = self._model(call), call.argument(1, "name")
        old = model.fields.get(name) if model is not None and isinstance(name, str) else None
        if model is None or not isinstance(name, str):
            return False
        changed = model if self.to_state else replace(model, fields=dict(model.fields))
        new = self._put(changed, name, call.argument(2, "field"))
        if new is not None and old is not None and self._writes and model.managed:
            self._writes.alter_column(model, old, new, line)
        return new is not None

    def rename_field(self, call: Called, line: int) -> bool:
        """RenameField(model_name, old_name, new_name)."""
        model, old_name, new_name = self._model(call), call.argument(1, "old_name"), call.argument(2, "new_name")
        old = model.fields.get(old_name) if model is not None and isinstance(old_name, str) else None
        if model is None or old is None or not isinstance(new_name, str):
            return False
        new = replace(old, name=new_name)
        if self.to_state:
            fields = {
                (new_name if key == old.name else key): (new if key == old.name else f)
                for key, f in model.fields.items()
            }
            model.fields = fields
        if self._writes and model.managed and new.has_column:
            self._writes.rename_column(model, old.column, new.column, line)
        return True

    def rename_model(self, call: Called, line: int) -> bool:
        """RenameModel(old_name, new_name)."""
        model, new_name = self._model(call, "old_name"), call.argument(1, "new_name")
        if model is None or not isinstance(new_name, str):
            return False
        table = default_table(self.app, new_name) if model.default_table else model.table
        if self._writes and model.managed and table != model.table:
            self._writes.rename_table(model, table, line)
        if self.to_state:
            self.state.models.pop((model.app, model.name.lower()), None)
            model.name, model.table = new_name, table
            self.state.add(model)
        return True

    def alter_model_table(self, call: Called, line: int) -> bool:
        """AlterModelTable(name, table)."""
        model, table = self._model(call, "name"), call.argument(1, "table")
        if model is None:
            return False
        new = table if isinstance(table, str) else default_table(self.app, model.name)
        if self._writes and model.managed and new != model.table:
            self._writes.rename_table(model, new, line)
        if self.to_state:
            model.table, model.default_table = new, not isinstance(table, str)
        return True

    def run_sql(self, call: Called, line: int) -> bool:
        """RunSQL(sql, state_operations=)."""
        sql = call.argument(0, "sql")
        texts = sql if isinstance(sql, list | tuple) else [sql]
        texts = [each[0] if isinstance(each, list | tuple) and each else each for each in texts]
        if not all(isinstance(text, str) for text in texts):
            return False
        if self._writes:
            for text in texts:
                self._writes.recorder.add(str(text), line)
        self._aside(call.kwargs.get("state_operations"), database=False)
        return True

    def separate(self, call: Called, line: int) -> bool:  # noqa: ARG002
        """SeparateDatabaseAndState(database_operations, state_operations)."""
        self._aside(call.argument(0, "database_operations"), state=False)
        self._aside(call.argument(1, "state_operations"), database=False)
        return True

    def _aside(self, operations: object, *, state: bool = True, database: bool = True) -> None:
        if isinstance(operations, list | tuple):
            part = replace(self, to_state=self.to_state and state, to_database=self.to_database and database)
            part.run(operations)

    def add_constraint(self, call: Called, line: int) -> bool:
        """AddConstraint(model_name, constraint) of a UniqueConstraint of fields."""
        model, constraint = self._model(call), call.argument(1, "constraint")
        if model is None or self._writes is None:
            return self._writes is None
        written = isinstance(constraint, Called) and self._writes.constraint(model, constraint)
        if written:
            self._writes.alter(model, f"ADD {written}", line)
        return bool(written)

    def alter_unique_together(self, call: Called, line: int) -> bool:
        """AlterUniqueTogether(name, unique_together): what is there no longer is not followed."""
        model, together = self._model(call, "name"), call.argument(1, "unique_together")
        if model is None or self._writes is None:
            return self._writes is None
        for fields in together if isinstance(together, list | tuple) and known(together) else ():
            names = self._writes.columns(model, fields)
            if names:
                self._writes.alter(model, f"ADD UNIQUE ({names})", line)
        return True

    def add_index(self, call: Called, line: int) -> bool:
        """AddIndex(model_name, index)."""
        model, index = self._model(call), call.argument(1, "index")
        if model is None or self._writes is None or not isinstance(index, Called):
            return self._writes is None
        names = self._writes.columns(model, index.kwargs.get("fields"))
        if names:
            name = self._writes.quote(str(index.kwargs.get("name") or f"{model.table}_idx"))
            self._writes.recorder.add(f"CREATE INDEX {name} ON {self._writes.quote(model.table)} ({names})", line)
        return bool(names)

    def _model(self, call: Called, key: str = "model_name") -> Model | None:
        name = call.argument(0, key)
        return self.state.find(self.app, name) if isinstance(name, str) else None

    def _put(self, model: Model, name: str, value: object) -> Field | None:
        field = read_field(name, value, self.find)
        if field is not None:
            model.fields[name] = field
        return field


_OPERATIONS: Mapping[str, Callable[[Operations, Called, int], bool]] = {
    "CreateModel": Operations.create_model,
    "DeleteModel": Operations.delete_model,
    "AddField": Operations.add_field,
    "RemoveField": Operations.remove_field,
    "AlterField": Operations.alter_field,
    "RenameField": Operations.rename_field,
    "RenameModel": Operations.rename_model,
    "AlterModelTable": Operations.alter_model_table,
    "RunSQL": Operations.run_sql,
    "SeparateDatabaseAndState": Operations.separate,
    "AddConstraint": Operations.add_constraint,
    "AlterUniqueTogether": Operations.alter_unique_together,
    "AddIndex": Operations.add_index,
    "AddIndexConcurrently": Operations.add_index,
}
