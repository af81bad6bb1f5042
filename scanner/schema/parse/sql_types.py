"""Which types of columns an engine's grammar takes.

MySQL and MariaDB have a closed list; on PostgreSQL any name may be a type of the database's own, but the words behind
a name are given, and so is which of its own types take a length. Every form is compared with what a real server takes
(tests/engine/test_refused_definitions.py); of MySQL the manual is followed:
https://dev.mysql.com/doc/refman/8.4/en/create-table.html
"""

from __future__ import annotations

import re

from scanner.model import Engine

# pg_type of PostgreSQL 15, and the words of SQL that its grammar makes types of.
_POSTGRES_OWN = """
aclitem bit bool box bpchar bytea char cid cidr circle date datemultirange daterange float4 float8 gtsvector
inet int2 int2vector int4 int4multirange int4range int8 int8multirange int8range interval json jsonb jsonpath
line lseg macaddr macaddr8 money name numeric nummultirange numrange oid oidvector path pg_lsn pg_snapshot point
polygon refcursor regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc
regprocedure regrole regtype text tid time timestamp timestamptz timetz tsmultirange tsquery tsrange
tstzmultirange tstzrange tsvector txid_snapshot uuid varbit varchar xid xid8 xml character integer int smallint
bigint decimal dec real float boolean national nchar serial serial2 serial4 serial8 smallserial bigserial
"""
POSTGRES_OWN = frozenset(_POSTGRES_OWN.split())

_LENGTH = r"(?:\(\d+(?:\.\d+)?\))"
_SCALED = rf"(?:{_LENGTH}|\(\d+,\d+\))"
_SIGN = r"(?:(?:[ ](?:un)?signed)?(?:[ ]zerofill)?|[ ]zerofill[ ](?:un)?signed)"
_CHARACTER = r"char(?:acter)?"
_VARYING = rf"(?:varchar|varcharacter|{_CHARACTER}[ ]varying)"
_GEOMETRY = "geometry|point|linestring|polygon|multipoint|multilinestring|multipolygon|geometrycollection"

# Those of characters, behind which their character set may stand.
_TEXTS = rf"""
    {_CHARACTER}{_LENGTH}?
    {_VARYING}{_LENGTH}
    (?:tiny|medium|long)text
    text{_LENGTH}?
    long(?:[ ]{_VARYING})?
    (?:enum|set)\([^()]*['"].*\)
"""
_OTHERS = rf"""
    (?:(?:tiny|small|medium|middle|big)?int|integer|int[12348]|year){_LENGTH}?{_SIGN}
    (?:dec|decimal|numeric|fixed|float4?){_SCALED}?{_SIGN}
    (?:(?:double|float8)(?:[ ]precision)?|real)(?:\(\d+,\d+\))?{_SIGN}
    bit{_LENGTH}?
    bool(?:ean)?
    serial
    (?:nchar|national[ ]{_CHARACTER}){_LENGTH}?
    (?:nvarchar|nchar[ ](?:varying|varchar|varcharacter)|national[ ]{_VARYING}){_LENGTH}
    (?:binary|blob){_LENGTH}?
    varbinary{_LENGTH}
    (?:tiny|medium|long)blob
    long[ ]varbinary
    date
    (?:time|datetime|timestamp){_LENGTH}?
    json
"""
_OF_ONE = {
    "mysql": rf"{_GEOMETRY}|geomcollection|vector{_LENGTH}?",
    "mariadb": rf"""
    (?:{_GEOMETRY}|uuid|inet[46]){_SCALED}?
    vector{_LENGTH}|xmltype
    (?:mariadb|oracle|maxdb)_schema[.](?:date|timestamp{_LENGTH}?)
    """,
}
_POSTGRES = rf"""
    (?:{_CHARACTER}|nchar|national[ ]{_CHARACTER})(?:[ ]varying)?(?:\(\d+\))?
    bit(?:[ ]varying)?(?:\(.+\))?
    (?:varchar|float)(?:\(\d+\))?
    (?:dec|decimal|numeric)(?:\(.+\))?
    double[ ]precision
    (?:time|timestamp)(?:\(\d+\))?(?:[ ]with(?:out)?[ ]time[ ]zone)?
    interval(?:\(\d+\)|[ ](?:(?:day|hour|minute)[ ]to[ ])?second(?:\(\d+\))?)?
    interval[ ](?:year|month|day|hour|minute|year[ ]to[ ]month|day[ ]to[ ](?:hour|minute)|hour[ ]to[ ]minute)
    int(?:eger)?|smallint|bigint|real|boolean
"""
_ARRAY = re.compile(r"(?:\[\d*\])+$| array(?:\[\d+\])?$")
_NAME = r'(?:[^\s().,\[\]"%]+|"(?:[^"]|"")+")'
# One of PostgreSQL's own, of an extension, or of the database.
_NAMED = re.compile(rf"(?P<name>{_NAME}(?:\.{_NAME}){{0,2}})(?P<modifier>\(.+\))?", re.DOTALL)
_TAKE_MODIFIERS = frozenset(["bpchar", "timestamptz", "timetz", "varbit"])
# What its grammar takes in the forms above alone.
_GRAMMAR_WORDS = """
bit boolean bigint char character dec decimal float int integer interval national nchar real setof smallint time
timestamp varchar
"""
_GRAMMAR = frozenset(_GRAMMAR_WORDS.split())
_PSEUDO = re.compile(
    r"any(?:array|compatible\w*|element|enum|multirange|nonarray|range)?|cstring|record|void|internal|unknown|trigger"
    r"|event_trigger|pg_ddl_command|(?:fdw|index_am|language|table_am|tsm)_handler"
)
_MYSQL_OWN = """
bigint binary bit blob bool boolean char character date datetime dec decimal double enum fixed float geometry
int integer json longblob longtext mediumblob mediumint mediumtext numeric point real serial set smallint text
time timestamp tinyblob tinyint tinytext varbinary varchar year
"""
# Names to tell what may have been meant.
NAMES = {"postgres": POSTGRES_OWN, "mysql": frozenset(_MYSQL_OWN.split())}
_ONLY_MYSQL = NAMES["mysql"] - POSTGRES_OWN - {"geometry"}  # which PostGIS brings


def _alternatives(text: str) -> re.Pattern[str]:
    return re.compile("|".join(line.strip() for line in text.split("\n") if line.strip()), re.DOTALL)


_FORMS = {name: _alternatives(f"{_TEXTS}\n{_OTHERS}\n{more}") for name, more in _OF_ONE.items()}
_OF_CHARACTERS = _alternatives(_TEXTS)
_FORMS_OF_POSTGRES = _alternatives(_POSTGRES)


def is_type(spelled: str, engine: Engine) -> bool:
    """Whether the engine can have a type that is written so, in its canonical spelling (Cursor.spelled)."""
    if engine.family == "mysql":
        return _FORMS[engine.name].fullmatch(spelled) is not None
    if is_own_form(spelled):
        return True
    element = _ARRAY.sub("", spelled)
    named = _NAMED.fullmatch(element)
    if named is None:
        return False
    name = named["name"].removeprefix("pg_catalog.")
    if name in _GRAMMAR or _PSEUDO.fullmatch(name):
        return False
    takes = name not in POSTGRES_OWN or name in _TAKE_MODIFIERS
    return (takes or not named["modifier"]) and not ("serial" in name and name in POSTGRES_OWN and element != spelled)


def name_of_mysql(spelled: str) -> str | None:
    """The name of a type that is MySQL's alone, unless a database of PostgreSQL has one of that name."""
    word = re.match(r"[^\W\d]\w*(?![\w.])", spelled)
    return word[0] if word and word[0] in _ONLY_MYSQL and not is_own_form(spelled) else None


def is_own_form(spelled: str) -> bool:
    """Whether it is one of the types that PostgreSQL's grammar itself has, or an array of one."""
    return _FORMS_OF_POSTGRES.fullmatch(_ARRAY.sub("", spelled)) is not None


def is_of_characters(spelled: str) -> bool:
    """Whether a type of MySQL or MariaDB holds characters of a set that may be named."""
    return _OF_CHARACTERS.fullmatch(spelled) is not None
