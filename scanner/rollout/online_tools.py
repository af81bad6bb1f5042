"""Commands of gh-ost and pt-online-schema-change, for what MySQL and MariaDB cannot do online.

https://github.com/github/gh-ost/blob/master/doc/command-line-flags.md,
https://docs.percona.com/percona-toolkit/pt-online-schema-change.html
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from scanner.model import Statement
from scanner.rollout.steps import Ground


def tools(actions: Sequence[str], ground: Ground) -> tuple[Statement, ...]:
    """The commands that do what these actions of ALTER TABLE do; none for a table without a key."""
    return tuple(_commands(", ".join(actions), ground)) if ground.key else ()


def _commands(alter: str, ground: Ground) -> Iterator[Statement]:
    settings, table = ground.settings, shlex.quote(ground.table.name.name)
    seconds = max(1, settings.lock_timeout_ms // 1000)
    host, database = "<<host of the primary>>", "<<database>>"
    blanks = ("host of the primary", "database")
    linked = bool(ground.table.foreign_keys) or any(
        key.table == ground.table.name for table in ground.schema.tables for key in table.foreign_keys
    )
    if not linked and not ground.schema.triggers_on(ground.table.name):  # gh-ost takes neither
        command = f"gh-ost --host={host} --database={database} --table={table} --alter={shlex.quote(alter)} "
        command += f"--chunk-size={settings.batch_rows} --max-lag-millis={settings.max_lag_s * 1000} "
        command += f"--cut-over-lock-timeout-seconds={seconds} --execute"
        yield Statement(command, outside_transaction=True, batch=True, blanks=blanks, tool=True)
    command = f"pt-online-schema-change --alter {shlex.quote(alter)} --chunk-size {settings.batch_rows} "
    command += f"--max-lag {settings.max_lag_s}s --set-vars lock_wait_timeout={seconds} "
    command += "--alter-foreign-keys-method auto " if linked else ""
    command += f"--execute h={host},D={database},t={table}"
    yield Statement(command, outside_transaction=True, batch=True, blanks=blanks, tool=True)
