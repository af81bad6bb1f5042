import gzip
import json
import time
from pathlib import Path

import pytest

from scanner.collect.pg_stat_statements import collect_export, collect_live
from scanner.collect.pg_stat_statements.texts import as_statement, is_cut
from scanner.errors import SourceError
from scanner.model import BlindSpot, Coverage, Observation, Unread

HEADER = "userid,rolname,dbid,datname,queryid,query,calls,total_exec_time,rows\n"
ROW = '10,billing,5,shop,-123,"SELECT a, b FROM t\nWHERE c = $1",7,12.5,14\n'


def write(tmp_path: Path, text: str | bytes, name: str = "export.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def observations(path: Path, **names: str) -> list[Observation]:
    return [item for item in collect_export(path, **names) if isinstance(item, Observation)]


def messages(path: Path, **names: str) -> str:
    return "\n".join(item.message for item in collect_export(path, **names) if isinstance(item, BlindSpot))


def unread(path: Path) -> list[Unread]:
    return [item for item in collect_export(path) if isinstance(item, Unread)]


def test_every_field_of_a_row(tmp_path):
    path = write(tmp_path, HEADER + ROW)
    *found, coverage = collect_export(path, database="main")
    assert found[0] == Observation(
        source="pg_stat_statements",
        sql="SELECT a, b FROM t\nWHERE c = $1",
        database="main",
        calls=7,
        total_time_ms=12.5,
        rows=14,
        server_query_id="-123",
        user="billing",
    )
    assert coverage == Coverage("pg_stat_statements", str(path), entries=1, files=1, lines=3, bytes=len(HEADER + ROW))
    assert all(isinstance(item, BlindSpot) for item in found[1:])


@pytest.mark.parametrize(
    "text",
    [
        'query,calls,total_time\n"SELECT $1",3,4.5\n',
        'QUERY;"Calls";total_exec_time\r\n"SELECT $1";3;4,5\r\n',
        "query\tcalls\ttotal_exec_time\nSELECT $1\t3\t4.5\n",
        "\ufeffquery,calls,total_exec_time\nSELECT $1,3,4.5\n(1 row)\n\n",
        "query,calls,mean_exec_time\nSELECT $1,3,1.5\n",
        '[{"query": "SELECT $1", "calls": 3, "total_exec_time": 4.5}]',
        '{"query": "SELECT $1", "calls": 3, "mean_time": 1.5}\n',
        '[\n {\n  "Query": "SELECT $1",\n  "calls": "3",\n  "total_time": 4.5,\n  "rows": null\n }\n]\n',
    ],
)
def test_forms_of_an_export(tmp_path, text):
    (found,) = observations(write(tmp_path, text))
    assert (found.sql, found.calls, found.total_time_ms, found.rows) == ("SELECT $1", 3, 4.5, None)


def test_a_compressed_export_in_utf_16(tmp_path):
    path = write(tmp_path, gzip.compress((HEADER + ROW).encode("utf-16")), "export.csv.gz")
    assert [o.calls for o in observations(path)] == [7]


def test_a_query_longer_than_pythons_own_limit(tmp_path):
    sql = "SELECT " + "a, " * 100_000 + "b"
    assert observations(write(tmp_path, f'query,calls\n"{sql}",1\n'))[0].sql == sql


def test_missing_columns_are_blind_spots(tmp_path):
    path = write(tmp_path, "query\nSELECT a FROM t\n")
    (found,) = observations(path)
    assert (found.calls, found.total_time_ms, found.rows, found.user) == (None, None, None, None)
    assert "no column for: calls, time, rows, role." in messages(path)


@pytest.mark.parametrize("text", ["id,sql\n1,SELECT 1\n", '[{"id": 1, "sql": "SELECT 1"}]'])
def test_without_the_query_column_there_is_nothing_to_read(tmp_path, text):
    with pytest.raises(SourceError, match=r"no export of pg_stat_statements: it has no column query, only id, sql\."):
        list(collect_export(write(tmp_path, text)))


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "is empty"), (b"\x1f\x8bgarbage", "cannot be read"), (None, "cannot be read")]
)
def test_what_cannot_be_read_at_all(tmp_path, text, sentence):
    path = tmp_path / "missing" if text is None else write(tmp_path, text)
    with pytest.raises(SourceError, match=sentence):
        list(collect_export(path))


def test_an_export_of_no_rows(tmp_path):
    for text in (HEADER, "[]"):
        *_, coverage = collect_export(write(tmp_path, text))
        assert coverage.entries == 0


def test_broken_csv_rows_cost_only_themselves(tmp_path):
    path = write(tmp_path, HEADER + ROW + "1,2,3\n" + ROW + "a,b,c,d,e,f,g,h,i,j\n" + ROW)
    assert len(observations(path)) == 3
    (told,) = unread(path)
    assert (told.place, told.count) == (f"{path}:4", 2)
    assert "more or fewer values than the header" in told.reason


def test_broken_json_costs_only_itself(tmp_path):
    good = json.dumps({"query": "SELECT a FROM t"})
    path = write(tmp_path, f'{good}\n{{"query": "SELE\n{good}\n[1, "x"]\n{good}\n{"[" * 100_000}\n{good}')
    assert len(observations(path)) == 4
    assert [(item.place, item.count) for item in unread(path)] == [(f"{path}:2", 3)]


def test_a_number_that_is_none(tmp_path):
    path = write(tmp_path, "query,calls,rows\nSELECT a FROM t,many,NaN\n")
    assert [(o.calls, o.rows) for o in observations(path)] == [(None, None)]
    assert [item.reason for item in unread(path)] == [
        "A row cannot be read as it should be: its calls is no number.",
        "A row cannot be read as it should be: its rows is no number.",
    ]


def test_hidden_and_lost_texts_are_blind_spots(tmp_path):
    path = write(tmp_path, "query,calls\n<insufficient privilege>,1\n<insufficient privilege>,1\n,1\nSELECT 1,1\n")
    assert [o.sql for o in observations(path)] == ["SELECT 1"]
    assert "2 queries of other roles show no text: GRANT pg_read_all_stats" in messages(path)
    assert "1 queries have no text" in messages(path)


def test_utility_statements_are_ignored(tmp_path):
    path = write(tmp_path, "query\nBEGIN\nCOMMIT\nSET a = 1\nSHOW x\nDISCARD ALL\nCOPY t FROM stdin\nSELECT 1\n")
    *_, coverage = collect_export(path)
    assert (coverage.entries, coverage.ignored) == (2, 5)


def test_rows_of_several_databases(tmp_path):
    path = write(tmp_path, HEADER + ROW + ROW.replace("shop", "warehouse"))
    assert len(observations(path, database="other")) == 2
    assert "several server databases (shop, warehouse), and all were taken" in messages(path, database="other")
    assert len(observations(path, database="shop")) == 1
    assert "other databases of this server were left out: warehouse (1)." in messages(path, database="shop")
    assert len(observations(path, database="shop", server_database="warehouse")) == 1
    left = messages(path, server_database="warehouse", elsewhere=("shop",))
    assert "left out" not in left
    *_, coverage = collect_export(path, database="shop")
    assert coverage.ignored == 1


@pytest.mark.parametrize("dsn", ["postgres//me:secret@host", "port=x password=secret oops"])
def test_a_dsn_that_is_none_keeps_its_password(dsn):
    with pytest.raises(SourceError, match="cannot be read: write postgresql://") as raised:
        list(collect_live(dsn))
    assert "secret" not in str(raised.value)


def test_no_server_there():
    with pytest.raises(SourceError, match=r"postgresql://127\.0\.0\.1:1/shop could not be read") as raised:
        list(collect_live("postgresql://me:secret@127.0.0.1:1/shop"))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT f(a, (b) FROM t",
        "SELECT 'it''s",
        'SELECT "a',
        "SELECT a /* what",
        "DO $x$ BEGIN",
        "SELECT a FROM ...",
        r"SELECT E'it\'s",
    ],
)
def test_a_text_that_is_cut_off(sql):
    assert is_cut(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT f(a), '(', \"(\" FROM t -- (",
        r"SELECT E'it\'s', 'it''s'",
        "SELECT a FROM t WHERE b IN ($1 /*, ... */)",
        "DO $x$ BEGIN PERFORM '('; END $x$",
        "INSERT INTO t VALUES ($1,$2), ($3,$4)",
        "SELECT a$b$c, $1$2 FROM t",
        "",
    ],
)
def test_a_text_that_is_whole(sql):
    assert not is_cut(sql)


def test_texts_of_the_length_at_which_others_are_cut_off(tmp_path):
    texts = ["SELECT a FROM t WHERE b = f(", "SELECT a FROM t WHERE b = cd", "SELECT a FROM t"]
    path = write(tmp_path, "query\n" + "\n".join(texts) + "\n")
    assert [o.truncated for o in observations(path)] == [True, True, False]
    assert "2 texts are cut off" in messages(path)
    longer = write(tmp_path, "query\n" + "\n".join([*texts, "SELECT a FROM t WHERE b = cdefgh"]) + "\n")
    assert [o.truncated for o in observations(longer)] == [True, False, False, False]
    assert "1 texts are cut off" in messages(longer)


@pytest.mark.parametrize("said", ["", "{", "[1]", '{"overrides": [1, {"role": 3}], "max": "many", "info": 5}'])
def test_what_a_damaged_export_says_of_its_server(tmp_path, said):
    row = {"query": "SELECT a FROM t", "datname": "shop"}
    path = write(
        tmp_path,
        f"{json.dumps({'server': said})}\n{json.dumps(row)}\n".replace('{"server"', '{"query": null, "server"'),
    )
    assert [o.sql for o in observations(path)] == ["SELECT a FROM t"]


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("EXISTS (SELECT $2 FROM t WHERE b = p)", "SELECT EXISTS (SELECT $2 FROM t WHERE b = p)"),
        ("x > (SELECT avg(b) FROM t)", "SELECT x > (SELECT avg(b) FROM t)"),
        ("x := (SELECT count(*) FROM t)", "SELECT (SELECT count(*) FROM t)"),
        ("comment := (SELECT a FROM t)", "SELECT (SELECT a FROM t)"),
        ('"My x".y := (SELECT a FROM t)', "SELECT (SELECT a FROM t)"),
        ("arr[$5] := (SELECT min(a) FROM t)", "SELECT (SELECT min(a) FROM t)"),
        ("(SELECT sum(a) FROM t) > $1", "SELECT (SELECT sum(a) FROM t) > $1"),
        ("(a + (SELECT b FROM t))", "SELECT (a + (SELECT b FROM t))"),
    ],
)
def test_an_expression_of_a_function_is_run_by_a_select(text, statement):
    assert as_statement(text) == statement


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT f(a := $1) FROM t",
        "CALL p(a := $1)",
        "(SELECT sum(a) FROM t)",
        "((SELECT a FROM t) UNION (SELECT b FROM t)) ORDER BY $1",
        "/* x */ ( SELECT a FROM t) LIMIT $1",
        "(VALUES ($1)) EXCEPT SELECT a FROM t",
        "WITH x AS (SELECT $1) TABLE x",
        "DO $$ BEGIN x := 1; END $$",
        "COPY t FROM stdin",
        "REFRESH MATERIALIZED VIEW v",
        "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_a_statement_stays_as_it_is(sql):
    assert as_statement(sql) == sql


@pytest.mark.parametrize("part", ["/*", "'", "(", "$a$ $b", "$a", "--", "E'\\", '"'])
def test_strange_texts_cost_little(part):
    start = time.process_time()
    for text in (part * 100_000, f"({part * 100_000}", f"a {part * 100_000} (", f"a.{part * 100_000}"):
        is_cut(text)
        as_statement(text)
    assert time.process_time() - start < 3
