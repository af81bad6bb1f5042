"""Slow logs in the forms that servers write, and damage to them."""

from __future__ import annotations

import random

_BANNER = (
    "/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:\n"
    "Tcp port: 3306  Unix socket: /run/mysqld.sock\nTime                 Id Command    Argument\n"
)
_STATEMENTS = (
    "SELECT * FROM orders WHERE id = {n}",
    "SELECT `id`, `total` FROM `orders` WHERE `note` = 'it''s {n}' AND total > {n}.5 ORDER BY 2 LIMIT {n}",
    "INSERT INTO orders (id, note) VALUES ({n}, '{n}\\'s'), ({n}, \"a\")",
    "UPDATE orders_2024 SET note = '{n}' WHERE id IN ({n}, 2, 3)",
    "SELECT 1 /* trace='{n}' */ FROM orders -- it's {n}\n WHERE a = '{n}'",
    "COMMIT",
    "use b",
    "SELECT a\n# FROM b\nFROM orders # {n}\nWHERE id = {n}",
    "DELETE FROM orders WHERE a = x'0{n}' AND b = 'ä{n}'",
    "# administrator command: Quit",
    "CALL refresh({n}, 'x')",
)
_HEADERS = {
    "mysql-5.0": "# Time: 0710{d:02} 21:43:52\n# User@Host: root[root] @ localhost []\n"
    "# Query_time: {n}  Lock_time: 0  Rows_sent: 1  Rows_examined: 0\n",
    "mysql-5.5": "# Time: 131128  1:05:{d:02}\n# User@Host: root[root] @  [10.1.2.{d}]\n"
    "# Query_time: 0.{n:06}  Lock_time: 0.000000 Rows_sent: 1  Rows_examined: 0\nSET timestamp=14200000{d:02};\n",
    "mysql-5.7": "# Time: 2016-12-12T11:54:{d:02}.601172Z\n# User@Host: app[app] @ web{d} [10.0.0.9]  Id:  {n}\n"
    "# Query_time: 0.{n:06}  Lock_time: 0.000100 Rows_sent: 3  Rows_examined: 40\nSET timestamp=15534361{d:02};\n",
    "mysql-8-extra": "# Time: 2019-03-24T14:01:{d:02}+02:00\n# User@Host: a[a] @ h []  Id: {n}\n"
    "# Query_time: 1.{n:06}  Lock_time: 0.000000 Rows_sent: 0  Rows_examined: 4 Thread_id: {n} Errno: 0 Killed: 0 "
    "Bytes_received: 0 Start: 2019-03-24T14:04:51Z End: 2019-03-24T14:04:53Z\nuse shop;\n"
    "SET timestamp=15534361{d:02};\n",
    "percona": "# Time: 071218 11:48:27 # User@Host: [SQL_SLAVE] @  []\n"
    "# Thread_id: {n}  Schema: db{d}  Last_errno: 0\n"
    "# Query_time: 0.{n:06}  Lock_time: 0.000000  Rows_sent: 0  Rows_examined: 0  Rows_affected: {d}\n"
    "# Bytes_sent: 14  Tmp_tables: 0\n#   InnoDB_IO_r_ops: 3  InnoDB_pages_distinct: 24\n"
    "# Log_slow_rate_type: query  Log_slow_rate_limit: 20\nSET insert_id={n},timestamp=15534361{d:02};\n",
    "mariadb": "# User@Host: a[a] @ h{d} []\n# Thread_id: {n}  Schema: shop  QC_hit: No\n"
    "# Query_time: 0.{n:06}  Lock_time: 0.100000  Rows_sent: 2  Rows_examined: 9\n"
    "# Rows_affected: {d}  Bytes_sent: 11\n#\n# explain: id\tselect_type\n# explain: 1\tSIMPLE\n#\n"
    "SET timestamp=15534361{d:02};\n",
}


_SCRAPS = (
    *(b"", b"\n", b"'", b'"', b"/*", b"`", b";\n", b"\\", b"\xff", b"\n#", b"9" * 5000),
    *(b"\n# Time: ", b"\n# User@Host: a", b"\nuse b;\n", b"# Query_time: 1\n", b"\n# Query_time: 1.2.3\n"),
    *(b"\n[Your log message was truncated]\n", _BANNER.encode()),
)


def _log(header: str, chance: random.Random) -> bytes:
    parts = [_BANNER]
    for turn in range(3 * len(_STATEMENTS)):
        numbers = {"n": chance.randrange(10 ** chance.randrange(1, 6)), "d": chance.randrange(10, 20)}
        statement = _STATEMENTS[turn % len(_STATEMENTS)].replace("{n}", str(numbers["n"]))
        parts.append(f"{header.format(**numbers)}{statement};\n")
    return "".join(parts).encode()


DIALECTS = {name: _log(header, random.Random(name)) for name, header in _HEADERS.items()}
DIALECTS["crlf"] = DIALECTS["mysql-5.7"].replace(b"\n", b"\r\n")


def mutated(log: bytes, chance: random.Random) -> bytes:
    """The log with one to three places of damage."""
    for _ in range(chance.randrange(1, 4)):
        log = damaged(log, chance)[0]
    return log


def damaged(log: bytes, chance: random.Random) -> tuple[bytes, int, int]:
    """The log with a part cut out, overwritten, doubled or put in; where that begins and ends in the old one."""
    start = chance.randrange(len(log))
    end = min(len(log), start + chance.choice((0, 1, 2, 10, 100, 1000)))
    overwritten = b"\0" * (end - start), bytes(chance.randrange(256) for _ in range(end - start)), log[start:end] * 2
    scrap = chance.choice((*_SCRAPS, *overwritten))
    return log[:start] + scrap + log[end:], start, end
