"""What the text of a file says of the driver that sends its statements."""

from __future__ import annotations

import re

_IMPORTS = re.compile(
    r"^[ \t]*(?:import|from)[ \t]+(asyncpg|psycopg_pool|psycopg2|psycopg|aiopg|pg8000|sqlalchemy|django)\b", re.M
)
_ELSEWHERE = re.compile(
    r"^[ \t]*(?:import|from)[ \t]+(sqlite3|aiosqlite|pysqlite3|duckdb|clickhouse_driver|clickhouse_connect|aiochclient"
    r"|google\.cloud(?:\.bigquery|[ \t]+import[ \t]+bigquery)|snowflake\.connector|oracledb|cx_Oracle|trino|pymssql"
    r"|pymysql|MySQLdb|mysql|aiomysql|asyncmy|mariadb|peewee|pony|tortoise|sqlmodel|databases|records)\b",
    re.M,
)
_ADDRESS = re.compile(r"postgresql\+(asyncpg|psycopg2|psycopg_async|psycopg|pg8000)\b")
# Ways to keep a driver from preparing: psycopg 3, asyncpg, SQLAlchemy's asyncpg dialect.
# A connection that ends with the call that opened it has prepared nothing when the column comes.
_KEPT = re.compile(
    r"psycopg_pool|\b(?:Async)?ConnectionPool\(|\bcreate_pool\("
    r"|^(?:\w+|[ \t]+(?:self|cls)\.\w+)[ \t]*(?::[^=\n]+)?=[ \t]*(?:await[ \t]+)?(?:psycopg|asyncpg)\.[\w.]*connect\(",
    re.M,
)
# One of these stands in whatever that finds, which is slow to look for.
_KEEPING = ("psycopg", "asyncpg", "ConnectionPool(", "create_pool(")
_NO_POOL = re.compile(r"poolclass[\"']?\s*[=:]\s*(?:\w+\.)*NullPool")
_NEVER = re.compile(r"prepare_threshold[\"']?\s*[=:]\s*None|statement_cache_size[\"']?\s*[=:]\s*0\b")

# Each hint with the pattern of the texts that give it, and what stands in them.
_SAID = {
    "kept": (_KEPT, _KEEPING),
    "no pool": (_NO_POOL, ("poolclass",)),
    "never": (_NEVER, ("prepare_threshold", "statement_cache_size")),
}


def driver_hints(text: str) -> frozenset[str]:
    """Such as "import psycopg", "address asyncpg"; and "kept", "no pool", "never": how connections are used."""
    imports = {f"import {name}" for name in (*_IMPORTS.findall(text), *_ELSEWHERE.findall(text))}
    said = (
        hint for hint, (pattern, words) in _SAID.items() if any(map(text.__contains__, words)) and pattern.search(text)
    )
    return addresses(text).union(imports, said)


def addresses(text: str) -> frozenset[str]:
    """The drivers that addresses of SQLAlchemy name, such as "address asyncpg"."""
    return frozenset(f"address {name}" for name in _ADDRESS.findall(text))
