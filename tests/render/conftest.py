"""A report as the scanner makes it of a shop with five services, written out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scanner.change import AddedColumn, Change
from scanner.model import (
    BlindSpot,
    BuiltQuery,
    Certainty,
    Check,
    Column,
    Consumer,
    Coverage,
    Database,
    Effect,
    Engine,
    Finding,
    Forecast,
    FreeNames,
    Hazard,
    Hole,
    LikelyPlace,
    Location,
    Mention,
    Observation,
    Phase,
    Plan,
    Query,
    Report,
    RowUse,
    Severity,
    Statement,
    Subject,
    Suppressed,
    TableName,
    TableUse,
    Unread,
    Unresolved,
    UnresolvedQuery,
)

SEEN = datetime(2025, 3, 14, 1, 58, 7, 250_000, tzinfo=UTC)
OWNERS = {"checkout": ("@shop/checkout", "@ann")}
SHOP = Database("shop", Engine("postgres", (15,)))
STATUS = Change(
    TableName(None, "orders"),
    (AddedColumn(Column("status", "text", nullable=False)),),
    "ALTER TABLE orders ADD COLUMN status text NOT NULL",
)


def production(sql: str, calls: int, ms: float, rows: int, service: str | None = None) -> Observation:
    return Observation(
        "pg_stat_statements",
        sql,
        "shop",
        (service,) if service else (),
        calls=calls,
        total_time_ms=ms,
        rows=rows,
        last_seen=SEEN,
    )


def python(sql: str, path: str, line: int, function: str, column: int = 8, **more: object) -> Observation:
    service = path.split("/")[0]
    place = Location(path, line, column, function, OWNERS.get(service, ()))
    return Observation("python", sql, "shop", (service,), location=place, **more)  # type: ignore[arg-type]


def query(fingerprint: str, sql: str, *observations: Observation) -> Query:
    return Query(fingerprint, "shop", sql, observations)


def at(found: Query, part: str) -> tuple[int, int]:
    start = found.sql.index(part)
    return start, start + len(part)


INSERT = "INSERT INTO orders (user_id, total, placed_at) VALUES ($1, $2, $3) RETURNING id"
CREATE = query(
    "3f1c9a0d55e2b710",
    INSERT,
    production(INSERT, 12_400, 200_300.5, 12_400, "checkout"),
    python(INSERT, "checkout/store.py", 41, "OrderStore.create", executes="cursor.execute"),
)
COPY = query(
    "a7709be1c4d0f833",
    "INSERT INTO orders SELECT * FROM orders_import WHERE batch = $1",
    python("INSERT INTO orders SELECT * FROM orders_import WHERE batch = %s", "fulfilment/imports.py", 18, "load"),
)
JOINED = query(
    "05d2e8817b9c44fa",
    "SELECT o.id, o.total, s.name, status FROM orders AS o JOIN shipments AS s ON s.order_id = o.id "
    "JOIN carriers AS c ON c.id = s.carrier_id WHERE status IN ($1) "
    "AND o.placed_at >= $2 ORDER BY o.placed_at DESC",
    production("SELECT o.id …", 3_120, 95_400.0, 61_234),
    python("SELECT o.id …", "fulfilment/board.py", 77, "Board.open_orders"),
    python("SELECT o.id …", "analytics/late.py", 12, "late_orders"),
)
UNPACKED = query(
    "9be04415d7a2c6e3",
    "SELECT * FROM orders WHERE user_id = $1 ORDER BY placed_at DESC LIMIT $2",
    production("SELECT * FROM orders …", 120_450, 4_312_000.75, 843_150),
    python("SELECT * FROM orders …", "billing/orders.py", 41, "history", row_uses=(RowUse("unpacked", count=4),)),
    python("SELECT * FROM orders …", "checkout/store.py", 66, "OrderStore.of_user", row_uses=(RowUse("by-name"),)),
)
CAPTURED = query(
    "c2f6670a1e9d8b54",
    "SELECT u.id FROM users AS u WHERE EXISTS (SELECT $1 FROM orders WHERE orders.user_id = u.id AND status = $2)",
    production("SELECT u.id …", 1, 812.0, 93, "billing"),
    python("SELECT u.id …", "billing/dunning.py", 102, "due"),
)
EXPORT = query(
    "71a3d9925f08cbe6",
    "SELECT * FROM orders",
    python("SELECT * FROM orders", "analytics/export.py", 9, "orders_frame", row_uses=(RowUse("dataframe"),)),
)
NIGHTLY = query(
    "e80b5cf3a6174d29",
    "SELECT row_to_json(o) FROM orders AS o WHERE o.placed_at > $1",
    production("SELECT row_to_json(o) …", 31, 65_000.0, 40_012),
)
COUNTED = query(
    "1d94be72083f5ac0",
    "SELECT count(*) FROM orders WHERE user_id = $1",
    production("SELECT count(*) …", 88_000, 44_100.0, 88_000, "catalog"),
    python("SELECT count(*) …", "catalog/views.py", 23, "profile"),
)
TOTALS = query(
    "b6e1520c9f7d3a48",
    "SELECT day, total FROM order_totals WHERE day = $1",
    python("SELECT day, total …", "analytics/daily.sql", 1, ""),
)
DYNAMIC = query(
    "48c7f0b2d1e6935a",
    "SELECT __hole_0__ FROM orders WHERE id = $1",
    python(
        "SELECT {columns} FROM orders …",
        "catalog/admin.py",
        58,
        "OrderAdmin.rows",
        holes=(Hole("__hole_0__", "columns"),),
    ),
)
BODY = query("f53b08d7e2a94c16", "CALL close_orders($1)", production("CALL close_orders($1)", 7, 9_150.0, 0))

FINDINGS = (
    Finding(
        "SC103",
        "required-column-missing",
        Effect.BREAKS,
        Certainty.CERTAIN,
        "The INSERT gives orders.status no value, and the column is NOT NULL without a default: "
        "PostgreSQL refuses every row (23502).",
        "Add status to the column list, or add the column with a DEFAULT and drop it once every writer fills it.",
        Subject("query", CREATE.fingerprint),
        span=at(CREATE, "(user_id, total, placed_at)"),
    ),
    Finding(
        "SC104",
        "insert-select-width",
        Effect.BREAKS,
        Certainty.POSSIBLE,
        "The INSERT has no column list and its SELECT * has 4 columns where orders will have 5.",
        "Name the columns on both sides.",
        Subject("query", COPY.fingerprint),
        span=at(COPY, "SELECT *"),
        reason="The columns of orders_import are not in the schema.",
        folded=("required-column-missing",),
    ),
    Finding(
        "SC105",
        "ambiguous-column",
        Effect.BREAKS,
        Certainty.CERTAIN,
        "status stands without a table and would be in orders and in shipments: the query fails with 42702.",
        "Write s.status.",
        Subject("query", JOINED.fingerprint),
        span=at(JOINED, "status"),
    ),
    Finding(
        "SC101",
        "star-projection",
        Effect.BREAKS,
        Certainty.CERTAIN,
        "The row is unpacked to 4 names and will have 5 values: ValueError, too many values to unpack.",
        "Select the 4 columns by name.",
        Subject("query", UNPACKED.fingerprint),
        span=(7, 8),
        occurrences=(Location("billing/orders.py", 41, 8, "history"),),
    ),
    Finding(
        "SC106",
        "captured-column",
        Effect.CHANGES_RESULTS,
        Certainty.CERTAIN,
        "status means users.status today and would silently mean orders.status: other rows come back.",
        "Write u.status.",
        Subject("query", CAPTURED.fingerprint),
        span=at(CAPTURED, "status"),
    ),
    Finding(
        "SC109",
        "whole-row",
        Effect.CHANGES_RESULTS,
        Certainty.CERTAIN,
        "row_to_json(o) holds every column of orders: the JSON gets a status.",
        "Build the JSON from named columns.",
        Subject("query", NIGHTLY.fingerprint),
        span=(19, 20),
    ),
    Finding(
        "SC101",
        "star-projection",
        Effect.CHANGES_SHAPE,
        Certainty.CERTAIN,
        "SELECT * returns a new column, status, at the end.",
        "Name the columns that are read.",
        Subject("query", UNPACKED.fingerprint),
        span=(7, 8),
        occurrences=(Location("checkout/store.py", 66, 8, "OrderStore.of_user", OWNERS["checkout"]),),
    ),
    Finding(
        "SC101",
        "star-projection",
        Effect.CHANGES_SHAPE,
        Certainty.CERTAIN,
        "SELECT * returns a new column, status, at the end.",
        "Name the columns that are read.",
        Subject("query", EXPORT.fingerprint),
        span=(7, 8),
    ),
    Finding(
        "SC110",
        "view-to-recreate",
        Effect.NEEDS_UPDATE,
        Certainty.CERTAIN,
        "The view recent_orders was made from SELECT * and keeps the columns it was made with: "
        "it will not show status.",
        "Recreate the view if its readers need status.",
        Subject("view", "recent_orders"),
        span=(7, 8),
        sql="SELECT * FROM orders WHERE placed_at > now() - $1",
    ),
    Finding(
        "SC120",
        "mapped-model",
        Effect.NEEDS_UPDATE,
        Certainty.CERTAIN,
        "The model Order maps orders and does not know status.",
        "Add status = models.TextField() to Order.",
        Subject("model", "catalog.models.Order"),
        occurrences=(Location("catalog/models.py", 30, 0, "Order"),),
        services=("catalog",),
    ),
)

SHOP_REPORT = Report(
    change=STATUS,
    database=SHOP,
    queries=(UNPACKED, COUNTED, CREATE, JOINED, NIGHTLY, BODY, CAPTURED, COPY, DYNAMIC, EXPORT, TOTALS),
    findings=FINDINGS,
    unaffected=(COUNTED, TOTALS),
    unresolved=(
        UnresolvedQuery(BODY, Unresolved("opaque statement", "the body of close_orders was not found")),
        UnresolvedQuery(DYNAMIC, Unresolved("hole", "the select list is built at run time from columns")),
    ),
    likely_places=(
        LikelyPlace(
            Location("catalog/forms.py", 3, 0),
            ("catalog",),
            "orders",
            ("note", "total", "placed_at"),
            0.75,
            writes=True,
        ),
    ),
    hazards=(
        Hazard("lock", Severity.BLOCKS, "ALTER TABLE takes ACCESS EXCLUSIVE on orders.", "the manual", "it is a guess"),
        Hazard("filled", Severity.NOTE, "<b>The rows</b> get 7.", "measured"),
    ),
    plan=Plan(
        (
            Phase(
                "expand",
                "add status",
                "Nobody waits.",
                (Statement("ALTER TABLE orders ADD COLUMN status text"),),
                (Check("SELECT <b>1</b>", "1"),),
                ("SELECT 2",),
                (Statement("ALTER TABLE orders DROP COLUMN status"),),
                alternatives=(Statement("gh-ost --execute", outside_transaction=True, tool=True),),
            ),
            Phase("deploy", "code that knows status", "It writes it.", services=("checkout", "billing")),
        ),
        ("Not part of the plan: <i>the rest</i>",),
    ),
    mentions=(Mention(Location("catalog/reports.py", 14, 4, "build"), ("catalog",), "table name in a string"),),
    blind_spots=(
        BlindSpot(
            "pg_stat_statements",
            "shop.csv",
            "412 rare statements were evicted (dealloc): what ran seldom may be missing.",
        ),
        BlindSpot("mysql_slow_log", "slow.log", "long_query_time is 0.5 s: faster queries are not in the log."),
    ),
    unread=(Unread("python", "analytics/legacy.py:88", "It is no Python: unexpected indent."),),
    coverage=(
        Coverage("pg_stat_statements", "shop.csv", 214, files=1, lines=215, bytes=88_120, ignored=31),
        Coverage("python", "services", 176, files=94, lines=12_480, bytes=410_337),
        Coverage("sql_file", "services", 9, files=4, lines=131, bytes=5_020),
    ),
    consumers=(
        Consumer("warehouse sync", "change data capture", ("orders", "order_*"), "Debezium, owned by the data team"),
    ),
    out_of_scope=37,
    total_queries=211,
    via={TOTALS.fingerprint: ("order_totals",)},
)


@pytest.fixture
def report() -> Report:
    return SHOP_REPORT


@pytest.fixture
def empty() -> Report:
    return Report(STATUS, SHOP, (), (), (), ())


# What an attacker could put where a report shows text: each is to be shown as text.
HOSTILE = {
    "html": "<img src=x onerror=alert(1)>",
    "script": "</script><script>alert(1)</script>",
    "style": "</style><svg onload=alert(1)>&lt;b&amp;",
    "attribute": "\" onmouseover=\"alert(1)' x='",
    "template": "{{ 7 * 7 }}{% raw %}",
    "formula": '=HYPERLINK("https://evil.example","open")',
    "terminal": "\x1b[2J\x1b]0;owned\x07\x9b31m\x90q\x9c",
    "hyperlink": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "markup": "[bold red]x[/] [link=https://evil.example]y[/link] :smile:",
    "markdown": "``` `x` ![y](https://evil.example) [z]: | @everyone #1 <!-- -- --> </details> $a$ ~~b~~",
    "command": "::error::a\n::set-output name=x::y %0A::warning file=a,line=1::z\n##[error]b",
    "right-to-left": "a\u202egnp.exe\u2066\u200f",
    "surrogate": "lone \udc80 \ud83d",
    "no-xml": "]]> <?x?> <!DOCTYPE a> \x0b\ufffe\uffff\x85\u2028",
    "nul": "nul \x00 cr \r\n bell \x07",
    "sql": "a*/ -- b\n; DROP TABLE orders; --\\",
}


def hostile_report(text: str) -> Report:
    """The shop's report with the text in every place that comes from outside."""
    place = Location(text, 1, 0, text, (text,))
    seen = Observation(text, text, "shop", (text,), calls=5, total_time_ms=2.0, location=place)
    kinds = [Query(f"{n:016x}", "shop", text, (seen,)) for n in range(3)]
    finding = replace(
        FINDINGS[0],
        message=text,
        help=text,
        reason=text,
        subject=Subject("query", kinds[0].fingerprint),
        span=(0, 3),
        folded=(text,),
    )
    view = replace(FINDINGS[8], message=text, help=text, subject=Subject("view", text), sql=text, span=None)
    model = replace(FINDINGS[9], subject=Subject("model", text), occurrences=(place,), services=(text,))
    built = Query(f"{3:016x}", "shop", text, (seen,))
    steps = (Statement(text, blanks=(text,)),)
    phase = Phase("expand", text, text, steps, (Check(text, text),), (text,), steps, (text,), steps)
    use = TableUse(text, text, True, text, text, 1.0)
    return Report(
        Change(TableName(text, text), (AddedColumn(Column(text, text, default=text)),), text, False, (text,)),
        Database(text, Engine("postgres", (15,))),
        (*kinds, built),
        (finding, view, model),
        (kinds[1],),
        (UnresolvedQuery(kinds[2], Unresolved(text, text)),),
        (Mention(place, (text,), text),),
        (BlindSpot(text, text, text),),
        (Unread(text, text, text),),
        (Coverage(text, text, 1),),
        (Consumer(text, text, (text,), text),),
        via={kinds[0].fingerprint: (text,)},
        built=(BuiltQuery(built, (kinds[0].fingerprint,), None, Unresolved(text, text)),),
        likely_places=(LikelyPlace(place, (text,), text, (text,), 0.5),),
        hazards=(Hazard("lock", Severity.BLOCKS, text, text, text),),
        plan=Plan((phase,), (text,)),
        suppressed=(Suppressed(model, text, text),),
        forecast=Forecast(text, (use,), publications=(text,), unseen=(text,)),
        free_names=(FreeNames(text, (text,)),),
    )


@pytest.fixture
def made_of() -> Callable[[str], Report]:
    return hostile_report


@pytest.fixture(params=HOSTILE, ids=list(HOSTILE))
def hostile(request: pytest.FixtureRequest) -> tuple[str, Report]:
    text = HOSTILE[request.param]
    return text, hostile_report(text)
