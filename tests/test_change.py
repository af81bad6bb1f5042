import pytest

from scanner.change import AddedColumn, Change
from scanner.errors import ChangeError
from scanner.model import Column, TableName
from scanner.schema import Schema

ENGINES = ("postgres:15", "mysql:8.0", "mariadb:10.11")


def column(sql: str, engine: str = "postgres:15") -> Column:
    """The one column that a change adds."""
    (added,) = Change.parse(sql, engine).columns
    return added.column


def defined(definition: str, engine: str = "postgres:15") -> Column:
    return Change.short("t", definition, engine).columns[0].column


def no_change(sql: str, engine: str = "postgres:15") -> str:
    with pytest.raises(ChangeError) as raised:
        Change.parse(sql, engine)
    return str(raised.value)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_column_is_read_with_its_table(engine):
    change = Change.parse("ALTER TABLE orders ADD COLUMN status varchar(20) NOT NULL DEFAULT 'new'", engine)
    assert change.table == TableName(None, "orders")
    assert change.columns == (AddedColumn(Column("status", "varchar(20)", False, "'new'")),)
    assert change.names == ("status",)
    assert str(change) == "orders.status"
    assert change.other_operations == ()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "sql",
    [
        "alter table orders add status int",
        "/* why */ ALTER TABLE orders -- which\n ADD COLUMN status int;",
        "BEGIN; ALTER TABLE orders ADD COLUMN status int; COMMIT;",
    ],
)
def test_the_ways_to_write_it(sql, engine):
    change = Change.parse(sql, engine)
    assert (change.table.name, change.columns[0].column) == ("orders", Column("status", "int"))
    assert change.other_operations == ()


@pytest.mark.parametrize("engine", ["postgres:15", "mariadb:10.11"])
def test_a_table_that_may_be_missing(engine):
    sql = "ALTER TABLE IF EXISTS orders ADD COLUMN status int"
    assert Change.parse(sql, engine).columns[0].column == Column("status", "int")
    assert no_change(sql, "mysql:8.0").startswith("MySQL has no IF EXISTS in ALTER TABLE: ")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_short_form_is_the_same_change(engine):
    short = Change.short("orders", "status text NOT NULL", engine)
    assert short == Change.parse("ALTER TABLE orders ADD COLUMN status text NOT NULL", engine)


def test_names_are_folded_as_the_engine_does():
    assert Change.parse('ALTER TABLE App.Orders ADD "Status" INT', "postgres").table == TableName("app", "orders")
    assert column('ALTER TABLE Orders ADD COLUMN "Status" INT') == Column("Status", "int")
    assert column("ALTER TABLE Orders ADD COLUMN Status INT") == Column("status", "int")
    change = Change.parse("ALTER TABLE `App`.Orders ADD COLUMN `a``b` INT, ADD Status INT", "mysql")
    assert (change.table, change.names) == (TableName("App", "Orders"), ("a`b", "Status"))


def test_only_and_if_not_exists_are_kept():
    change = Change.parse("ALTER TABLE ONLY t ADD COLUMN IF NOT EXISTS a int", "postgres")
    assert change.only
    assert change.columns[0].if_not_exists
    assert not Change.parse("ALTER TABLE t ADD COLUMN a int", "postgres").only


@pytest.mark.parametrize(
    ("sql", "engine"),
    [
        ("ALTER TABLE t ADD COLUMN a int, ADD COLUMN b text", "postgres"),
        ("ALTER TABLE t ADD a int, ADD b text", "mysql"),
        ("ALTER TABLE t ADD (a int, b text)", "mysql"),
        ("ALTER TABLE t ADD COLUMN (a int, b text)", "mariadb"),
        ("ALTER TABLE t ADD COLUMN a int; ALTER TABLE t ADD COLUMN b text", "postgres"),
    ],
)
def test_several_columns(sql, engine):
    change = Change.parse(sql, engine)
    assert [(added.column.name, added.column.type) for added in change.columns] == [
        ("a", "int"),
        ("b", "text"),
    ]


def test_positions_of_mysql():
    change = Change.parse("ALTER TABLE t ADD a int FIRST, ADD b int AFTER `c d`, ADD e int", "mysql")
    assert [(a.position, a.after) for a in change.columns] == [
        ("first", None),
        ("after", "c d"),
        ("last", None),
    ]


@pytest.mark.parametrize(
    ("written", "engine", "type_"),
    [
        ("VARCHAR ( 20 )", "postgres", "varchar(20)"),
        ("character varying(255)", "postgres", "character varying(255)"),
        ("timestamp(3) with time zone", "postgres", "timestamp(3) with time zone"),
        ("TIMESTAMP WITHOUT TIME ZONE", "postgres", "timestamp without time zone"),
        ("double precision", "postgres", "double precision"),
        ("numeric(10, 2)", "postgres", "numeric(10,2)"),
        ("text[]", "postgres", "text[]"),
        ("int ARRAY[3]", "postgres", "int array[3]"),
        ('app."Mood"', "postgres", 'app."Mood"'),
        ("public.mood[]", "postgres", "public.mood[]"),
        ("interval year to month", "postgres", "interval year to month"),
        ("INT(10) UNSIGNED ZEROFILL", "mysql", "int(10) unsigned zerofill"),
        ("ENUM('Small','it''s')", "mysql", "enum('Small','it''s')"),
        ("char(36) CHARACTER SET ascii COLLATE ascii_bin", "mysql", "char(36)"),
        ("varbinary(16)", "mysql", "varbinary(16)"),
        ("BINARY(16)", "mysql", "binary(16)"),
    ],
)
def test_types_have_one_spelling(written, engine, type_):
    added = defined(f"c {written} NOT NULL", engine)
    assert (added.type, added.nullable) == (type_, False)


@pytest.mark.parametrize(
    ("definition", "engine", "default"),
    [
        ("int DEFAULT -1 NOT NULL", "postgres", "-1"),
        ("text DEFAULT 'a, b' NOT NULL", "postgres", "'a, b'"),
        ("text DEFAULT 'x'::character varying NOT NULL", "postgres", "'x'::character varying"),
        ("timestamptz DEFAULT now() - interval '1 day' NOT NULL", "postgres", "now() - interval '1 day'"),
        ("jsonb DEFAULT '{}'::jsonb NOT NULL", "postgres", "'{}'::jsonb"),
        (
            "int DEFAULT CASE WHEN 1 IS NOT NULL THEN 1 END NOT NULL",
            "postgres",
            "CASE WHEN 1 IS NOT NULL THEN 1 END",
        ),
        ("text[] DEFAULT ARRAY['a','b'] NOT NULL", "postgres", "ARRAY['a','b']"),
        ("char(36) DEFAULT (uuid()) NOT NULL", "mysql", "(uuid())"),
        ("datetime DEFAULT CURRENT_TIMESTAMP(6) NOT NULL", "mysql", "CURRENT_TIMESTAMP(6)"),
        ("bit(1) DEFAULT b'0' NOT NULL", "mysql", "b'0'"),
        ("int DEFAULT NULL", "mysql", None),
        ("text DEFAULT NULL::character varying", "postgres", None),
    ],
)
def test_defaults_are_kept_as_written(definition, engine, default):
    added = defined(f"c {definition}", engine)
    assert added.default == default
    assert added.nullable == ("NOT NULL" not in definition)


@pytest.mark.parametrize(
    ("definition", "engine", "generated"),
    [
        ("int GENERATED ALWAYS AS (a * 2) STORED", "postgres", "stored"),
        ("int GENERATED ALWAYS AS (a * 2)", "postgres:18", "virtual"),
        ("int GENERATED ALWAYS AS (a * 2) VIRTUAL", "mysql", "virtual"),
        ("int AS (a * 2) PERSISTENT", "mariadb", "stored"),
        ("int AS (a * 2)", "mysql", "virtual"),
    ],
)
def test_generated_columns_have_their_expression_as_default(definition, engine, generated):
    added = defined(f"c {definition}", engine)
    assert (added.generated, added.default) == (generated, "a * 2")


def test_columns_that_number_themselves():
    assert defined("c serial") == Column("c", "integer", nullable=False, serial=True)
    assert defined("c BIGSERIAL") == Column("c", "bigint", nullable=False, serial=True)
    assert defined("c int GENERATED BY DEFAULT AS IDENTITY (START 5)") == Column(
        "c", "int", nullable=False, identity="by default"
    )
    assert defined("c int AUTO_INCREMENT UNIQUE", "mysql") == Column(
        "c", "int", nullable=False, auto_increment=True, unique=True
    )
    assert defined("c serial", "mysql") == Column(
        "c", "bigint unsigned", nullable=False, auto_increment=True, unique=True
    )


def test_keys_and_conditions_on_the_column():
    assert defined("c int PRIMARY KEY") == Column("c", "int", nullable=False, unique=True, primary_key=True)
    assert defined("c int CONSTRAINT u UNIQUE NULLS NOT DISTINCT").unique
    assert defined("c int DEFAULT 0 CHECK (c > 0)").check == "c > 0"
    referring = defined("c int REFERENCES app.u (id) MATCH FULL ON DELETE SET NULL DEFERRABLE NOT NULL")
    assert (referring.references, referring.nullable) == (TableName("app", "u"), False)


def test_attributes_of_mysql():
    added = defined("c datetime NULL DEFAULT now() ON UPDATE CURRENT_TIMESTAMP INVISIBLE COMMENT 'not; null'", "mysql")
    assert added == Column("c", "datetime", default="now()", on_update="CURRENT_TIMESTAMP", invisible=True)


def test_later_statements_on_the_new_column_belong_to_it():
    change = Change.parse(
        """ALTER TABLE t ADD COLUMN extra int;
           UPDATE t SET extra = 0;
           INSERT INTO log VALUES ('done');
           ALTER TABLE t ALTER COLUMN extra SET NOT NULL, ALTER extra SET DEFAULT 5;
           ALTER TABLE t ADD CONSTRAINT positive CHECK (extra > 0), ADD FOREIGN KEY (extra) REFERENCES u (id);
           CREATE UNIQUE INDEX CONCURRENTLY i ON t USING btree (extra);""",
        "postgres",
    )
    assert change.columns[0].column == Column(
        "extra", "int", False, "5", unique=True, check="extra > 0", references=TableName(None, "u")
    )
    assert change.other_operations == ("UPDATE t SET extra = 0", "INSERT INTO log VALUES ('done')")


def test_a_default_that_is_dropped_again_is_none():
    added = column("ALTER TABLE t ADD c int DEFAULT 1 NOT NULL; ALTER TABLE t ALTER COLUMN c DROP DEFAULT")
    assert added == Column("c", "int", nullable=False)


def test_mysql_gives_the_definition_anew():
    added = column("ALTER TABLE t ADD c int NULL; ALTER TABLE t MODIFY c int NOT NULL", "mysql")
    assert added == Column("c", "int", nullable=False)


def test_other_operations_are_kept_and_not_taken_for_the_column():
    change = Change.parse(
        "ALTER TABLE t ADD c int, DROP COLUMN d, ADD UNIQUE (c, e), ADD CHECK (e > 0), ALGORITHM=INSTANT;"
        "ALTER TABLE u ALTER c SET NOT NULL;"
        "CREATE UNIQUE INDEX i ON t (c, e); CREATE UNIQUE INDEX j ON u (c)",
        "mysql",
    )
    assert change.columns[0].column == Column("c", "int")
    assert change.other_operations == (
        "DROP COLUMN d",
        "ADD UNIQUE (c, e)",
        "ADD CHECK (e > 0)",
        "ALGORITHM=INSTANT",
        "ALTER TABLE u ALTER c SET NOT NULL",
        "CREATE UNIQUE INDEX i ON t (c, e)",
        "CREATE UNIQUE INDEX j ON u (c)",
    )


def test_a_unique_index_over_some_rows_makes_nothing_unique():
    change = Change.parse("ALTER TABLE t ADD c int; CREATE UNIQUE INDEX i ON t (c) WHERE c > 0", "postgres")
    assert not change.columns[0].column.unique
    assert len(change.other_operations) == 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("sql", ["", "  ;", "SELECT 1", "ALTER TABLE t DROP COLUMN c", "-- nothing"])
def test_no_column_added(sql, engine):
    assert "no column" in no_change(sql, engine)


def test_what_cannot_be_read_is_said_in_one_sentence():
    assert "the type of column c" in no_change("ALTER TABLE t ADD COLUMN c")
    assert "the type of column c" in no_change("ALTER TABLE t ADD COLUMN c NOT NULL")
    assert "'FROBNICATE'" in no_change("ALTER TABLE t ADD COLUMN c int NOT NULL FROBNICATE")
    assert "quote" in no_change("ALTER TABLE t ADD COLUMN c text DEFAULT 'x")
    assert "parenthesis" in no_change("ALTER TABLE t ADD COLUMN c numeric(3")
    assert "a name" in no_change("ALTER TABLE 5 ADD COLUMN c int")
    assert "no statement begins with 'ALTER TABEL t ADD c int'" in no_change("ALTER TABEL t ADD c int")
    assert "no statement begins with '{% if new %}'" in no_change("{% if new %}; ALTER TABLE t ADD c int")
    assert "not read: more.sql (line 2)" in no_change("SELECT 1;\n\\i more.sql")


def test_one_table_and_one_name_at_a_time():
    assert "several tables, t and u" in no_change("ALTER TABLE t ADD a int; ALTER TABLE u ADD a int")
    assert "twice" in no_change("ALTER TABLE t ADD a int, ADD A int")
    assert Change.parse('ALTER TABLE t ADD a int, ADD "A" int', "postgres").names == ("a", "A")
    assert "twice" in no_change("ALTER TABLE t ADD a int, ADD `A` int", "mysql")


@pytest.mark.parametrize(
    "definition",
    [
        "c text AFTER id",
        "c text FIRST",
        "c int unsigned",
        "c int(11)",
        "c int blah",
    ],
)
def test_what_postgres_does_not_have_is_no_change(definition: str) -> None:
    assert "PostgreSQL has no" in no_change(f"ALTER TABLE t ADD COLUMN {definition}")
    Change.parse(f"ALTER TABLE t ADD COLUMN {definition.removesuffix(' blah')}", "mysql")


@pytest.mark.parametrize("definition", ["c enum('a', 'b')", "c tinyint(1)", "c datetime", "c double", "c longtext"])
def test_types_of_mysql_are_none_of_postgres_unless_the_schema_has_them(definition: str) -> None:
    change = Change.parse(f"ALTER TABLE t ADD COLUMN {definition}", "postgres")
    tables = "CREATE TABLE t (id int);"
    with pytest.raises(ChangeError, match=r"PostgreSQL has no type .*, and neither has the schema: give c one"):
        Schema.from_ddl(tables, "postgres").after(change)
    name = definition.split()[1].partition("(")[0]
    Schema.from_ddl(f"{tables} CREATE DOMAIN {name} AS text", "postgres").after(change)
    Change.parse(f"ALTER TABLE t ADD COLUMN {definition}", "mysql")


@pytest.mark.parametrize(
    ("definition", "engine", "why"),
    [
        ("x itn", "mysql:8.0", "MySQL has no type itn: did you mean int?"),
        ("x varchr(20)", "mariadb:10.11", "MariaDB has no type varchr(20): did you mean varchar?"),
        ("x jsonb", "mysql:8.0", "MySQL has no type jsonb: did you mean json?"),
        ("x text[]", "mysql:8.0", "MySQL has no type text[]: give x one that it has, or name the engine"),
        ("x uuid", "mysql:8.0", "MySQL has no type uuid: "),
        ("x varchar", "mysql:8.0", "MySQL has no type varchar: it needs a length, as in varchar(255)."),
        ("x varchar NOT NULL", "mariadb:10.11", "MariaDB has no type varchar: it needs a length, as in varchar(255)."),
        ("x int(11)", "postgres:15", "PostgreSQL has no type int(11): leave the parentheses out, as in int."),
        ("x int DEFAULT", "mysql:8.0", "MySQL does not take a DEFAULT without a value: "),
        ("x int DEFAULT", "postgres:15", "PostgreSQL does not take a DEFAULT without a value: "),
        ("x int DEFAULT NOT NULL", "postgres:15", "PostgreSQL does not take a DEFAULT NOT"),
        ("x boolean DEFAULT flase", "postgres:15", "PostgreSQL does not take a DEFAULT flase: "),
        ("x int DEFAULT 0 UNIQE", "mysql:8.0", "MySQL does not take a DEFAULT 0 UNIQE: "),
        ("x text DEFAULT uuid()", "mysql:8.0", "MySQL does not take a DEFAULT uuid(): "),
        ("x int NOT NULL COMMENT 'x'", "postgres:15", "PostgreSQL has no COMMENT 'x' in the definition of a column"),
        ("x int UNIQUE KEY", "postgres:15", "PostgreSQL has no UNIQUE KEY in the definition of a column"),
        ("x int GENERATED ALWAYS AS IDENTITY", "mysql:8.0", "MySQL has no GENERATED ALWAYS AS IDENTITY in the"),
        (
            "x int, ALGORITHM=INSTANT",
            "postgres:15",
            "an action of PostgreSQL's ALTER TABLE was expected where 'ALGORITHM'",
        ),
        ("`x` int", "postgres:15", "PostgreSQL has no backquotes, a name is quoted with double quotes"),
        ("IF NOT EXISTS x int", "mysql:8.0", "MySQL has no IF NOT EXISTS in ALTER TABLE: "),
    ],
)
def test_what_the_engine_refuses_is_no_change(definition: str, engine: str, why: str) -> None:
    assert why in no_change(f"ALTER TABLE t ADD COLUMN {definition}", engine)


def test_a_definition_that_is_given_anew_is_refused_too() -> None:
    assert "MySQL has no type itn" in no_change("ALTER TABLE t ADD x int; ALTER TABLE t MODIFY x itn", "mysql:8.0")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_misspelt_column_is_not_the_name_of_one(engine: str) -> None:
    assert no_change("ALTER TABLE t ADD COLUM x int", engine).endswith(
        "has no type x int: did you mean ADD COLUMN x int?"
    )


@pytest.mark.parametrize(
    "definition",
    [
        "after text",
        "c double precision[]",
        "c interval day to second(3)",
        "c timestamp(3) with time zone DEFAULT now()",
        "c national character varying(3)",
        "c bit varying(3)",
        "c app.mood[]",
        'c "My Type"',
        "c integer array[3]",
    ],
)
def test_types_of_postgres(definition: str) -> None:
    assert Change.parse(f"ALTER TABLE t ADD COLUMN {definition}", "postgres").columns[0].position == "last"


def test_a_definition_is_kept_as_it_is_written():
    sql = 'ALTER TABLE t ADD COLUMN x int CONSTRAINT c CHECK (x > 0) NOT NULL DEFAULT 7 COLLATE "C"; '
    sql += "ALTER TABLE t ALTER COLUMN x DROP DEFAULT; "
    sql += "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES u (id) ON DELETE CASCADE DEFERRABLE; "
    sql += "CREATE UNIQUE INDEX i ON t (x)"
    (added,) = Change.parse(sql, "postgres:15").columns
    assert [(c.kind, c.text, c.name) for c in added.clauses] == [
        ("check", "CHECK (x > 0)", "c"),
        ("not null", "NOT NULL", None),
        ("default", "DEFAULT 7", None),
        ("attribute", 'COLLATE "C"', None),
        ("references", "REFERENCES u (id) ON DELETE CASCADE DEFERRABLE", "f"),
        ("unique index", "CREATE UNIQUE INDEX i ON t (x)", "i"),
    ]
    assert (added.filled_with, added.column.default) == ("7", None)
