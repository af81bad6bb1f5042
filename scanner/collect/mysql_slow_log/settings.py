"""What the settings of a server keep out of its slow log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

UNKNOWN = (
    "Queries faster than long_query_time, or that examined fewer rows than min_examined_row_limit, are not in a slow "
    "log: SET GLOBAL long_query_time = 0 for a while logs all."
)
# By these a query is known of which nothing else is said: a filter that has one of them lets all pass.
_ANY_PLAN = frozenset(("query_cache_miss", "qc_miss"))
_DISABLED = {"sp": "Statements inside routines", "call": "CALL statements"}


def limits(variables: Mapping[str, str]) -> Iterator[str]:
    """One sentence for each thing that the slow log cannot show; the settings are by lower-case name."""
    if not variables:
        yield UNKNOWN
        return
    yield from _destination(variables)
    yield from _fast(variables)
    if (rate := _number(variables, "log_slow_rate_limit")) > 1:
        yield sampling(int(rate), variables.get("log_slow_rate_type", ""))
    plans = set(_listed(variables, "log_slow_filter"))
    if plans and plans.isdisjoint(_ANY_PLAN):
        yield (
            f"Only queries with one of these plans are logged (log_slow_filter): {', '.join(sorted(plans))}. "
            "SET GLOBAL log_slow_filter = '' logs the others too."
        )
    for kind in _listed(variables, "log_slow_disabled_statements"):
        if kind in _DISABLED:
            yield (
                f"{_DISABLED[kind]} are not logged (log_slow_disabled_statements has {kind}): take it out to have them."
            )


def sampling(rate: int, kind: str = "") -> str:
    """What it means that one of so many was logged."""
    what = {"session": "sessions", "query": "queries"}.get(kind.lower(), "queries or sessions")
    return (
        f"The server logged one of {rate} {what} (log_slow_rate_limit). The calls counted are those logged, "
        f"not multiplied: the true numbers are about {rate} times as high, and rare queries may be missing."
    )


def nothing(variables: Mapping[str, str]) -> str:
    """Why the table mysql.slow_log is empty, and what to do about it."""
    if variables.get("slow_query_log", "ON").upper() in ("OFF", "0"):
        return "slow_query_log is OFF: SET GLOBAL slow_query_log = ON, and let the server work for a while."
    if "TABLE" not in _outputs(variables):
        return _elsewhere(variables)
    return "No query was slower than long_query_time: SET GLOBAL long_query_time = 0 for a while logs all."


def _destination(variables: Mapping[str, str]) -> Iterator[str]:
    if variables.get("slow_query_log", "ON").upper() in ("OFF", "0"):
        yield "slow_query_log is OFF: nothing new is logged, what is here is old. SET GLOBAL slow_query_log = ON."
    outputs = _outputs(variables)
    if "TABLE" not in outputs:
        yield f"What is in the table is old. {_elsewhere(variables)}"
    elif "FILE" in outputs:
        file = variables.get("slow_query_log_file", "slow_query_log_file")
        yield f"The server writes the same to {file} (log_output): who gives both counts every call twice."


def _elsewhere(variables: Mapping[str, str]) -> str:
    output = variables.get("log_output", "FILE")
    if "FILE" not in _outputs(variables):
        return f"log_output is {output}: SET GLOBAL log_output = 'TABLE'."
    file = variables.get("slow_query_log_file", "slow_query_log_file")
    return f"log_output is {output}, so the server logs to {file}: give that file with --slow-log."


def _fast(variables: Mapping[str, str]) -> Iterator[str]:
    seconds, rows = _number(variables, "long_query_time"), _number(variables, "min_examined_row_limit")
    if seconds > 0:
        yield (
            f"Queries that took less than {seconds:g} s (long_query_time) are not logged: "
            "SET GLOBAL long_query_time = 0 for a while logs all."
        )
        if variables.get("log_queries_not_using_indexes", "OFF").upper() in ("ON", "1"):
            most = int(_number(variables, "log_throttle_queries_not_using_indexes"))
            at_most = f", at most {most} a minute (log_throttle_queries_not_using_indexes)" if most else ""
            yield (
                "Of queries that use no index all are logged (log_queries_not_using_indexes), however fast"
                f"{at_most}: their calls do not compare with those of others."
            )
    if rows > 0:
        yield (
            f"Queries that examined fewer than {rows:g} rows (min_examined_row_limit) are not logged: "
            "SET GLOBAL min_examined_row_limit = 0."
        )


def _outputs(variables: Mapping[str, str]) -> set[str]:
    return set(variables.get("log_output", "TABLE").upper().split(","))


def _listed(variables: Mapping[str, str], name: str) -> list[str]:
    return [each.strip().lower() for each in variables.get(name, "").split(",") if each.strip()]


def _number(variables: Mapping[str, str], name: str) -> float:
    try:
        return float(variables.get(name, "0"))
    except ValueError:
        return 0
