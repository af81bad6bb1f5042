"""Liquibase's types → SQL. Facts: docs.liquibase.com, "Data type handling"; liquibase.datatype.core's classes."""

from __future__ import annotations

import re

_TYPE = re.compile(
    r"\s*(?:java\.sql\.Types\.)?([\w ]+?)\s*(\(.*\))?\s*((?:unsigned|\[\]|character set .*|collate .*)*)\s*",
    re.I | re.S,
)

_POSTGRES = {
    "boolean": "boolean", "bit": "boolean", "tinyint": "smallint", "smallint": "smallint", "mediumint": "integer",
    "int": "integer", "integer": "integer", "bigint": "bigint", "number": "numeric", "numeric": "numeric",
    "decimal": "numeric", "float": "float", "double": "double precision", "double precision": "double precision",
    "currency": "money", "char": "char", "nchar": "char", "varchar": "varchar", "nvarchar": "varchar",
    "varchar2": "varchar", "nvarchar2": "varchar", "longvarchar": "text", "longnvarchar": "text", "clob": "text",
    "nclob": "text", "longtext": "text", "mediumtext": "text", "tinytext": "text", "blob": "bytea",
    "longblob": "bytea", "binary": "bytea", "varbinary": "bytea", "longvarbinary": "bytea", "datetime": "timestamp",
    "timestamp_with_timezone": "timestamp with time zone", "time_with_timezone": "time with time zone",
}  # fmt: skip
_MYSQL = {
    "boolean": "tinyint(1)", "number": "numeric", "integer": "int", "clob": "longtext", "nclob": "longtext",
    "longvarchar": "longtext", "text": "text", "blob": "longblob", "bytea": "longblob", "longvarbinary": "longblob",
    "uuid": "char(36)", "currency": "decimal", "varchar2": "varchar", "nvarchar2": "nvarchar", "datetime": "datetime",
    "timestamp_with_timezone": "timestamp", "serial": "bigint unsigned auto_increment", "double precision": "double",
}  # fmt: skip
# Types whose numbers the translated one does not take.
_BARE = {
    "boolean", "smallint", "integer", "bigint", "text", "bytea", "double precision", "money", "longtext", "longblob",
    "tinyint(1)", "char(36)", "timestamp with time zone",
}  # fmt: skip


def type_sql(text: str, family: str) -> str:
    """A type as the engine has it; one that Liquibase does not know goes through as it is."""
    match = _TYPE.fullmatch(text)
    if match is None:
        return text.strip()
    name, size, rest = match[1].strip().lower(), match[2] or "", match[3] or ""
    found = (_MYSQL if family == "mysql" else _POSTGRES).get(name, match[1].strip().lower())
    if found in _BARE:
        size = ""
    if found == "money" or (family == "mysql" and found == "decimal" and name == "currency"):
        size = "(15,2)" if family == "mysql" else ""
    if family == "postgres" and found == "timestamp with time zone" and size:
        found = f"timestamp{size} with time zone"
        size = ""
    return " ".join(filter(None, (f"{found}{size}", rest.strip())))
