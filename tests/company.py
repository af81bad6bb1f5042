"""A company small enough to be read at a glance, as files: two databases and all kinds of sources."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "scanner.toml": """
[[databases]]
name = "shop"
engine = "postgres:16"
schema = "schema/*.sql"

[[databases]]
name = "stock"
engine = "mariadb:10.11"
schema = "stock.sql"

[[sources]]
kind = "python"
path = "services"
database = "shop"

[[sources]]
kind = "sql_files"
path = "."
database = "shop"
service = "reports"

[[sources]]
kind = "pg_stat_statements"
path = "statements.csv"
database = "shop"

[[sources]]
kind = "mysql_slow_log"
path = "slow.log"
database = "stock"

[[services]]
name = "fulfilment"
users = ["ff_*"]

[[consumers]]
name = "stream"
kind = "cdc"
database = "shop"
tables = ["orders"]
""",
    "schema/tables.sql": """
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, region text);
CREATE TABLE orders (id int PRIMARY KEY, user_id int NOT NULL, total numeric NOT NULL);
""",
    "schema/views.sql": "CREATE VIEW big_orders AS SELECT id, total FROM orders WHERE total > 100;\n",
    "stock.sql": "CREATE TABLE shelves (id int PRIMARY KEY, room text);\nCREATE TABLE orders (id int);\n",
    "services/billing/pay.py": '''
def load(cursor, order_id):
    cursor.execute("SELECT * FROM orders WHERE id = %s", (order_id,))
    return cursor.fetchone()


def charge(cursor, order_id, user_id):
    cursor.execute("INSERT INTO orders (id, user_id, total) VALUES (%s, %s, 0)", (order_id, user_id))
''',
    "services/catalog/views.py": '''
def emails(cursor):
    cursor.execute("SELECT email FROM users")
    return cursor.fetchall()
''',
    "reports/day.sql": "SELECT sum(total) FROM big_orders;\n",
    "statements.csv": """queryid,query,calls,total_exec_time,rows,rolname,datname
1,SELECT * FROM orders WHERE id = $1,1200,340.5,1200,app,shop
2,SELECT region FROM users JOIN orders ON user_id = users.id,7,12,7,analyst,shop
3,SELECT email FROM users WHERE id = $1,90,1,90,analyst,shop
""",
    "slow.log": """# Time: 2026-01-02T03:04:05.000000Z
# User@Host: ff_app[ff_app] @ web1 [10.0.3.1]  Id: 7
# Query_time: 0.250000  Lock_time: 0.000000  Rows_sent: 3  Rows_examined: 30
use stock;
SELECT room FROM shelves WHERE id = 17;
""",
}  # fmt: skip


def found(folder: Path) -> Path:
    """Writes the files into a folder; the path of its scanner.toml."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "scanner.toml"
