"""Words the normaliser must know. Upper case unless said otherwise."""

from __future__ import annotations

import re
from typing import Final

from scanner.model import HOLE_PATTERN

# Stands for a literal or a parameter between the passes. As input it is itself a parameter.
PLACEHOLDER: Final = "$0"
HOLE = re.compile(HOLE_PATTERN)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# An expression begins after these: a sign there belongs to the literal.
STARTERS = _words(
    """SELECT WHERE AND OR NOT ON WHEN THEN ELSE CASE BY LIMIT OFFSET RETURNING RETURN IN LIKE ILIKE BETWEEN
    HAVING DISTINCT ALL ANY SOME SET VALUES VALUE DEFAULT INTERVAL FROM FOR TO DIV MOD XOR REGEXP RLIKE
    USING IF ELSIF ELSEIF WHILE UNTIL START INCREMENT MINVALUE MAXVALUE FIRST NEXT SIMILAR ESCAPE PERFORM
    IS WITH AS PLACING SYMMETRIC TOP FILTER OVER PARTITION BINARY SEPARATOR CALL DO EXECUTE"""
)


def ends_operand(lexeme: str) -> bool:
    """Whether a lexeme ends a value, so that a sign after it is an operator."""
    if lexeme[-1:].isalnum() or lexeme[-1:] in ("_", "$"):
        return lexeme.upper() not in STARTERS
    return lexeme[-1:] in (")", "]", '"', "'", "`")


# A parenthesis after these is no argument or column list: it is set apart.
SPACED = (STARTERS - _words("INTERVAL IF BINARY ANY SOME")) | _words(
    """UNION INTERSECT EXCEPT JOIN INTO LATERAL EXISTS GROUP WITHIN CONFLICT CHECK REFERENCES ROLLUP CUBE
    SETS UPDATE DELETE INSERT ONLY MATERIALIZED TABLE ADD GENERATED ALWAYS INCLUDE USE"""
)

# Each ends the list of GROUP BY or ORDER BY at its level.
CLAUSES = _words(
    """SELECT FROM WHERE GROUP ORDER HAVING LIMIT OFFSET FETCH FOR UNION INTERSECT EXCEPT WINDOW RETURNING
    VALUES SET INTO LOCK ROWS RANGE GROUPS SEPARATOR PARTITION"""
)
# After these a list may repeat itself.
LISTING = _words("IN ARRAY VALUES VALUE")
QUERY_STARTERS = _words("SELECT WITH VALUES TABLE FROM PERFORM")
# What may follow a lone ordinal.
AFTER_ORDINAL = CLAUSES | _words("ASC DESC NULLS WITH ON END AS LOOP DO PROCEDURE USING")

COMPARISONS = _words("= < > <= >= <> != <=> ~ ~* !~ !~* LIKE ILIKE RLIKE REGEXP LIMIT OFFSET BETWEEN")

# PostgreSQL keywords that can only be types: their parentheses hold modifiers.
POSTGRES_TYPE_KEYWORDS = _words(
    "BIT CHAR CHARACTER DEC DECIMAL FLOAT INTERVAL NCHAR NUMERIC TIME TIMESTAMP VARCHAR VARYING"
)
MODIFIED_TYPES = POSTGRES_TYPE_KEYWORDS | _words(
    """BINARY BLOB DATETIME DOUBLE INT INTEGER TINYINT SMALLINT MEDIUMINT BIGINT NVARCHAR REAL TEXT
    TIMESTAMPTZ TIMETZ VARBINARY YEAR BPCHAR FIXED"""
) - {"INTERVAL"}
PRECISIONS = _words(
    "CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP NOW CURTIME SYSDATE UTC_TIME UTC_TIMESTAMP"
)

# PostgreSQL types of one value: a literal cast to one says no more than the literal; a row type would.
SCALAR_TYPES = MODIFIED_TYPES | _words(
    """BIGSERIAL BOOL BOOLEAN BOX BYTEA CIDR CIRCLE DATE FLOAT4 FLOAT8 INET INT2 INT4 INT8 INTERVAL JSON
    JSONB JSONPATH LINE LSEG MACADDR MACADDR8 MONEY NAME OID PATH POINT POLYGON PRECISION REGCLASS
    REGPROC REGTYPE TID TSQUERY TSVECTOR TXID_SNAPSHOT UUID XID XML DATERANGE INT4RANGE INT8RANGE
    NUMRANGE TSRANGE TSTZRANGE HSTORE CITEXT"""
)
# MySQL: DATE '2020-01-01' is written as the function call that means the same.
MYSQL_TYPED_LITERALS = _words("DATE TIME TIMESTAMP")

# SET of these holds names, not data.
NAMING_SETTINGS = _words(
    """SEARCH_PATH ROLE AUTHORIZATION SQL_MODE NAMES CHARSET CLIENT_ENCODING SCHEMA CHARACTER_SET_CLIENT
    CHARACTER_SET_CONNECTION CHARACTER_SET_RESULTS COLLATION_CONNECTION"""
)
# COPY and LOAD DATA: a short string after these says how the file is laid out.
FILE_OPTIONS = _words("DELIMITER DELIMITERS NULL QUOTE ESCAPE ENCODING BY FORMAT")

STATEMENT_TEXT = re.compile(
    r"""\s*(?:SELECT|WITH|VALUES|TABLE)\s+\S|\s*(?:INSERT|REPLACE)\s+(?:\w+\s+)*?INTO\b|\s*UPDATE\s+\S+\s+SET\b
    |\s*DELETE\s+(?:\w+\s+)*?FROM\b|\s*MERGE\s+INTO\b|\s*(?:CREATE|ALTER|DROP|TRUNCATE)\s+\w+\s+\S|\s*CALL\s+\S
    |\s*COPY\s+\S+\s""",
    re.IGNORECASE | re.VERBOSE,
)

# Lower case: a quoted name of these is not the bare word. PostgreSQL's: pg_get_keywords(), not unreserved.
RESERVED = {
    "postgres": _words(
        """all analyse analyze and any array as asc asymmetric authorization between bigint binary bit
        boolean both case cast char character check coalesce collate collation column concurrently
        constraint create cross current_catalog current_date current_role current_schema current_time
        current_timestamp current_user dec decimal default deferrable desc distinct do else end except
        exists extract false fetch float for foreign freeze from full grant greatest group grouping
        having ilike in initially inner inout int integer intersect interval into is isnull join
        json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar
        json_serialize json_table json_value lateral leading least left like limit localtime
        localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric
        offset on only or order out outer overlaps overlay placing position precision primary real
        references returning right row select session_user setof similar smallint some substring
        symmetric system_user table tablesample then time timestamp to trailing treat trim true union
        unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat
        xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"""
    ),
    "mysql": _words(
        """accessible add all alter analyze and as asc asensitive before between bigint binary blob both by
        call cascade case change char character check collate column condition constraint continue
        convert create cross cube cume_dist current_date current_role current_time current_timestamp
        current_user cursor database databases day_hour day_microsecond day_minute day_second dec decimal
        declare default delayed delete dense_rank desc describe deterministic distinct distinctrow div
        double drop dual each else elseif empty enclosed escaped except exists exit explain false fetch
        first_value float float4 float8 for force foreign from fulltext function generated get grant
        group grouping groups having high_priority hour_microsecond hour_minute hour_second if ignore in
        index infile inner inout insensitive insert int int1 int2 int3 int4 int8 integer intersect
        interval into is iterate join json_table key keys kill lag last_value lateral lead leading leave
        left like limit linear lines load localtime localtimestamp lock long longblob longtext loop
        low_priority match maxvalue mediumblob mediumint mediumtext middleint minute_microsecond
        minute_second mod modifies natural not no_write_to_binlog nth_value ntile null numeric of offset
        on optimize optimizer_costs option optionally or order out outer outfile over partition
        percent_rank precision primary procedure purge range rank read reads read_write real recursive
        references regexp release rename repeat replace require resignal restrict return returning revoke
        right rlike row row_number rows schema schemas second_microsecond select sensitive separator set
        show signal smallint spatial specific sql sqlexception sqlstate sqlwarning sql_big_result
        sql_calc_found_rows sql_small_result ssl starting stored straight_join system table terminated
        then tinyblob tinyint tinytext to trailing trigger true undo union unique unlock unsigned update
        usage use using utc_date utc_time utc_timestamp values varbinary varchar varcharacter varying
        virtual when where while window with write xor year_month zerofill"""
    ),
}
