import bz2
import gzip
import io
import lzma
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.collect.mysql_slow_log import Event, collect, entries, read_events
from scanner.errors import SourceError
from scanner.model import BlindSpot, Checkpoint, Coverage, Observation, Unread
from scanner.text_files import zstd

ACCOUNT = "# User@Host: app[app] @ web1 [10.0.0.9]  Id:    17\n"
TIMES = "# Query_time: 0.250000  Lock_time: 0.000100 Rows_sent: 3  Rows_examined: 40\n"
STAMP = "SET timestamp=1553436105;\n"
STAMPED = datetime(2019, 3, 24, 14, 1, 45, tzinfo=UTC)
BANNER = (
    "/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:\n"
    "Tcp port: 3306  Unix socket: /run/mysqld.sock\n"
    "Time                 Id Command    Argument\n"
)


def events(log: str | bytes) -> list[Event]:
    return list(read_events(io.BytesIO(log.encode() if isinstance(log, str) else log)))


def event(log: str | bytes) -> Event:
    (only,) = events(log)
    return only


def write(tmp_path: Path, log: str | bytes, name: str = "slow.log") -> Path:
    path = tmp_path / name
    path.write_bytes(log.encode() if isinstance(log, str) else log)
    return path


def test_every_field_of_an_entry():
    log = f"{BANNER}# Time: 2019-03-24T14:01:47.811234Z\n{ACCOUNT}{TIMES}use shop;\n{STAMP}SELECT 1;\n"
    assert event(log) == Event(
        sql="SELECT 1",
        offset=len(BANNER),
        time=STAMPED,
        user="app",
        host="web1",
        thread_id=17,
        database="shop",
        query_time_s=0.25,
        lock_time_s=0.0001,
        rows_sent=3,
        rows_examined=40,
    )


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("071015 21:43:52", datetime(2007, 10, 15, 21, 43, 52, tzinfo=UTC)),
        ("131128  1:05:31", datetime(2013, 11, 28, 1, 5, 31, tzinfo=UTC)),
        ("2016-12-12T11:54:16.601172Z", datetime(2016, 12, 12, 11, 54, 16, 601172, tzinfo=UTC)),
        ("2018-08-07T16:27:47.169604+08:00", datetime(2018, 8, 7, 8, 27, 47, 169604, tzinfo=UTC)),
        ("2018-08-07T16:27:47", datetime(2018, 8, 7, 16, 27, 47, tzinfo=UTC)),
        ("", None),
        ("999999 99:99:99", None),
    ],
)
def test_forms_of_time(time, expected):
    assert event(f"# Time: {time}\n{ACCOUNT}{TIMES}SELECT 1;\n").time == expected


def test_set_timestamp_is_preferred_to_time():
    assert event(f"# Time: 071015 21:43:52\n{TIMES}{STAMP}SELECT 1;\n").time == STAMPED


def test_time_and_user_on_one_line():
    found = event(f"# Time: 071218 11:48:27 # User@Host: [REPLICA] @  []\n# Thread_id: 10\n{TIMES}SELECT 1;\n")
    assert (found.user, found.host, found.thread_id) == ("[REPLICA]", None, 10)
    assert found.time == datetime(2007, 12, 18, 11, 48, 27, tzinfo=UTC)


def test_time_is_carried_on_while_it_does_not_change():
    log = f"# Time: 071015 21:43:52\n{ACCOUNT}{TIMES}SELECT 1;\n{ACCOUNT}{TIMES}SELECT 2;\n"
    assert len({e.time for e in events(log)}) == 1


@pytest.mark.parametrize(
    ("line", "user", "host"),
    [
        ("root[root] @ localhost []", "root", "localhost"),
        ("root[root] @  [10.1.2.3]", "root", "10.1.2.3"),
        ("root[root] @ localhost [10.1.2.3]  Id: 7", "root", "localhost"),
        ("[app] @ localhost []", "[app]", "localhost"),
        ("", None, None),
        ("what is this", None, None),
    ],
)
def test_accounts(line, user, host):
    found = event(f"# User@Host: {line}\n{TIMES}SELECT 1;\n")
    assert (found.user, found.host, found.sql) == (user, host, "SELECT 1")


def test_an_entry_without_time_and_user():
    assert event(f"{TIMES}SELECT 1;\n").query_time_s == 0.25


def test_percona_attributes():
    log = (
        f"{ACCOUNT}# Schema: shop  Last_errno: 0  Killed: 0\n"
        "# Query_time: 2  Lock_time: 0  Rows_sent: 0  Rows_examined: 9  Rows_affected: 5\n"
        "# Bytes_sent: 14  Tmp_tables: 0\n#   InnoDB_pages_distinct: 24\n"
        f"# Log_slow_rate_type: query  Log_slow_rate_limit: 20\n{STAMP}DELETE FROM t;\n"
    )
    found = event(log)
    assert (found.database, found.rows_affected, found.query_time_s, found.sampled) == ("shop", 5, 2.0, 20)


def test_mysql_8_log_slow_extra():
    times = TIMES.strip() + " Thread_id: 16 Errno: 0 Start: 2019-03-24T14:04:51Z End: 2019-03-24T14:04:53Z\n"
    found = event(f"# User@Host: a[a] @ h []\n{times}{STAMP}SELECT 1;\n")
    assert (found.thread_id, found.rows_examined, found.sql) == (16, 40, "SELECT 1")


def test_mariadb_explain_lines_are_no_statement():
    log = (
        f"# User@Host: a[a] @ h []\n# Thread_id: 8  Schema: shop  QC_hit: No\n{TIMES}# Rows_affected: 0\n#\n"
        f"# explain: id\tselect_type\n# explain: 1\tSIMPLE\n#\n{STAMP}SELECT 1;\n"
    )
    assert (event(log).sql, event(log).database) == ("SELECT 1", "shop")


def test_an_empty_schema_is_no_database():
    log = f"use a;\n{ACCOUNT}# Thread_id: 8  Schema:   QC_hit: No\n{TIMES}SELECT 1;\n"
    assert event(log).database is None


def test_the_database_is_carried_on_until_it_changes():
    log = "".join(f"{ACCOUNT}{TIMES}{use}SELECT 1;\n" for use in ("", "use a;\n", "", "USE `b`;\n", ""))
    assert [e.database for e in events(log)] == [None, "a", "a", "b", "b"]


def test_a_restart_forgets_the_database():
    log = f"{TIMES}use a;\nSELECT 1;\n{BANNER}{TIMES}SELECT 2;\n"
    assert [(e.sql, e.database) for e in events(log)] == [("SELECT 1", "a"), ("SELECT 2", None)]


def test_use_as_a_statement():
    log = f"{TIMES}{STAMP}use `b`;\n{TIMES}{STAMP}SELECT 1;\n"
    assert [(e.sql, e.database) for e in events(log)] == [("use `b`", "b"), ("SELECT 1", "b")]
    assert event(f"{TIMES}use a;\n").sql == "use a"


@pytest.mark.parametrize(
    ("use", "database"),
    [
        ("use shop", "shop"),
        ("USE my-db", "my-db"),
        ("use `my db`", "my db"),
        ("uSe `a``b;c`", "a`b;c"),
        ('use "a b"', "a b"),
        ("use  shop ", "shop"),
        ("use é", "é"),
    ],
)
def test_forms_of_use(use, database):
    in_header = event(f"{TIMES}{use};\n{STAMP}SELECT 1;\n")
    assert (in_header.sql, in_header.database) == ("SELECT 1", database)
    log = f"{TIMES}{STAMP}{use};\n{TIMES}{STAMP}SELECT 1;\n"
    assert [e.database for e in events(log)] == [database, database]
    assert [e.database for e in events(log.replace("\n", "\r\n"))] == [database, database]


def test_set_insert_id_belongs_to_the_header():
    assert event(f"{TIMES}SET last_insert_id=4,insert_id=34,timestamp=1553436105;\nSELECT 1;\n") == event(
        f"{TIMES}{STAMP}SELECT 1;\n"
    )


def test_a_timestamp_with_a_fraction():
    assert event(f"{TIMES}SET timestamp=1553436105.123456;\nSELECT 1;\n").time == STAMPED


@pytest.mark.parametrize("number", ["1.2.3", "9" * 5000, "."])
def test_a_number_that_is_none_costs_no_entry(number):
    log = f"# Query_time: {number}  Lock_time: 0  Rows_sent: {number}  Rows_examined: 0\nSELECT 1;\n{TIMES}SELECT 2;\n"
    assert events(log)[-1].sql == "SELECT 2"


def test_administrator_commands():
    log = f"{TIMES}# administrator command: Quit;\n{TIMES}{STAMP}# administrator command: Prepare;\n"
    assert [(e.sql, e.administrator_command) for e in events(log)] == [("Quit", True), ("Prepare", True)]


def test_hash_lines_inside_a_statement():
    sql = "### part one ###\nSELECT 1 # one\n# Time: to think\n# User@Host: none\n, 2"
    assert event(f"{ACCOUNT}{TIMES}{STAMP}{sql};\n").sql == sql


def test_banners_in_the_middle_are_no_statement():
    log = f"{TIMES}SELECT 1;\n{BANNER}{BANNER}{ACCOUNT}{TIMES}SELECT 2;\n{BANNER}"
    assert [(e.sql, e.truncated) for e in events(log)] == [("SELECT 1", False), ("SELECT 2", False)]


def test_crlf():
    log = f"{BANNER}# Time: 071015 21:43:52\n{ACCOUNT}{TIMES}use shop;\n{STAMP}SELECT\n1;\n" * 2
    first, second = events(log.replace("\n", "\r\n"))
    assert (first.sql, first.database, first.time, first.user, second.sql) == (
        "SELECT\r\n1",
        "shop",
        STAMPED,
        "app",
        "SELECT\r\n1",
    )


def test_nul_bytes_before_the_first_header():
    assert event(b"\0" * 4096 + f"{ACCOUNT}{TIMES}SELECT 1;\n".encode()).user == "app"


def test_invalid_utf8_is_replaced():
    assert event(TIMES.encode() + b"SELECT '\xff\xfe';\n").sql == "SELECT '\ufffd\ufffd'"


@pytest.mark.parametrize("end", ["", "\n", "\n[Your log message was truncated]\n"])
def test_a_statement_without_its_semicolon_is_truncated(end):
    found = event(f"{TIMES}{STAMP}SELECT a, b{end}")
    assert (found.sql, found.truncated) == ("SELECT a, b", True)


def test_a_notice_of_truncation_in_the_middle():
    log = f"{TIMES}SELECT a, b\n[Your log message was truncated]\n{ACCOUNT}{TIMES}SELECT 2;\n"
    assert [(e.sql, e.truncated) for e in events(log)] == [("SELECT a, b", True), ("SELECT 2", False)]


def test_nul_bytes_in_the_middle():
    log = f"{TIMES}SELECT 1;\n".encode() + b"\0" * 4096 + f"{ACCOUNT}{TIMES}SELECT 2;\n".encode()
    assert [(e.sql, e.user, e.truncated) for e in events(log)] == [
        ("SELECT 1", None, False),
        ("SELECT 2", "app", False),
    ]


def test_no_final_newline():
    assert (event(f"{TIMES}SELECT 1;").sql, event(f"{TIMES}SELECT 1;").truncated) == ("SELECT 1", False)


def test_a_header_cut_at_the_start_still_tells_the_statement():
    first, second = events(f"ows_examined: 4\n# Bytes_sent: 1\n{STAMP}SELECT 1;\n{TIMES}SELECT 2;\n")
    assert (first.sql, first.time, first.query_time_s) == ("SELECT 1", STAMPED, None)
    assert second.sql == "SELECT 2"


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_chunks_of_any_size_give_the_same(size, monkeypatch):
    log = f"{BANNER}# Time: 071015 21:43:52\n{ACCOUNT}{TIMES}use shop;\n{STAMP}SELECT\n1;\n{TIMES}SELECT 2;\n" * 3
    expected = events(log)
    monkeypatch.setattr(entries, "CHUNK_BYTES", size)
    assert events(log) == expected
    assert len(expected) == 6


def test_a_statement_of_a_megabyte_is_whole():
    sql = "SELECT '" + "x" * 1_300_000 + "'"
    first, second = events(f"{TIMES}{sql};\n{TIMES}SELECT 2;\n")
    assert (len(first.sql), first.truncated, second.sql) == (len(sql), False, "SELECT 2")


def test_a_longer_one_is_cut_and_the_next_found():
    head = f"{TIMES}SELECT '"
    log = head + "x" * (entries.MAX_BODY_BYTES * 3) + f"';\n{TIMES}SELECT 2;\n"
    first, second = events(log)
    assert (first.sql[:8], first.truncated, len(first.sql)) == ("SELECT '", True, entries.MAX_BODY_BYTES - 1)
    assert (second.sql, second.offset) == ("SELECT 2", log.rindex("# Query_time"))


def test_observations(tmp_path):
    log = (
        f"{ACCOUNT}# Schema: shop\n{TIMES}{STAMP}SELECT 1;\n"
        f"{ACCOUNT}{TIMES.replace('sent: 3', 'sent: 0')}{STAMP}INSERT INTO t VALUES (1);\n"
        f"{ACCOUNT}{TIMES.replace('sent: 3', 'sent: 0')}# Rows_affected: 4\n{STAMP}UPDATE t SET a = 1;\n"
        f"{ACCOUNT}{TIMES}{STAMP}COMMIT;\n{ACCOUNT}{TIMES}# administrator command: Quit;\n"
    )
    path = write(tmp_path, log)
    begins, *observations, checkpoint, blind_spot, coverage = collect(path, database="shop")
    assert isinstance(begins, Checkpoint)
    assert begins.position == 0
    assert observations[0] == Observation(
        source="mysql_slow_log",
        sql="SELECT 1",
        database="shop",
        default_schema="shop",
        calls=1,
        total_time_ms=250.0,
        rows=3,
        last_seen=STAMPED,
        user="app",
        hosts=("web1",),
    )
    assert [o.rows for o in observations] == [3, None, 4]
    assert isinstance(checkpoint, Checkpoint)
    assert checkpoint.position == len(log)
    assert isinstance(blind_spot, BlindSpot)
    assert "long_query_time" in blind_spot.message
    assert coverage == Coverage(
        "mysql_slow_log",
        str(path),
        entries=3,
        files=1,
        lines=log.count("\n"),
        bytes=len(log),
        administrator_commands=1,
        ignored=1,
    )


def test_sampling_is_a_blind_spot(tmp_path):
    log = f"{TIMES}# Log_slow_rate_type: query  Log_slow_rate_limit: 20\nSELECT 1;\n"
    spots = [item for item in collect(write(tmp_path, log)) if isinstance(item, BlindSpot)]
    assert any("one of 20" in spot.message for spot in spots)


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, lzma.compress, zstd.compress])
def test_compressed_logs(tmp_path, compress):
    path = write(tmp_path, compress(f"{TIMES}SELECT 1;\n".encode()), "slow.log.1")
    assert [o.sql for o in collect(path) if isinstance(o, Observation)] == ["SELECT 1"]


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstd.compress])
def test_standard_input(compress, monkeypatch):
    content = compress(f"{TIMES}SELECT 1;\n{TIMES}SELECT 2".encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))
    found = list(collect(Path("-")))
    assert [o.sql for o in found if isinstance(o, Observation)] == ["SELECT 1", "SELECT 2"]
    assert not any(isinstance(item, Checkpoint) for item in found)


def test_a_pattern_stands_for_what_matches_it(tmp_path):
    (tmp_path / "old").mkdir()
    write(tmp_path, f"{TIMES}SELECT 2;\n", "slow.log.1")
    write(tmp_path, f"{TIMES}SELECT 1;\n", "slow.log")
    write(tmp_path / "old", f"{TIMES}SELECT 3;\n", "slow.log.2")
    write(tmp_path, f"{TIMES}SELECT 4;\n", "other.log")
    assert [o.sql for o in collect(tmp_path / "slow.log*") if isinstance(o, Observation)] == ["SELECT 1", "SELECT 2"]
    *found, coverage = collect(tmp_path / "**" / "slow.*")
    assert [o.sql for o in found if isinstance(o, Observation)] == ["SELECT 3", "SELECT 1", "SELECT 2"]
    assert coverage.files == 3
    with pytest.raises(SourceError, match="There is no slow log at"):
        list(collect(tmp_path / "fast*"))


def test_a_damaged_file_costs_only_its_end(tmp_path):
    log = "".join(f"{TIMES}SELECT {i};\n" for i in range(200_000)).encode()
    path = write(tmp_path, gzip.compress(log)[:-5000], "slow.log.gz")
    found = list(collect(path))
    assert sum(isinstance(item, Observation) for item in found) > 100_000
    (unread,) = (item for item in found if isinstance(item, Unread))
    assert (unread.place, "Reading stopped after" in unread.reason) == (str(path), True)


def test_a_directory_of_logs(tmp_path):
    write(tmp_path, f"{TIMES}SELECT 2;\n", "b.log")
    write(tmp_path, f"{TIMES}SELECT 1;\n", "a.log")
    write(tmp_path, "just text\n", "readme.txt")
    write(tmp_path, "", "empty.log")
    *found, coverage = collect(tmp_path)
    assert [o.sql for o in found if isinstance(o, Observation)] == ["SELECT 1", "SELECT 2"]
    (unread,) = (item for item in found if isinstance(item, Unread))
    assert unread.place.startswith(str(tmp_path / "readme.txt"))
    assert (coverage.files, coverage.entries) == (4, 2)


def test_a_log_that_starts_in_the_middle_says_so(tmp_path):
    found = list(collect(write(tmp_path, f"a = 1, b = 2);\n{TIMES}SELECT 1;\n")))
    (unread,) = (item for item in found if isinstance(item, Unread))
    assert unread.reason == "14 bytes are no entry: a part of one, or no slow log."


@pytest.mark.parametrize("cut", [TIMES, ACCOUNT + "# Schema: a", "# Time: 2019", "# Ti"])
def test_a_log_cut_in_a_header_says_so(tmp_path, cut):
    found = list(collect(write(tmp_path, f"{TIMES}SELECT 1;\n{cut}")))
    assert [(o.sql, o.truncated) for o in found if isinstance(o, Observation)] == [("SELECT 1", False)]
    (unread,) = (item for item in found if isinstance(item, Unread))
    assert unread.reason.endswith("a part of one, or no slow log.")


def test_nothing_at_the_path():
    with pytest.raises(SourceError, match=r"There is no slow log at /no/such/file"):
        list(collect(Path("/no/such/file")))


def test_a_file_that_is_no_slow_log(tmp_path):
    with pytest.raises(SourceError, match=r"is no slow log: not one entry"):
        list(collect(write(tmp_path, "hello\n")))


@pytest.mark.parametrize("log", ["", BANNER])
def test_an_empty_log_is_a_log(tmp_path, log):
    *_, coverage = collect(write(tmp_path, log))
    assert (coverage.entries, coverage.files) == (0, 1)
