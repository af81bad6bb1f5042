"""Types of SQLAlchemy → SQL, as its compiler of each dialect writes them.

Facts: docs.sqlalchemy.org/en/20/core/type_basics.html, and what the dialects' compilers print.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from scanner.migrations.migration import literal
from scanner.migrations.values import Attribute, Called, Class, Name

# Generic types, and those of packages that projects often use. A type written in capitals is SQL's own.
_POSTGRES = {
    "String": "VARCHAR", "Unicode": "VARCHAR", "Text": "TEXT", "UnicodeText": "TEXT", "CLOB": "TEXT",
    "Integer": "INTEGER", "BigInteger": "BIGINT", "SmallInteger": "SMALLINT", "Boolean": "BOOLEAN",
    "Date": "DATE", "Float": "FLOAT", "Double": "DOUBLE PRECISION", "Numeric": "NUMERIC", "Interval": "INTERVAL",
    "LargeBinary": "BYTEA", "BLOB": "BYTEA", "BINARY": "BYTEA", "VARBINARY": "BYTEA", "PickleType": "BYTEA",
    "Uuid": "UUID", "CIText": "CITEXT", "DOUBLE_PRECISION": "DOUBLE PRECISION", "DOUBLE": "DOUBLE PRECISION",
    "DATETIME": "TIMESTAMP", "NVARCHAR": "VARCHAR", "NCHAR": "CHAR",
    "TSVectorType": "TSVECTOR", "UUIDType": "UUID", "EmailType": "VARCHAR(255)", "URLType": "TEXT",
    "JSONType": "JSON", "IPAddressType": "VARCHAR(50)", "PasswordType": "BYTEA", "LtreeType": "LTREE",
    "ArrowType": "TIMESTAMP", "Vector": "VECTOR", "Geometry": "GEOMETRY", "Geography": "GEOGRAPHY",
}  # fmt: skip
_MYSQL = {
    "String": "VARCHAR", "Unicode": "VARCHAR", "Text": "TEXT", "UnicodeText": "TEXT", "CLOB": "TEXT",
    "Integer": "INTEGER", "BigInteger": "BIGINT", "SmallInteger": "SMALLINT", "Boolean": "BOOL", "BOOLEAN": "BOOL",
    "Date": "DATE", "Float": "FLOAT", "Double": "DOUBLE", "DOUBLE_PRECISION": "DOUBLE PRECISION", "Numeric": "NUMERIC",
    "Interval": "DATETIME", "LargeBinary": "BLOB", "PickleType": "BLOB", "Uuid": "CHAR(32)", "UUID": "CHAR(32)",
    "NVARCHAR": "VARCHAR", "NCHAR": "CHAR", "UUIDType": "BINARY(16)", "EmailType": "VARCHAR(255)",
    "URLType": "TEXT", "JSONType": "JSON", "IPAddressType": "VARCHAR(50)", "ArrowType": "DATETIME",
}  # fmt: skip
_CAPITALS = re.compile(r"[A-Z][A-Z0-9_]+")
# Types whose numbers in parentheses are part of them, by how many.
_NUMBERS = {
    "VARCHAR": 1,
    "CHAR": 1,
    "NUMERIC": 2,
    "DECIMAL": 2,
    "FLOAT": 1,
    "BIT": 1,
    "VARBINARY": 1,
    "BINARY": 1,
    "VECTOR": 1,
}
_DISPLAYED = {"TINYINT", "SMALLINT", "MEDIUMINT", "INTEGER", "INT", "BIGINT"}

Resolve = Callable[[Name], object]  # a class of the project by its dotted name, or None


def type_sql(value: object, family: str, resolve: Resolve) -> str | None:
    """A type as the dialect writes it; None when it is not known.

    `resolve` finds the project's own classes: a TypeDecorator is stored as its `impl`.
    """
    if isinstance(value, Class):
        return _decorator(value, family, resolve)
    call = value if isinstance(value, Called) else Called(value)
    if isinstance(call.function, Attribute):
        return _variant(call, call.function, family, resolve)
    if isinstance(call.function, Class):
        return _decorator(call.function, family, resolve)
    name = call.name
    special = _SPECIAL.get(name)
    if special is not None:
        return special(call, family, resolve)
    found = (_MYSQL if family == "mysql" else _POSTGRES).get(name)
    if found is None and not _CAPITALS.fullmatch(name):
        own = resolve(call.function) if isinstance(call.function, Name) else None
        return _decorator(own, family, resolve) if isinstance(own, Class) else None
    return _sized(found or name, call, family)


def _decorator(own: Class, family: str, resolve: Resolve) -> str | None:
    if "impl" in own.body:
        return type_sql(own.body["impl"], family, resolve)
    return next(filter(None, (type_sql(base, family, resolve) for base in own.bases)), None)


def _variant(call: Called, function: Attribute, family: str, resolve: Resolve) -> str | None:
    """``JSON().with_variant(JSONB, "postgresql")``, ``MutableDict.as_mutable(JSON)``."""
    if function.name == "with_variant":
        dialects = {"postgresql"} if family == "postgres" else {"mysql", "mariadb"}
        chosen = dialects & {each for each in call.args[1:] if isinstance(each, str)}
        return type_sql(call.args[0] if chosen and call.args else function.of, family, resolve)
    return None


def _sized(name: str, call: Called, family: str) -> str:
    """With its length, precision or width."""
    if name in _NUMBERS and "(" not in name:
        keys = ("precision", "scale") if _NUMBERS[name] > 1 or name == "FLOAT" else ("length",)
        keys = ("dim",) if name == "VECTOR" else keys
        numbers = [call.argument(place, key) for place, key in enumerate(keys[: _NUMBERS[name]])]
        written = [str(number) for number in numbers if isinstance(number, int) and not isinstance(number, bool)]
        return f"{name}({', '.join(written)})" if written else name
    if family == "mysql" and name in _DISPLAYED:
        width = call.kwargs.get("display_width")
        sized = f"{name}({width})" if isinstance(width, int) else name
        return f"{sized} UNSIGNED" if call.kwargs.get("unsigned") is True else sized
    return name


def _timed(call: Called, family: str, _: Resolve) -> str:
    zoned = call.argument(0, "timezone") is True
    digits = call.kwargs.get("precision", call.kwargs.get("fsp"))
    kind = "TIME" if call.name in ("Time", "TIME") else "TIMESTAMP"
    size = f"({digits})" if isinstance(digits, int) else ""
    if family == "mysql":
        return f"{'DATETIME' if call.name == 'DateTime' else kind}{size}"
    return f"{kind}{size} {'WITH' if zoned else 'WITHOUT'} TIME ZONE"


def _enum(call: Called, family: str, _: Resolve) -> str | None:
    labels = _labels(call)
    if family == "mysql":
        return f"ENUM({', '.join(literal(label) or '' for label in labels)})" if labels else None
    if call.kwargs.get("native_enum") is False:
        return f"VARCHAR({max(map(len, labels), default=1)})"
    name = _enum_name(call)
    return f'"{name}"' if name else None


def _labels(call: Called) -> list[str]:
    """The labels of an Enum that names them."""
    args = call.args[0] if len(call.args) == 1 and isinstance(call.args[0], list | tuple) else call.args
    return [label for label in args if isinstance(label, str)]


def _enum_name(call: Called) -> str | None:
    """The name of an Enum's type."""
    name = call.kwargs.get("name")
    if isinstance(name, str):
        return name
    return call.args[0].last.lower() if call.args and isinstance(call.args[0], Name) else None


def enum_statement(enum: Called, method: str, quote: Callable[[str], str]) -> str | None:
    """What ``status.create(bind)`` or ``status.drop(bind)`` of a PostgreSQL Enum sends; None for other methods."""
    name = _enum_name(enum)
    if name is None or method not in ("create", "drop"):
        return None
    labels = ", ".join(filter(None, map(literal, _labels(enum))))
    return f"CREATE TYPE {quote(name)} AS ENUM ({labels})" if method == "create" else f"DROP TYPE {quote(name)}"


def _array(call: Called, family: str, resolve: Resolve) -> str | None:
    item = type_sql(call.argument(0, "item_type"), family, resolve)
    dimensions = call.kwargs.get("dimensions")
    return f"{item}{'[]' * (dimensions if isinstance(dimensions, int) else 1)}" if item else None


def _interval(call: Called, family: str, _: Resolve) -> str:
    fields = call.kwargs.get("fields")
    return "DATETIME" if family == "mysql" else f"INTERVAL {fields}" if isinstance(fields, str) else "INTERVAL"


def _inner(call: Called, family: str, resolve: Resolve) -> str | None:
    """A wrapper of another type, its first argument."""
    return type_sql(call.args[0], family, resolve) if call.args else None


def _chosen(call: Called, family: str, resolve: Resolve) -> str | None:
    """sqlalchemy_utils.ChoiceType keeps its `impl`, text of 255 characters where none is given."""
    impl = call.argument(1, "impl")
    return "VARCHAR(255)" if impl is None else type_sql(impl, family, resolve)


_SPECIAL: Mapping[str, Callable[[Called, str, Resolve], str | None]] = {
    **dict.fromkeys(("DateTime", "TIMESTAMP", "Time", "TIME"), _timed),
    **dict.fromkeys(("Enum", "ENUM"), _enum),
    **dict.fromkeys(("ARRAY", "Array"), _array),
    **dict.fromkeys(("Interval", "INTERVAL"), _interval),
    **dict.fromkeys(("as_mutable", "EncryptedType", "StringEncryptedType"), _inner),
    "ChoiceType": _chosen,
}
