"""What holds for every text: no literal survives, nothing raises, nothing takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.fingerprint import Alike, fingerprint, normalise
from scanner.fingerprint.alike import Key
from scanner.fingerprint.lexer import dialect_of, tokenize
from scanner.fingerprint.normal import written
from scanner.fingerprint.shapes import shape_of
from scanner.model import Database, Engine

ENGINES = [Engine.parse(name) for name in ("postgres:15", "postgres:18", "mysql:8.0", "mariadb:10.11")]
POSTGRES, MYSQL = ENGINES[0], ENGINES[2]

engines = st.sampled_from(ENGINES)
# Pieces that mean something to a lexer, in any order: more likely than random text to go wrong.
WORDS = """
SELECT FROM WHERE IN VALUES INSERT INTO GROUP ORDER BY LIMIT ALL NULL TRUE NOT IS AS SET DO CREATE
FUNCTION EXECUTE PREPARE LANGUAGE sql COPY DELIMITER interval date timestamp with time zone varying numeric
ARRAY EXTRACT CAST POSITION ROW DEFAULT ON DISTINCT sql_mode
search_path role t a A _utf8 1abc @x @@y __hole_7__
"""
SIGNS = """
$1 $2 $$ $x$ %s %(n)s :n :1 ? ?| @? 1 2 12 1.5 .5 1e5 0x1F -1 + - * / < > = <> != || -> ->> :: : := ( ) [ ] ,
; . .. ... 'x' 'it''s' 'a\\'b' E'\\'' N'x' "n" "n""m" `b` -- # /* */ /*! /*!50000 /*+ ' " ` \\ ~ ! & | ^ { }
"""
PIECES = [*WORDS.split(), *SIGNS.split()]
PIECES += ["\n", " ", "", "SELECT 1 FROM t WHERE a = 'x'", "'SELECT ''x'''", "(...)", ", ..."]
scraps = st.lists(st.sampled_from(PIECES), max_size=30).flatmap(
    lambda pieces: st.sampled_from([" ".join(pieces), "".join(pieces)])
)
texts = scraps | st.text(max_size=80)


@given(texts, engines)
def test_normalised_text_is_its_own_normalised_text(sql: str, engine: Engine) -> None:
    once = normalise(sql, engine)
    assert normalise(once, engine) == once


@given(texts, engines)
def test_every_text_has_a_fingerprint(sql: str, engine: Engine) -> None:
    name = fingerprint(normalise(sql, engine), engine)
    assert len(name) == 16
    assert int(name, 16) >= 0


queries = scraps.map(lambda text: f"SELECT {text}") | st.sampled_from(["INSERT INTO t ", "WITH x AS "]).flatmap(
    lambda start: scraps.map(lambda text: start + text)
)


@given(queries, engines)
def test_the_shape_of_a_query_has_its_normalised_text(sql: str, engine: Engine) -> None:
    dialect = dialect_of(engine, None)
    tokens = tokenize(sql, dialect)
    shape = shape_of(tokens, dialect)
    if shape is not None:
        assert written(list(shape), dialect) == written(tokens, dialect)


SECRET = "geheimnis"
NUMBER = "8675309"
LITERALS = {
    "postgres": [
        f"'{SECRET}'",
        f"'it''s {SECRET}'",
        f"E'\\'{SECRET}'",
        f"$${SECRET}$$",
        f"$q${SECRET}$q$",
        f"U&'{SECRET}'",
        f"'x' '{SECRET}'",
        NUMBER,
        f"-{NUMBER}.5e3",
        f"0.{NUMBER}",
        f"date '{SECRET}'",
        f"'{SECRET}'::text",
        f"array['{SECRET}', '{SECRET}']",
    ],
    "mysql": [
        f"'{SECRET}'",
        f'"{SECRET}"',
        f"'it\\'s {SECRET}'",
        f"_utf8mb4'{SECRET}'",
        f"N'{SECRET}'",
        f"'x' '{SECRET}'",
        NUMBER,
        f"-{NUMBER}.5e3",
        f"x'{NUMBER}'",
        f"0x{NUMBER}",
        f"interval {NUMBER} day",
    ],
}
TEMPLATES = [
    "SELECT * FROM t WHERE a = {}",
    "SELECT {} AS b, f({}, c) FROM t -- {}",
    "INSERT INTO t (a, b) VALUES ({}, DEFAULT), (now(), {})",
    "UPDATE t SET a = {} WHERE b IN ({}, 2) /* {} */",
    "SELECT a FROM t GROUP BY a, {} ORDER BY b, {} LIMIT {}",
    "SELECT CASE WHEN a LIKE {} THEN b ELSE {} END FROM t",
    "CALL p({}, {})",
    "EXECUTE p({})",
    "SET app.user_id = {}",
    "SET search_path = public; SELECT {}",
    "ALTER TABLE t ADD COLUMN a text DEFAULT {}",
    "COMMENT ON TABLE t IS {}",
    "CREATE FUNCTION f() RETURNS text LANGUAGE plpython3u AS $f$ return {} $f$",
    "EXPLAIN SELECT {}",
    "{}",
]


@given(st.sampled_from(TEMPLATES), st.data(), engines)
def test_no_literal_survives(template: str, data: st.DataObject, engine: Engine) -> None:
    literals = st.sampled_from(LITERALS[engine.family])
    sql = template.format(*(data.draw(literals) for _ in range(template.count("{}"))))
    normalised = normalise(sql, engine)
    assert SECRET not in normalised
    assert NUMBER not in normalised


@given(st.sampled_from(TEMPLATES), st.data(), engines)
def test_no_literal_survives_where_the_text_is_cut_off(template: str, data: st.DataObject, engine: Engine) -> None:
    literal = data.draw(st.sampled_from([text for text in LITERALS[engine.family] if SECRET in text]))
    sql = template.format(*[literal] * template.count("{}"))
    cut = data.draw(st.integers(0, len(sql)))
    assert SECRET[:4] not in normalise(sql[:cut], engine)


@given(st.sampled_from(LITERALS["postgres"]))
def test_no_literal_survives_in_a_body(literal: str) -> None:
    doubled = literal.replace("'", "''")
    for body in (f"$body$ SELECT {literal} $body$", f"'SELECT {doubled}'"):
        for sql in (
            f"DO {body}",
            f"CREATE FUNCTION f() RETURNS text AS {body} LANGUAGE sql",
            f"EXECUTE {body}",
        ):
            normalised = normalise(sql, POSTGRES)
            assert "SELECT" in normalised
            assert SECRET not in normalised
            assert NUMBER not in normalised


@given(st.text(alphabet=st.characters(exclude_characters="\\'$\x00"), min_size=3), engines)
def test_what_a_string_holds_changes_nothing(text: str, engine: Engine) -> None:
    template = "SELECT a FROM t WHERE b = '{}' AND c > 1"
    assert normalise(template.format(text), engine) == normalise(template.format("x"), engine)


LONG = {
    "a long string": "SELECT '" + "x" * 10_000_000 + "'",
    "many quotes": "SELECT '" + "''" * 1_000_000,
    "many backslashes": "SELECT '" + "\\'" * 1_000_000,
    "deep parentheses": "SELECT " + "(" * 100_000 + "1" + ")" * 100_000,
    "closing parentheses": ")" * 100_000 + "1",
    "deep lists": "a IN (" * 30_000 + "1" + ")" * 30_000,
    "deep rows": "VALUES (" * 30_000 + "1" + ")" * 30_000,
    "a long list": "SELECT a IN (" + "1, " * 200_000 + "2)",
    "many rows": "INSERT INTO t VALUES " + "(1, 'x', DEFAULT), " * 50_000 + "(1, 'x', NULL)",
    "minus signs": "SELECT " + "- " * 100_000 + "1",
    "plus signs": "SELECT 1 " + "+" * 100_000,
    "operators": "SELECT a " + "<" * 100_000 + "=" * 100_000,
    "opened comments": "/*" * 100_000,
    "dollar tags": " ".join(f"$t{i}$" for i in range(30_000)),
    "dots": "." * 100_000,
    "settings": "SET x = " + "'a', " * 50_000,
    "bodies": "CREATE FUNCTION f() " + "AS 'SELECT 1' " * 5_000,
    "nested bodies": "DO $a$ BEGIN EXECUTE 'DO $b$ BEGIN EXECUTE ''SELECT 1'' END $b$' END $a$",
    "typed literals": "SELECT " + "char(5) 'x', " * 30_000,
}


@pytest.mark.parametrize("engine", [POSTGRES, MYSQL], ids=str)
@pytest.mark.parametrize("name", LONG)
def test_time_is_linear(name: str, engine: Engine) -> None:
    started = time.process_time()
    normalised = normalise(LONG[name], engine)
    fingerprint(normalised, engine)
    assert time.process_time() - started < 10


logged = queries | st.sampled_from(
    [
        "SELECT a FROM t1 WHERE b = {} AND c = '{}' ORDER BY {} LIMIT {}",
        "SELECT * FROM t WHERE a IN ({}, {}, '{}') /* {} */ GROUP BY {}",
        "INSERT INTO t{} VALUES ({}, \"{}\", 'it''s {}')",
        "UPDATE t SET a = '{}' 'b' WHERE c = 0x{} AND d > .{}",
        '/* {} */ SELECT a -- {}\n, "b{}", `c#{}` # {}\nFROM t',
        "SELECT a /*{}*/ FROM t/*! {} */ WHERE b = '{}' /*+ {} */ OR c = 1",
    ]
).flatmap(
    lambda text: st.tuples(
        *[st.sampled_from(["1", "2", "10", "0", "x", "'", "\\'", "''", "*/", '"', "/*", "-- ", "#", "`"])] * 5
    ).map(lambda values: text.format(*values))
)


@given(st.lists(logged, min_size=2, max_size=30), st.sampled_from(["", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES"]))
def test_statements_with_the_same_key_have_the_same_normalised_text(statements: list[str], mode: str) -> None:
    database = Database("shop", MYSQL, sql_mode=frozenset({mode}) if mode else None)
    key = Alike(database)
    texts: dict[Key, str] = {}
    for sql in statements:
        normal = normalise(sql, MYSQL, sql_mode=database.sql_mode)
        assert texts.setdefault(key(sql.encode("utf-8", "surrogatepass")), normal) == normal


def test_values_are_no_part_of_a_key() -> None:
    key = Alike(Database("shop", MYSQL))
    one = key(b"SELECT a FROM t1 WHERE b = 0 AND c IN (1, 22) AND d = 'x' ORDER BY 1 LIMIT 5")
    assert one == key(b"SELECT a FROM t1 WHERE b = 123 AND c IN (7, 8) AND d = 'it' ORDER BY 1 LIMIT 10")
    assert one != key(b"SELECT a FROM t1 WHERE b = 0 AND c IN (1, 22) AND d = 'x' ORDER BY 2 LIMIT 5")
    assert one != key(b"SELECT a FROM t2 WHERE b = 0 AND c IN (1, 22) AND d = 'x' ORDER BY 1 LIMIT 5")


@pytest.mark.parametrize(
    "form", ["/*app='x',traceparent='00-{}'*/ {}", "{1} -- it's {0}", "{1} /* no end of {0}", "{1} # {0}"]
)
def test_what_a_comment_says_is_no_part_of_a_key(form: str) -> None:
    key = Alike(Database("shop", MYSQL))
    sql = "SELECT a FROM t1 WHERE b = 0 AND c IN (1, 22) AND d = '/* x' AND `#e` = '-- ' ORDER BY 1"
    assert key(form.format("12ab", sql).encode()) == key(form.format('"3`', sql).encode())
    assert key(form.format("12ab", sql).encode()) != key(
        form.format("12ab", sql.replace("ORDER BY 1", "ORDER BY 2")).encode()
    )
