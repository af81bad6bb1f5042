"""Whether a default has one value for all rows, or is asked anew for each: PostgreSQL.

Functions of PostgreSQL that are volatile are those with provolatile = 'v' in pg_proc (15 and 18); of an extension's
or a user's function only CREATE FUNCTION tells. A function that nothing is known of is taken for volatile, which is
what CREATE FUNCTION makes of it unless told otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from scanner.model import Routine
from scanner.schema import Schema

Volatility = Literal["constant", "volatile", "not known"]

_VOLATILE_NAMES = """
clock_timestamp timeofday random random_normal setseed gen_random_uuid uuidv4 uuidv7 nextval currval lastval setval
set_config txid_status query_to_xml
uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 gen_random_bytes gen_salt
"""  # the last line: of the extensions uuid-ossp and pgcrypto
# Not volatile, of those that stand in defaults, and words that a parenthesis may follow.
_STABLE_NAMES = """
now transaction_timestamp statement_timestamp current_setting current_schema current_database current_user
session_user user version inet_client_addr inet_server_addr txid_current pg_backend_pid
abs array_append array_cat array_fill array_prepend ascii btrim ceil ceiling char_length character_length chr
coalesce concat concat_ws date_part date_trunc decode encode extract floor format greatest initcap int4range
int8range json_build_array json_build_object jsonb_build_array jsonb_build_object least left length lower lpad
ltrim make_date make_interval make_time make_timestamp make_timestamptz md5 mod nullif numrange octet_length
overlay position power repeat replace reverse right round row rpad rtrim sha256 sign sqrt string_to_array
substr substring timezone to_char to_date to_json to_jsonb to_number to_timestamp to_tsvector translate trim
trunc tsrange tstzrange daterange upper uuid_nil st_point st_makepoint st_setsrid point box lseg
cast array interval varchar char numeric decimal bit timestamp timestamptz date time float character varying
in any all exists and or not case when then else
"""
_VOLATILE, _STABLE = frozenset(_VOLATILE_NAMES.split()), frozenset(_STABLE_NAMES.split())
_STRINGS = re.compile(r"'(?:[^']|'')*'")
_CALLS = re.compile(r'(?:[\w$]+\s*\.\s*)?"?([\w$]+)"?\s*\(')
# The body of a SQL function that the planner puts in the call's place before it looks, as for SELECT 1.
_INLINED = re.compile(r"\s*SELECT\b(?!.*\bFROM\b)[^;]*;?\s*", re.IGNORECASE | re.DOTALL)


def volatility(expression: str, schema: Schema) -> Volatility:
    """Whether the expression must be asked anew for each row."""
    found = {_of_function(name.lower(), schema) for name in _called(expression)}
    return "volatile" if "volatile" in found else "not known" if "not known" in found else "constant"


def _called(expression: str) -> Iterator[str]:
    return (call[1] for call in _CALLS.finditer(_STRINGS.sub("''", expression)))


def _of_function(name: str, schema: Schema) -> Volatility:
    if name in _VOLATILE:
        return "volatile"
    routine = schema.routine(name)
    if routine is None:
        return "constant" if name in _STABLE else "not known"
    if not routine.volatile:
        return "constant"
    inlined = routine.language == "sql" and _INLINED.fullmatch(_STRINGS.sub("''", routine.body))
    return volatility(routine.body, _without(routine, schema)) if inlined else "volatile"


def _without(routine: Routine, schema: Schema) -> Schema:
    """A function that calls itself is asked about once."""
    return replace(schema, routines=tuple(r for r in schema.routines if r is not routine))
