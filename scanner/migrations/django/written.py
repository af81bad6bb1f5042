"""A column → the field of a Django model that has it, as Python writes it."""

from __future__ import annotations

import re

from scanner.migrations.django.fields import column_pattern
from scanner.model import Column

_KINDS = (
    "BooleanField", "CharField", "TextField", "IntegerField", "BigIntegerField", "SmallIntegerField", "DateField",
    "DateTimeField", "DecimalField", "FloatField", "JSONField", "TimeField", "BinaryField", "PositiveIntegerField",
    "PositiveBigIntegerField", "PositiveSmallIntegerField",
)  # fmt: skip
_OF_POSTGRES = ("UUIDField", "DurationField", "GenericIPAddressField")  # elsewhere texts and numbers like others
# Other names of the types that Django's backends write, by engine family.
_SAME = {
    "int": "integer", "int4": "integer", "int8": "bigint", "int2": "smallint", "float8": "double precision",
    "double": "double precision", "tinyint(1)": "bool", "dec": "numeric", "decimal": "numeric",
    "character varying": "varchar", "int unsigned": "integer unsigned",
}  # fmt: skip
_SAME_OF = {
    "postgres": {"bool": "boolean", "timestamptz": "timestamp with time zone", "time without time zone": "time"},
    "mysql": {"boolean": "bool", "text": "longtext", "mediumtext": "longtext", "datetime": "datetime(6)",
              "time": "time(6)", "blob": "longblob"},
}  # fmt: skip
_NUMBER, _STRING = re.compile(r"-?\d+(?:\.\d+)?"), re.compile(r"'((?:[^'\\]|'')*)'")
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")


def field_of(column: Column, family: str, target: str | None, *, nullable: bool) -> tuple[str, str] | None:
    """The field's name and the expression that makes it; None for a column that is no field of Django's own.

    `target` is the model that the column refers to, as in ``shop.Customer``. A default is there when it is a
    constant; what a database does beyond that, the state of Django's models does not keep.
    """
    if not _NAME.fullmatch(column.name) or column.generated or column.identity or column.serial:
        return None
    options = ["null=True"] if nullable else []
    if target is not None:
        name = column.name.removesuffix("_id")
        options += [] if name != column.name else [f"db_column={column.name!r}"]
        kind = "OneToOneField" if column.unique else "ForeignKey"
        arguments = [f"to={target!r}", "on_delete=models.DO_NOTHING", *options]
        return name, f"models.{kind}({', '.join(arguments)})"
    found = _kind(column.type, family)
    if found is None:
        return None
    kind, sizes = found
    options += ["unique=True"] if column.unique else []
    options += _default(column.default, kind)
    return column.name, f"models.{kind}({', '.join([*sizes, *options])})"


def _kind(type_: str, family: str) -> tuple[str, list[str]] | None:
    """The class of the field of a type, and the arguments that give its size."""
    base, size, rest = re.fullmatch(r"([^(]*)((?:\([^)]*\))?)(.*)", type_.lower(), re.DOTALL).groups()  # type: ignore[union-attr]
    same = _SAME | _SAME_OF[family]
    base = same.get(base.strip(), base.strip())
    written = same.get(f"{base}{size}{rest}", f"{base}{size}{rest}")
    for kind in (*_KINDS, *(_OF_POSTGRES if family == "postgres" else ())):
        match = column_pattern(kind, family).fullmatch(written)
        if match is not None:
            return kind, [f"{name}={number}" for name, number in match.groupdict().items()]
    return None


def _default(sql: str | None, kind: str) -> list[str]:
    if sql is None:
        return []
    if kind == "BooleanField":
        known = {"true": "True", "1": "True", "false": "False", "0": "False"}.get(sql.lower())
        return [f"default={known}"] if known else []
    if kind in ("CharField", "TextField") and (text := _STRING.fullmatch(sql)):
        value = text[1].replace("''", "'")
        return [f"default={value!r}"]
    numeric = kind.endswith("IntegerField") or kind in ("DecimalField", "FloatField")
    return [f"default={sql}"] if numeric and _NUMBER.fullmatch(sql) else []
