"""How fast a statement is judged, beside sqlglot: one resolution and one `qualify`; a verdict and parse, qualify twice.

python -m benchmarks.assess [STATEMENTS]

Both are measured in this process, in turn, on the same statements: ratios hold on any machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import sqlglot
from sqlglot.optimizer.qualify import qualify

import scanner
from benchmarks.table import Figure, Measured, cells, markdown
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


DATA = "ten statements on 4 tables, each 500 times with another output name"
FIGURES = (
    Figure("a statement judged, parse and both resolutions: CPU", "µs", "sqlglot's parse, `qualify` before and after"),
    Figure("one resolution: CPU", "µs", "one `qualify`"),
)


def main() -> int:
    """Prints the figures."""
    measured = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
    print(markdown(cells(figure, DATA, each) for figure, each in zip(FIGURES, measured, strict=True)), end="")
    return 0


def measure(wanted: int = 5_000) -> Iterator[Measured]:
    """The figures, the best of three."""
    schema = scanner.Schema.from_ddl(DDL, "postgres:16")
    change = scanner.Change.parse("ALTER TABLE orders ADD COLUMN status text", "postgres:16")
    columns = {str(t.name): {c.name: c.type for c in t.columns} for t in schema.tables}
    after = columns | {"orders": columns["orders"] | {"status": "text"}}
    ours, theirs = [], []
    for turn in range(3):
        texts = [_distinct(sql, n + turn * wanted) for n in range(wanted // 10 + 1) for sql in (*STATEMENTS, *WRITES)]
        prepared = prepare(change, schema)
        ours.append(_timed(lambda texts=texts, prepared=prepared: [prepared.assess(text) for text in texts]))
        theirs.append(_timed(lambda texts=texts: [_qualified_twice(text, columns, after) for text in texts]))
    print(f"assess {len(texts) / min(ours):8.0f} statements a second   (sqlglot {sqlglot.__version__})")
    yield min(ours) / len(texts) * 1e6, min(theirs) / len(texts) * 1e6
    yield _resolution(schema, columns)


def _qualified_twice(text: str, before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> None:
    tree = sqlglot.parse_one(text, dialect="postgres")
    for columns in (before, after):
        qualify(tree.copy(), schema=columns, dialect="postgres")


def _resolution(schema: scanner.Schema, columns: dict[str, dict[str, str]]) -> tuple[float, float]:
    """Microseconds of ours and theirs on the same trees, the parse apart."""
    parsed = [p for p in (parse(sql, "postgres") for sql in STATEMENTS) if isinstance(p, Parsed)]
    how = settings(schema.database, Session())
    ours, theirs = [], []
    for _ in range(5):
        ours.append(_timed(lambda: [resolve(p, schema, Meanings(), how) for _ in range(200) for p in parsed]))
        trees = [p.tree.copy() for _ in range(200) for p in parsed]
        theirs.append(_timed(lambda trees=trees: [qualify(t, schema=columns, dialect="postgres") for t in trees]))
    each = 200 * len(parsed) / 1e6
    return min(ours) / each, min(theirs) / each


def _distinct(sql: str, number: int) -> str:
    """The same work as another statement: an output's name differs, so that nothing is answered from a cache."""
    if sql.startswith(("INSERT", "UPDATE", "DELETE")):
        return f"{sql.removesuffix(' RETURNING id')} RETURNING id AS q{number}"
    head, select, tail = sql.rpartition("SELECT ") if sql.startswith("WITH") else ("", "SELECT ", sql[7:])
    return f"{head}{select}$9 AS q{number}, {tail}"


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
