"""How fast a statement is judged, and what one resolution costs beside one `sqlglot.optimizer.qualify`.

python benchmarks/assess.py [STATEMENTS]

Both are measured in this process, in turn, on the same trees, the parse apart: ratios hold on any machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import sqlglot
from sqlglot.optimizer.qualify import qualify

import scanner
from scanner.resolve import Meanings, Parsed, Session, parse, resolve, settings
from scanner.verdict import prepare

DDL = """
CREATE TABLE customers (id integer PRIMARY KEY, name text, email text, region text, created timestamptz);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, total numeric, placed timestamptz, note text);
CREATE TABLE order_items (id integer PRIMARY KEY, order_id integer, product_id integer, quantity integer);
CREATE TABLE payments (id integer PRIMARY KEY, order_id integer, status text, amount numeric);
"""
STATEMENTS = (
    "SELECT id, total, placed FROM orders WHERE customer_id = $1 ORDER BY placed DESC LIMIT 20",
    "SELECT o.id, o.total, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = $1",
    "SELECT * FROM orders WHERE id = $1",
    "SELECT count(*) FROM orders WHERE placed > now() - interval '1 day'",
    "SELECT c.region, sum(o.total) FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.region",
    "SELECT id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = customers.id AND total > $1)",
    "WITH recent AS (SELECT * FROM orders WHERE placed > $1) "
    "SELECT r.id, p.status FROM recent r JOIN payments p ON p.order_id = r.id",
)
WRITES = (
    "INSERT INTO orders (customer_id, total, placed) VALUES ($1, $2, now()) RETURNING id",
    "UPDATE orders SET total = $1 WHERE id = $2",
    "DELETE FROM order_items WHERE order_id = $1 AND id = $2",
)


def main() -> int:
    """Prints the rates."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    schema = scanner.Schema.from_ddl(DDL, "postgres:16")
    change = scanner.Change.parse("ALTER TABLE orders ADD COLUMN status text", "postgres:16")
    prepared = prepare(change, schema)
    texts = [_distinct(sql, n) for n in range(wanted // 10 + 1) for sql in (*STATEMENTS, *WRITES)][:wanted]
    seconds = _timed(lambda: [prepared.assess(text) for text in texts])
    print(f"assess           {len(texts) / seconds:8.0f} statements a second, parse and both resolutions included")
    parsed = [p for p in (parse(sql, "postgres") for sql in STATEMENTS) if isinstance(p, Parsed)]
    how = settings(schema.database, Session())
    columns = {str(t.name): {c.name: c.type for c in t.columns} for t in schema.tables}
    ours, theirs = [], []
    for _ in range(5):
        ours.append(_timed(lambda: [resolve(p, schema, Meanings(), how) for _ in range(200) for p in parsed]))
        trees = [p.tree.copy() for _ in range(200) for p in parsed]
        theirs.append(_timed(lambda trees=trees: [qualify(t, schema=columns, dialect="postgres") for t in trees]))
    each = 200 * len(parsed)
    print(
        f"one resolution   {min(ours) / each * 1e6:8.0f} µs   "
        f"sqlglot.optimizer.qualify {min(theirs) / each * 1e6:.0f} µs"
    )
    print(f"ratio            {min(ours) / min(theirs):8.2f}   (sqlglot {sqlglot.__version__})")
    return 0


def _distinct(sql: str, number: int) -> str:
    """The same work as another statement: an output's name differs, so that nothing is answered from a cache."""
    if sql.startswith(("INSERT", "UPDATE", "DELETE")):
        return f"{sql.removesuffix(' RETURNING id')} RETURNING id AS q{number}"
    head, select, tail = sql.rpartition("SELECT ") if sql.startswith("WITH") else ("", "SELECT ", sql[7:])
    return f"{head}{select}$9 AS q{number}, {tail}"


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
