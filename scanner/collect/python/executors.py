"""Names that tell what a call does with a text."""

from __future__ import annotations

from scanner.model.observation import Namesakes

# They run SQL and nothing else, so that a text that merely begins as a statement is one.
CERTAIN = frozenset(
    (
        "execute",
        "executemany",
        "callproc",
        "executescript",
        "execute_values",
        "execute_batch",
        "execute_sql",
        "exec_driver_sql",
        "execute_query",
        "execute_many",
        "fetchrow",
        "fetchval",
        "fetch_all",
        "fetch_one",
        "fetch_val",
        "copy_expert",
        "copy",
        "mogrify",
        "read_sql",
        "read_sql_query",
        "RunSQL",
        "RawSQL",
    )
)
# What they are given is for people.
MESSAGES = frozenset(
    (
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "exception",
        "critical",
        "log",
        "print",
        "pprint",
        "fail",
        "skip",
        "getLogger",
        "gettext",
        "gettext_lazy",
        "ngettext",
        "_",
        "echo",
        "secho",
        "add_argument",
        "option",
        "assertEqual",
        "assertIn",
        "assertNotIn",
        "assertTrue",
        "assertFalse",
        "assertContains",
        "assertRaisesMessage",
        "assertRaisesRegex",
        "compile",
        "match",
        "search",
        "findall",
        "startswith",
        "endswith",
    )
)
MESSAGE_KEYWORDS = frozenset(
    ("help", "help_text", "description", "verbose_name", "label", "message", "msg", "doc", "title")
)
# Library functions that give back the statement they are given, for another call to run.
PASSES_ON = frozenset(
    (
        "sqlparse.format",
        "sqlparse.parse",
        "sqlparse.split",
        "sqlglot.parse_one",
        "sqlglot.parse",
        "len",
        "str",
    )
)

# How a cursor makes rows: given by keyword to a connection or a cursor, or as argument of `cursor()`.
# Of two columns of one name each has what `RowUse.namesakes` says; psycopg2's DictCursor has the last, too.
BY_NAME_FACTORIES: dict[str, Namesakes] = {
    **dict.fromkeys(("dict_row", "RealDictCursor", "DictConnection", "RealDictConnection"), "last"),
    **dict.fromkeys(("DictCursor", "SSDictCursor"), "first"),
    **dict.fromkeys(("namedtuple_row", "NamedTupleCursor"), "refused"),
    "Row": "last",  # sqlite3's
}
ROW_FACTORY_KEYWORDS = frozenset(("row_factory", "cursor_factory", "cursorclass", "cursor_class", "connection_factory"))
# Given as True to `cursor()` of mysql-connector and pymssql.
BY_NAME_OPTIONS: dict[str, Namesakes] = {"dictionary": "last", "named_tuple": "refused", "as_dict": "last"}
# Attributes in a body that make a function worth entering.
TELLING = CERTAIN | frozenset(
    (
        "fetchone",
        "fetchall",
        "fetchmany",
        "objects",
        "query",
        "filter",
        "scalars",
        "scalar",
        "callproc",
        "cursor",
    )
)
# Those of them that copy a list or a dict when they are given nothing.
COPYING = frozenset(("copy",))
# Methods that tell so of what is called a session or a database, as in ``db.session.add(order)``.
OF_SESSIONS = frozenset(("add", "add_all", "merge", "delete", "flush", "commit"))
SESSIONS = ("session", "db")
# Methods that change a list or dict.
CHANGES = frozenset(("append", "extend", "insert", "add", "update", "setdefault"))
