"""What docs/recipes.md prints is true of the example company, as its source shows it."""

from __future__ import annotations

import re
from pathlib import Path

SHOP = Path(__file__).parents[1] / "fixtures" / "shop"
PAGE = (SHOP.parents[1] / "docs" / "recipes.md").read_text(encoding="utf-8")


def source(folder: Path) -> str:
    """The programs and statements of a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.suffix in (".py", ".sql"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def printed(heading: str) -> str:
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"<!-- prints -->\n```text\n(.*?)```", section, re.DOTALL))


def test_tables_that_nobody_reads_stand_behind_no_from() -> None:
    names = re.findall(r"relation:\w+/(\w+)", printed("Tables that nobody reads"))
    assert names == ["deleted_orders", "order_audit", "orders_done", "stock_moves"]
    code = source(SHOP / "services")
    for name in names:
        assert re.search(rf"(?i)\b(from|join|__tablename__ =|db_table =)\s+[\"']?{name}\b", code) is None, name
        assert re.search(rf"(?i)INSERT INTO {name}\b", code + (SHOP / "schema" / "shop.sql").read_text())


def test_services_that_share_a_table_each_name_it() -> None:
    (row,) = re.findall(r"^ +orders +(.+)$", printed("Services that share a table"), re.MULTILINE)
    assert row == "analytics; billing; catalog; checkout"
    for service in row.split("; "):
        assert "orders" in source(SHOP / "services" / service), service


def test_the_widest_stars_stand_where_it_says() -> None:
    rows = re.findall(r"^ *(\w+) +(\d+) +(\w+) +(\d+) +(\S+) +(\d+)$", printed("The ten widest stars"), re.MULTILINE)
    assert len(rows) == 10
    assert [int(width) for _, width, *_ in rows] == sorted((int(width) for _, width, *_ in rows), reverse=True)
    for table, _, service, _, path, line in rows:
        assert path.startswith(f"services/{service}/")
        statement = "\n".join((SHOP / path).read_text().splitlines()[int(line) - 1 :][:12])
        assert "*" in statement, (path, line)
        assert table in statement, (path, line)


def test_a_rename_is_noticed_by_the_services_that_name_the_column() -> None:
    text = printed("Who would notice a rename")
    assert "('analytics', 'billing', 'checkout')" in text
    assert "open_orders" in text
    for service in ("analytics", "billing", "checkout"):
        assert re.search(r"\btotal\b", source(SHOP / "services" / service)), service
