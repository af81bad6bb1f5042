"""Which database a change is to."""

from __future__ import annotations

import pytest

from scanner.change import AddedColumn, Change
from scanner.errors import ChangeError, UsageError
from scanner.model import Column, Database, Engine, Table, TableName, View
from scanner.schema import Schema
from scanner.target import find_relation, locate


def schema(database: str, engine: str, *tables: str) -> Schema:
    namespace = "public" if engine == "postgres" else None
    names = [TableName(namespace, table) for table in tables]
    relations = {name: Table(name, (Column("id", "integer"),)) for name in names}
    view = TableName(namespace, "recent")
    return Schema(Database(database, Engine.parse(engine)), {**relations, view: View(view, "SELECT 1")})


SHOP = schema("shop", "postgres", "orders", "users")
STOCK = schema("stock", "mysql", "orders", "shelves")
BOTH = {"shop": SHOP, "stock": STOCK}


def adds(table: str, column: str = "status") -> Change:
    return Change(TableName(None, table), (AddedColumn(Column(column, "text")),), "ALTER TABLE …")


def test_the_database_that_has_the_table() -> None:
    assert locate(adds("shelves"), BOTH) == (adds("shelves"), "stock")
    assert locate(adds("users"), BOTH) == (adds("users"), "shop")


def test_the_database_that_is_named() -> None:
    assert locate(adds("orders"), BOTH, "stock") == (adds("orders"), "stock")


def test_several_databases_have_the_table() -> None:
    with pytest.raises(UsageError) as error:
        locate(adds("orders"), BOTH)
    assert str(error.value) == "orders is a table of shop and stock: say which one is meant (--database shop)."


def test_no_database_has_the_table() -> None:
    with pytest.raises(ChangeError) as error:
        locate(adds("shelf"), BOTH)
    assert str(error.value) == "There is no table shelf in shop and stock: did you mean shelves (stock)?"
    with pytest.raises(ChangeError, match=r"There is no table xyz in shop and stock: 3 other tables are there\.$"):
        locate(adds("xyz"), BOTH)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (adds("ordres"), "did you mean orders?"),
        (adds("orders", "id"), "already has a column id"),
        (adds("recent"), "recent is a view"),
    ],
)
def test_the_only_database_says_what_is_wrong(change: Change, sentence: str) -> None:
    with pytest.raises(ChangeError) as error:
        locate(change, {"shop": SHOP})
    assert sentence in str(error.value)


def test_a_database_that_is_not_known() -> None:
    with pytest.raises(UsageError, match=r"^The database 'stok' is not part of the scan: did you mean 'stock'\?$"):
        locate(adds("orders"), BOTH, "stok")
    with pytest.raises(UsageError, match=r"is not part of the scan: there is shop and stock\.$"):
        locate(adds("orders"), BOTH, "billing")


def test_text_is_read_as_the_engine_of_the_database_does() -> None:
    change, found = locate("ALTER TABLE `shelves` ADD COLUMN `row` int FIRST", BOTH)
    assert (found, change.names) == ("stock", ("row",))


def test_text_that_no_engine_reads() -> None:
    with pytest.raises(ChangeError):
        locate("DROP TABLE orders", BOTH)


@pytest.mark.parametrize(
    ("text", "database", "name"),
    [
        ("shelves", "stock", "shelves"),
        ("USERS", "shop", "users"),
        ('public."users"', "shop", "users"),
        ("`shelves`", "stock", "shelves"),
    ],
)
def test_a_relation_as_sql_writes_it(text: str, database: str, name: str) -> None:
    found, relation = find_relation(text, BOTH)
    assert (found, relation.name.name) == (database, name)


def test_a_relation_that_is_not_there_or_there_twice() -> None:
    assert find_relation("recent", BOTH, "shop")[1].name == TableName("public", "recent")
    with pytest.raises(UsageError, match=r"^recent is a table of shop and stock: say which one is meant"):
        find_relation("recent", BOTH)
    with pytest.raises(UsageError, match=r"^There is no table user in shop: did you mean users \(shop\)\?$"):
        find_relation("user", {"shop": SHOP})
