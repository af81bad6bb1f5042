"""The constructs of Python that are read. Programs of fixtures/python show each, and what only looks like it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Construct:
    """One way in which a program comes to a statement, or uses its rows."""

    group: str
    name: str
    written: str  # what its code matches, and that of what looks like it
    said: str  # what a line of its finding matches, and none of what looks like it


_STATEMENT = "^finds: "
_MODEL = "^executes: model$"
_GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    "Drivers": {
        "psycopg 2": (r"psycopg2\.", _STATEMENT),
        "psycopg 3": (r"psycopg\.Connection", _STATEMENT),
        "psycopg.sql": (r"sql\.(SQL|Identifier)", _STATEMENT),
        "asyncpg": (r"asyncpg\.", _STATEMENT),
        "PyMySQL": (r"pymysql\.", _STATEMENT),
        "mysqlclient": (r"MySQLdb\.", _STATEMENT),
        "mysql-connector": (r"mysql\.connector\.", _STATEMENT),
        "aiomysql": (r"aiomysql\.", _STATEMENT),
        "aiopg": (r"aiopg\.", _STATEMENT),
        "executemany": (r"\bexecutemany\(", _STATEMENT),
        "execute_values": (r"\bexecute_values\(", _STATEMENT),
        "copy_expert": (r"\.copy_expert\(", "^finds: COPY "),
        "copy": (r"\.copy\(", "^finds: COPY "),
        "copy_from": (r"\.copy_from\(", "^finds: COPY "),
        "copy_records_to_table": (r"\.copy_records_to_table\(", "^finds: COPY "),
        "callproc": (r"\.callproc\(", _STATEMENT),
    },
    "SQLAlchemy": {
        "text": (r"\btext\(", _STATEMENT),
        "Table": (r"\bTable\(", _MODEL),
        "select": (r"\bselect\(", "^finds: SELECT "),
        "insert": (r"\binsert\(", "^finds: INSERT "),
        "update": (r"\bupdate\(", "^finds: UPDATE "),
        "delete": (r"\bdelete\(", "^finds: DELETE "),
        "reflection": ("autoload_with=", r"^finds: SELECT \S+\.\* "),
        "declarative with Column": (r"\bColumn\(", _MODEL),
        "declarative with Mapped": (r"\bMapped\[", _MODEL),
        "mixin": (r"\bcreated_at\b|\bAudited\b", "^finds: SELECT .*created_at"),
        "joined inheritance": (r"Policy\b", "JOIN car_policies"),
        "single-table inheritance": (r"Policy\b", r"policies\.kind IN"),
        "__table__": ("__table__", _MODEL),
        "relationship": (r"\bVisit\.doctor", "JOIN doctors"),
        "relationship read lazily": (r"\bcourse\.teacher\b", r"^executes: course\.teacher$"),
        "session.query": (r"\.query\(", _STATEMENT),
        "select of a model": (r"\bselect\(\w+\)", "^finds: SELECT "),
        "bulk insert": (r"\b(insert|bulk_insert_mappings|add_all)\(", "^finds: INSERT "),
        "SQLModel": (r"\bMemberIn\b", _STATEMENT),
    },
    "Django": {
        "app_label": ("app_label", r'^finds: SELECT .* FROM "people_'),
        "db_table": ("db_table", '^finds: SELECT .* FROM "blog_posts"'),
        "db_column": ("db_column", '^finds: SELECT .*"mail_address"'),
        "abstract": (r"\bDated\b", _MODEL),
        "multi-table inheritance": (r"\(Post\)", r'"post_ptr_id"'),
        "many-to-many": ("ManyToManyField", '"blog_posts_topics"'),
        "relation read lazily": (r"\btenant\.flat\b", r"^executes: tenant\.flat$"),
        "manager and QuerySet": (r"\.filter\(length__isnull", _STATEMENT),
        "values_list": (r"\.values_list\(", _STATEMENT),
        "only": (r"\.only\(", _STATEMENT),
        "defer": (r"\.defer\(", _STATEMENT),
        "raw": (r"\.raw\(", _STATEMENT),
        "extra": (r"\.extra\(", _STATEMENT),
        "RawSQL": (r"\bRawSQL\(", _STATEMENT),
        "bulk_create": (r"\.bulk_create\(", "^finds: INSERT "),
        "connection.cursor": (r"connection\.cursor\(", _STATEMENT),
    },
    "Other libraries": {
        "peewee model": (r"\bsave\b|\(Model\)", _MODEL),
        "peewee query": (r"\.select\(", _STATEMENT),
        "foreign key of peewee read lazily": (r"\bchapter\.book\b", r"^executes: chapter\.book$"),
        "way back of peewee": (r"\bbook\.chapters\b", r"^executes: book\.chapters"),
        "switch of peewee": (r"\.switch\(", r"= \"chapter\"\.\"translator_id\""),
        "star of a library": (r"^class \w+\(\w+\)", _MODEL),
        "read_sql": (r"\.read_sql\(", _STATEMENT),
        "read_sql_query": (r"\.read_sql_query\(", _STATEMENT),
        "read_sql_table": (r"\.read_sql_table\(", _STATEMENT),
        "to_sql": (r"\.to_sql\(", "^finds: INSERT "),
        "aiosql": ("-- name: ", r"^executes: queries\."),
        "notebook": (r"\bpandas\b|\bpd\.", _STATEMENT),
        "magic of a notebook": (r"^%", "^executes: sql$"),
    },
    "Strings": {
        "adjacent literals": (r'"\s+"', _STATEMENT),
        "+": (r'" \+ ', _STATEMENT),
        "%": (r'" % ', _STATEMENT),
        ".format": (r"\.format\(", _STATEMENT),
        "f-string": ('f"', _STATEMENT),
        "join": (r'"\.join\(', _STATEMENT),
        "dedent": (r"\bdedent\(", _STATEMENT),
        "constant of a module": (r"^[A-Z]+ = |\b(OLDEST|GREETING)\b", _STATEMENT),
        "constant of a class": (r"class Loans|Loans\.", _STATEMENT),
        "dict of statements": (r"\{|\[sort\]", _STATEMENT),
        "pieces under conditions": (r"\+= ", _STATEMENT),
        "default argument": (r"def \w+\(.*=", _STATEMENT),
        "hole for an identifier": (r"\{table\}", "^hole: .* identifier "),
        "hole for a list": (r"\.join\(", "^hole: .* list "),
        "hole for a value": (r"\{year\}", "^hole: .* value "),
        "hole for a clause": (r"\{conditions\}", "^hole: .* clause "),
    },
    "Helpers of the project": {
        "executor of the project": (r"\.ask\(", r"^executes: cursor\.execute$"),
        "builder of the project": (r"\.find\(", r"^executes: register\.find$"),
    },
    "Use of the rows": {
        "unpacked to n names": (r"\w, \*?\w+ = cursor\.fetchone\(\)", "^rows: unpacked "),
        "a loop over n names": (r"\bfor \w.* in ", "^rows: unpacked "),
        "indexed by number": (r"\[\S+\]", "^rows: indexed "),
        "splatted into a class": (r"\b[A-Z]\w+\(", "^rows: splatted "),
        "zipped with names": (r"\bzip\(", "^rows: zipped "),
        "compared with a tuple": (r" (==|is) ", "^rows: compared "),
        "read by name": (r"\[\S+\]", "^rows: by-name"),
        "DataFrame": (r"\bDataFrame\(", "^rows: (labelled|dataframe)"),
        "zip(*rows)": (r"\bzip\(\*", "^rows: unpacked "),
        "dict(row)": (r"\bdict\(", "^rows: (copied|serialised)"),
        "to_dict": (r"class|to_dict", "^rows: serialised "),
        "jsonify": (r"\bjsonify\(", "^rows: serialised "),
        'fields = "__all__"': (r"models\.Model|Timestamps", "^rows: serialised "),
        "template": (r"\brender_template\(", "^rows: returned render_template"),
        "returned on": (r"\breturn\b", "^rows: returned "),
        "followed one call further": (r"\breturn\b", "^rows: unpacked "),
        "kept in a dict": (r"\[\S+\] = cursor\.fetch", "^rows: unpacked "),
        "of a property": (r"@property", "^rows: unpacked "),
        "through an abstract class": (r"class \w+\(\w+\)", "^rows: unpacked "),
        "prepared below SQLAlchemy": (r"\.execute\(text\(", r"^prepared by: sqlalchemy\+"),
        "prepared by the driver": (r"\.execute\(|\.fetchrow\(", "^prepared by: "),
    },
}

CONSTRUCTS = tuple(
    Construct(group, name, *patterns) for group, members in _GROUPS.items() for name, patterns in members.items()
)
