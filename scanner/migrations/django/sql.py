"""What Django's schema editor sends for a change of the models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scanner.migrations.django.fields import Field, FindClass, column_type, default_of, referring_type
from scanner.migrations.django.state import Model, State
from scanner.migrations.migration import Recorder, literal
from scanner.migrations.values import Called, Name

_POSITIVE = ("PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField")
_COUNTING = ("AutoField", "BigAutoField", "SmallAutoField")
# What stands for a default that only running the code tells, by what the type begins with.
_CONSTANTS = (
    ("timestamp", "'2000-01-01 00:00:00+00:00'"), ("datetime", "'2000-01-01 00:00:00'"), ("date", "'2000-01-01'"),
    ("time", "'00:00:00'"), ("interval", "'0'"), ("uuid", "'00000000-0000-0000-0000-000000000000'"),
    ("json", "'{}'"), ("bool", "false"), ("varchar", "''"), ("text", "''"), ("longtext", "''"), ("char", "''"),
)  # fmt: skip

# A model of another app by its label and name, and the label and name that AUTH_USER_MODEL has.
Lookup = Callable[[str, str], Model | None]


@dataclass(slots=True)
class Writer:
    """Writes SQL for one engine family."""

    family: str
    recorder: Recorder
    lookup: Lookup
    user_model: Callable[[], str]
    find: FindClass
    key_kind: str = "AutoField"  # DEFAULT_AUTO_FIELD, of keys that no migration names

    def quote(self, name: str) -> str:
        """A name as the engine takes it; Django's tables may come quoted already."""
        return name if name.startswith('"') else self.recorder.quote(name)

    def skip(self, line: int, what: str, why: str) -> None:
        """Says what is not analysed."""
        self.recorder.skip(line, what, why)

    def alter(self, model: Model, action: str, line: int) -> None:
        """An ALTER TABLE."""
        self.recorder.add(f"ALTER TABLE {self.quote(model.table)} {action}", line)

    def create_table(self, model: Model, options: dict[object, object], line: int) -> None:
        """CREATE TABLE, with what belongs to the columns."""
        fields = list(model.columns())
        parts = [self._definition(model, field, line, default=False) for field in fields]
        if model.key is None:
            parts.insert(0, f"{self.quote('id')} {self._counting(self.key_kind)} PRIMARY KEY")
        unique = options.get("unique_together")
        for names in unique if isinstance(unique, list | tuple | set) else ():
            written = self.columns(model, names)
            parts += [f"UNIQUE ({written})"] if written else []
        constraints = options.get("constraints")
        for each in constraints if isinstance(constraints, list | tuple) else ():
            written = self.constraint(model, each) if isinstance(each, Called) else None
            parts += [written] if written else []
        self.recorder.add(f"CREATE TABLE {self.quote(model.table)} ({', '.join(parts)})", line)
        for field in model.fields.values():
            if field.kind == "ManyToManyField":
                self.create_link(model, field, line)

    def create_link(self, model: Model, field: Field, line: int) -> None:
        """The table of a many-to-many relation that names none of its own."""
        if field.kwargs.get("through") is not None:
            return
        named = field.kwargs.get("db_table")
        table = named if isinstance(named, str) else f"{model.table}_{field.name}"
        app, target = self._target(model, field)
        own, other = model.name.lower(), target.lower()
        ends = (f"from_{own}_id", f"to_{own}_id") if (app, other) == (model.app, own) else (f"{own}_id", f"{other}_id")
        parts = [f"{self.quote('id')} {self._counting(self.key_kind)} PRIMARY KEY"]
        for name, key in ((ends[0], self._key_of(model)), (ends[1], self._key_type(app, target))):
            parts.append(f"{self.quote(name)} {key} NOT NULL")
        self.recorder.add(
            f"CREATE TABLE {self.quote(table)} ({', '.join(parts)}, UNIQUE ({self.recorder.names(list(ends))}))", line
        )

    def add_column(self, model: Model, field: Field, line: int) -> None:
        """ADD COLUMN; a default of Python's is there only while the column is added."""
        if field.kind == "ManyToManyField":
            self.create_link(model, field, line)
        if not field.has_column:
            return
        self.alter(model, f"ADD COLUMN {self._definition(model, field, line, default=True)}", line)
        if default_of(field) is not None and "db_default" not in field.kwargs:
            self.alter(model, f"ALTER COLUMN {self.quote(field.column)} DROP DEFAULT", line)

    def alter_column(self, model: Model, old: Field, new: Field, line: int) -> None:
        """What differs between two versions of a field."""
        if not (old.has_column and new.has_column):
            return
        if old.column != new.column:
            self.rename_column(model, old.column, new.column, line)
        name, type_ = self.quote(new.column), self._type(model, new, line)
        if self.family == "mysql":
            if self._type(model, old, line) != type_ or old.null != new.null:
                self.alter(model, f"MODIFY {name} {type_} {'NULL' if new.null else 'NOT NULL'}", line)
        else:
            if self._type(model, old, line) != type_:
                self.alter(model, f"ALTER COLUMN {name} TYPE {type_}", line)
            if old.null != new.null:
                self.alter(model, f"ALTER COLUMN {name} {'DROP' if new.null else 'SET'} NOT NULL", line)
        if new.unique and not old.unique:
            self.alter(model, f"ADD UNIQUE ({name})", line)

    def rename_column(self, model: Model, old: str, new: str, line: int) -> None:
        """RENAME COLUMN."""
        if old != new:
            self.alter(model, f"RENAME COLUMN {self.quote(old)} TO {self.quote(new)}", line)

    def rename_table(self, model: Model, new: str, line: int) -> None:
        """RENAME TO."""
        self.alter(model, f"RENAME TO {self.quote(new)}", line)

    def constraint(self, model: Model, call: Called) -> str | None:
        """A UniqueConstraint of fields without a condition."""
        fields = call.kwargs.get("fields")
        if call.name != "UniqueConstraint" or call.kwargs.get("condition") is not None or not fields:
            return None
        names, name = self.columns(model, fields), call.kwargs.get("name")
        written = f"CONSTRAINT {self.quote(name)} " if isinstance(name, str) else ""
        return f"{written}UNIQUE ({names})" if names else None

    def columns(self, model: Model, names: object) -> str | None:
        """The columns of these fields, by their names or as instances call them; None where one is not known."""
        texts = [str(name).lstrip("-") for name in (names if isinstance(names, list | tuple | set) else [names])]
        fields = [model.named(text) for text in texts]
        found = [field.column for field in fields if field is not None]
        return self.recorder.names(found) if found and len(found) == len(texts) else None

    def _definition(self, model: Model, field: Field, line: int, *, default: bool) -> str:
        type_ = self._type(model, field, line)
        words = [self.quote(field.column), self._counting(field.kind) if field.kind in _COUNTING else type_]
        words += self._default(field, type_, line) if default or "db_default" in field.kwargs else []
        words.append("NULL" if field.null and not field.primary_key else "NOT NULL")
        if field.kind == "GeneratedField":
            self.skip(line, f"the expression of {field.name}", "it is only known when it runs")
        if field.primary_key:
            words.append("PRIMARY KEY")
        elif field.unique:
            words.append("UNIQUE")
        if field.kind in _POSITIVE and self.family == "postgres":
            words.append(f"CHECK ({self.quote(field.column)} >= 0)")
        if field.is_key and field.kwargs.get("db_constraint") is not False:
            words.append(self._references(model, field))
        return " ".join(filter(None, words))

    def _default(self, field: Field, type_: str, line: int) -> list[str]:
        if "db_default" in field.kwargs:
            default = field.kwargs["db_default"]
            if isinstance(default, Called) and default.name == "Now":
                return ["DEFAULT now()" if self.family == "postgres" else "DEFAULT CURRENT_TIMESTAMP(6)"]
            written = literal(default)
            if written is None:
                self.skip(line, f"the db_default of {field.name}", "it is only known when it runs; NULL is assumed")
            return [f"DEFAULT {written or 'NULL'}"]
        default = default_of(field)
        if default is ...:
            default_sql = next((text for prefix, text in _CONSTANTS if type_.startswith(prefix)), "0")
            return ["DEFAULT " + ("'{}'" if type_.endswith("[]") else default_sql)]
        return [] if default is None else [f"DEFAULT {literal(default)}"]

    def _type(self, model: Model, field: Field, line: int) -> str:
        if field.is_key:
            app, target = self._target(model, field)
            to_field = field.kwargs.get("to_field")
            return self._key_type(app, target, to_field if isinstance(to_field, str) else None)
        found = column_type(field, self.family, self.find)
        if found is None or field.assumed:
            assumed = f"{found or 'text'} is assumed"
            self.skip(line, f"the type of {field.name}", f"{field.call.name} is not known; {assumed}")
        return found or "text"

    def _counting(self, kind: str) -> str:
        plain = {"BigAutoField": "bigint", "SmallAutoField": "smallint"}.get(kind, "integer")
        return f"{plain} AUTO_INCREMENT" if self.family == "mysql" else f"{plain} GENERATED BY DEFAULT AS IDENTITY"

    def _references(self, model: Model, field: Field) -> str:
        app, target = self._target(model, field)
        found = self.lookup(app, target)
        table = found.table if found is not None else f"{app}_{target.lower()}"
        key = found.key if found is not None else None
        named = field.kwargs.get("to_field")
        column = named if isinstance(named, str) else key.column if key is not None else "id"
        deferred = " DEFERRABLE INITIALLY DEFERRED" if self.family == "postgres" else ""
        return f"REFERENCES {self.quote(table)} ({self.quote(column)}){deferred}"

    def _target(self, model: Model, field: Field) -> tuple[str, str]:
        """The app and the name of the model that a relation refers to."""
        target = field.target
        if isinstance(target, Name) and target.last == "AUTH_USER_MODEL":
            target = self.user_model()
        if not isinstance(target, str) or target == "self":
            return model.app, model.name
        app, _, name = target.rpartition(".")
        return app or model.app, name

    def _key_of(self, model: Model, to_field: str | None = None) -> str:
        key = model.fields.get(to_field) if to_field else model.key
        if key is None:
            return "bigint" if self.key_kind == "BigAutoField" else "integer"
        if key.is_key:
            return self._key_type(*self._target(model, key))
        return referring_type(key, self.family, self.find) or "integer"

    def _key_type(self, app: str, name: str, to_field: str | None = None) -> str:
        model = self.lookup(app, name)
        if model is not None:
            return self._key_of(model, to_field)
        return "integer" if State.is_djangos(app, name) or self.key_kind != "BigAutoField" else "bigint"
