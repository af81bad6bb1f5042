"""Statement digests in the forms that clients write."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from scanner.collect.mysql_digests import collect_export, collect_live
from scanner.collect.mysql_digests.cut import is_cut
from scanner.errors import SourceError
from scanner.fingerprint import normalise
from scanner.model import BlindSpot, Collected, Coverage, Engine, Observation, Unread

PLAIN = partial(normalise, engine=Engine("mysql", (8, 0)))
HEADER = (
    "SCHEMA_NAME\tDIGEST\tDIGEST_TEXT\tCOUNT_STAR\tSUM_TIMER_WAIT\tSUM_ROWS_SENT\tSUM_ROWS_AFFECTED\t"
    "FIRST_SEEN\tLAST_SEEN\n"
)
TIMES = "2026-03-01 10:00:00.123456\t2026-03-02 11:30:00.000000\n"
ROW = f"shop\tab12\tSELECT `a` FROM `t` WHERE `b` IN (...) \t7\t12500000000\t14\t0\t{TIMES}"
NO_ROOM = f"NULL\tNULL\tNULL\t3\t1000\t0\t0\t{TIMES}"
SETTINGS = (
    "Variable_name\tValue\nmax_digest_length\t1024\nperformance_schema\tON\nperformance_schema_digests_size\t10000\n"
    "performance_schema_max_digest_length\t1024\nVariable_name\tValue\nPerformance_schema_digest_lost\t3\n"
    "CONSUMER\tENABLED\nglobal_instrumentation\tYES\nstatements_digest\tYES\n"
)


def write(tmp_path: Path, text: str | bytes, name: str = "digests.tsv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def collected(path: Path) -> list[Collected]:
    return list(collect_export(path, normalise=PLAIN, database="shop"))


def observations(path: Path) -> list[Observation]:
    return [item for item in collected(path) if isinstance(item, Observation)]


def messages(path: Path) -> str:
    return "\n".join(item.message for item in collected(path) if isinstance(item, BlindSpot))


def test_every_field_of_a_row(tmp_path: Path) -> None:
    path = write(tmp_path, SETTINGS + HEADER + ROW)
    found, *_, coverage = collected(path)
    assert found == Observation(
        source="mysql_digests",
        sql="SELECT `a` FROM `t` WHERE `b` IN (...)",
        database="shop",
        default_schema="shop",
        calls=7,
        total_time_ms=12.5,
        rows=14,
        last_seen=datetime(2026, 3, 2, 11, 30, tzinfo=UTC),
        server_query_id="ab12",
        digest=True,
    )
    lines = (SETTINGS + HEADER + ROW).count("\n")
    assert coverage == Coverage("mysql_digests", str(path), entries=1, files=1, lines=lines, bytes=path.stat().st_size)


VALUES = {"schema_name": "shop", "digest_text": "SELECT `a` FROM `t`", "count_star": 3, "sum_timer_wait": 4_500_000_000}


@pytest.mark.parametrize(
    "text",
    [
        'SCHEMA_NAME,DIGEST_TEXT,COUNT_STAR,SUM_TIMER_WAIT\nshop,"SELECT `a` FROM `t` ",3,4500000000\n',
        '"schema_name";"digest_text";"count_star";"sum_timer_wait"\r\n"shop";"SELECT `a` FROM `t`";3;4500000000\r\n',
        '"schema_name"\t"digest_text"\t"count_star"\t"sum_timer_wait"\n"shop"\t"SELECT `a` FROM `t`"\t3\t4500000000\n',
        "schema_name\tdigest_text\tcount_star\tsum_timer_wait\r\nshop\tSELECT `a` FROM `t` \t3\t4500000000\r\n",
        json.dumps([VALUES]),
        json.dumps([VALUES], indent=1),
        json.dumps(VALUES) + "\n",
        "\ufeff" + json.dumps({name.upper(): str(value) for name, value in VALUES.items()}),
    ],
)
def test_forms_of_an_export(tmp_path: Path, text: str) -> None:
    for content in (text.encode(), gzip.compress(text.encode())):
        (found,) = observations(write(tmp_path, content, "digests"))
        assert (found.sql, found.calls, found.total_time_ms) == ("SELECT `a` FROM `t`", 3, 4.5)
        assert (found.default_schema, found.rows, found.last_seen) == ("shop", None, None)


def test_what_the_client_escapes_is_what_it_was(tmp_path: Path) -> None:
    text = "digest_text\tcount_star\nSELECT `a\\tb\\nc\\\\d\\0e`\t1\nSELECT `N` = NULL\t2\n"
    assert [o.sql for o in observations(write(tmp_path, text))] == ["SELECT `a\tb\nc\\d\0e`", "SELECT `N` = NULL"]


def test_rows_are_those_sent_or_those_changed(tmp_path: Path) -> None:
    text = HEADER + "".join(
        f"shop\tx\tUPDATE `t` SET `a` = ?\t1\t1\t{sent}\t{changed}\t{TIMES}"
        for sent, changed in ((5, 0), (0, 4), (0, 0))
    )
    assert [o.rows for o in observations(write(tmp_path, text))] == [5, 4, 0]


def test_no_time_is_measured_where_it_is_0(tmp_path: Path) -> None:
    assert observations(write(tmp_path, HEADER + ROW.replace("12500000000", "0")))[0].total_time_ms is None


def test_utility_statements_are_counted_apart(tmp_path: Path) -> None:
    *_, coverage = collected(write(tmp_path, HEADER + ROW + ROW.replace("SELECT `a` FROM `t`", "SET NAMES")))
    assert isinstance(coverage, Coverage)
    assert (coverage.entries, coverage.ignored) == (1, 1)


def test_statements_that_found_no_room_are_told_with_their_share(tmp_path: Path) -> None:
    path = write(tmp_path, SETTINGS + HEADER + ROW + NO_ROOM)
    assert "3 calls (30.0% of all) are of statements that found no room in the table" in messages(path)
    assert "raise performance_schema_digests_size, now 10000." in messages(path)
    assert len(observations(path)) == 1


def test_losses_without_a_row_of_their_own(tmp_path: Path) -> None:
    assert "3 calls found no room in the table since the server started" in messages(
        write(tmp_path, SETTINGS + HEADER + ROW)
    )


def test_since_when_is_told(tmp_path: Path) -> None:
    assert "have not run since 2026-03-01 10:00 UTC" in messages(write(tmp_path, HEADER + ROW))


def test_an_export_of_the_table_alone_says_what_it_does_not_tell(tmp_path: Path) -> None:
    assert "The export does not tell settings" in messages(write(tmp_path, HEADER + ROW))
    assert "The export does not tell settings" not in messages(write(tmp_path, SETTINGS + HEADER + ROW))


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("performance_schema\tOFF", "performance_schema is OFF (MariaDB's default): set performance_schema = ON"),
        ("max_digest_length\t0", "max_digest_length is 0, so that no digests are made"),
        ("performance_schema_digests_size\t0", "performance_schema_digests_size is 0"),
        ("CONSUMER\tENABLED\nstatements_digest\tNO", "SET ENABLED = 'YES' WHERE NAME = 'statements_digest'."),
    ],
)
def test_why_there_are_no_digests(tmp_path: Path, setting: str, sentence: str) -> None:
    path = write(tmp_path, f"Variable_name\tValue\n{setting}\n{HEADER}")
    with pytest.raises(SourceError) as error:
        collected(path)
    assert sentence in str(error.value)
    assert sentence in messages(write(tmp_path, f"Variable_name\tValue\n{setting}\n{HEADER}{ROW}"))


@pytest.mark.parametrize("text", ["", "hello\n", "a,b\n1,2\n", "[1, 2]", SETTINGS, HEADER, "query,calls\nSELECT 1,2\n"])
def test_a_file_without_digests_says_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=r"There are no statement digests in .*digests\.tsv\. "):
        collected(write(tmp_path, text))


def test_a_broken_row_costs_only_itself(tmp_path: Path) -> None:
    text = (
        f"{HEADER}{ROW}shop\tonly\tthree\n{ROW.replace('7', 'seven', 1)}{ROW.replace('2026-03-02', '2026-99-99')}{ROW}"
    )
    found = collected(write(tmp_path, text))
    assert [o.calls for o in found if isinstance(o, Observation)] == [7, None, 7, 7]
    assert {item.reason.split(": ")[1] for item in found if isinstance(item, Unread)} == {
        "it has more or fewer values than the header, or is no JSON object.",
        "its count_star is no number.",
        "its last_seen is no time.",
    }


def test_a_file_that_ends_in_the_middle_keeps_what_is_before(tmp_path: Path) -> None:
    content = gzip.compress((HEADER + ROW * 20_000).encode())
    found = collected(write(tmp_path, content[:-100], "digests.tsv.gz"))
    assert sum(isinstance(item, Observation) for item in found) > 1000
    assert any("Reading stopped after line" in item.reason for item in found if isinstance(item, Unread))


# What MySQL 8 keeps of a digest's statements.

SAMPLED = HEADER.replace("\n", "\tQUERY_SAMPLE_TEXT\n")


def sampled(digest: str, sample: str) -> str:
    return SAMPLED + ROW.replace("SELECT `a` FROM `t` WHERE `b` IN (...) ", digest).replace("\n", f"\t{sample}\n")


def test_a_sample_gives_back_what_the_digest_lost_and_no_value(tmp_path: Path) -> None:
    text = sampled("SELECT `a` FROM `t` WHERE `b` = ? ORDER BY ?", "SELECT a FROM t WHERE b = 'secret' ORDER BY 2")
    (found,) = observations(write(tmp_path, text))
    assert (found.sql, found.digest) == ("SELECT a FROM t WHERE b = ? ORDER BY 2", False)
    assert "secret" not in repr(found)


@pytest.mark.parametrize("sample", [f"SELECT a FROM t WHERE b = '{'x' * 1010}'", "SELECT a FROM t WH..."])
def test_a_sample_that_may_be_cut_is_not_taken(tmp_path: Path, sample: str) -> None:
    digest = "SELECT `a` FROM `t` WHERE `b` = ?"
    (found,) = observations(write(tmp_path, sampled(digest, sample)))
    assert (found.sql, found.digest) == (digest, True)


# Where a digest ends.


def test_a_digest_that_fills_its_bytes_may_be_cut(tmp_path: Path) -> None:
    whole = "SELECT `id` FROM `orders` WHERE " + " OR ".join(["`total` = ?"] * 20)
    long = "SELECT `id` FROM `orders` WHERE " + " OR ".join(["`total` = ?"] * 65)
    path = write(tmp_path, HEADER + "".join(f"shop\tx\t{text}\t1\t1\t1\t0\t{TIMES}" for text in (whole, long)))
    assert [o.truncated for o in observations(path)] == [False, True]
    assert "1 digests may be cut" in messages(path)
    more = "Variable_name\tValue\nmax_digest_length\t4096\nperformance_schema_max_digest_length\t4096\n"
    path.write_text(more + path.read_text())
    assert [o.truncated for o in observations(path)] == [False, False]


@pytest.mark.parametrize(
    ("digest", "cut"),
    [
        ("SELECT `a` FROM `t` LIMIT ?, ...", False),
        ("SELECT `a` FROM `t` WHERE ( `b` = ?", True),
        ("SELECT `a` FROM `t` WHE...", True),
        ("INSERT INTO `t` VALUES (...) /* , ... */", False),
        ("SELECT `" + "é" * 60 + "`", False),
        ("SELECT " + " + ".join(["`" + "é" * 60 + "`"] * 8), True),
    ],
)
def test_whether_a_digest_is_cut(digest: str, cut: bool) -> None:
    assert is_cut(digest, 1024) is cut


def test_a_wrong_password_is_not_repeated() -> None:
    with pytest.raises(
        SourceError, match=r"The statement digests of mysql://me@127\.0\.0\.1:1 could not be read: "
    ) as error:
        list(collect_live("mysql://me:secret@127.0.0.1:1", normalise=PLAIN))
    assert "secret" not in str(error.value)
