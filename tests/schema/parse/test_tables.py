"""CREATE TABLE and ALTER TABLE."""

import pytest

from scanner.model import Column, ForeignKey, Grant, Table, TableName
from scanner.schema import Schema

EVERY_PRIVILEGE = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def read(script: str, engine: str = "postgres") -> Schema:
    """A script that is read whole."""
    schema = Schema.from_ddl(script, engine)
    assert schema.skipped == ()
    return schema


def table(script: str, name: str = "t", engine: str = "postgres") -> Table:
    found = read(script, engine).find(TableName(None, name))
    assert isinstance(found, Table)
    return found


def names(found: Table) -> list[str]:
    return [column.name for column in found.columns]


def test_columns_keys_and_conditions():
    found = table(
        """CREATE TABLE t (
            id int PRIMARY KEY, a int UNIQUE, b text NOT NULL DEFAULT 'x' CHECK (b <> ''),
              c int REFERENCES u ON DELETE CASCADE,
            d int, e int, CONSTRAINT k UNIQUE (d, e), CHECK (d < e), FOREIGN KEY (d,
              e) REFERENCES s.v (x, y) ON UPDATE SET NULL,
            EXCLUDE USING gist (a WITH =))"""
    )
    public_u = TableName("public", "u")
    assert found.columns == (
        Column("id", "int", False, unique=True, primary_key=True),
        Column("a", "int", unique=True),
        Column("b", "text", False, "'x'", check="b <> ''"),
        Column("c", "int", references=public_u, on_delete="cascade"),
        Column("d", "int"),
        Column("e", "int"),
    )
    assert (found.primary_key, found.unique_keys, found.checks) == (
        ("id",),
        (("a",), ("d", "e")),
        ("b <> ''", "d < e"),
    )
    assert found.foreign_keys == (
        ForeignKey(("c",), public_u, on_delete="cascade"),
        ForeignKey(("d", "e"), TableName("s", "v"), ("x", "y"), on_update="set null"),
    )


def test_a_primary_key_over_several_columns_makes_each_required_and_none_unique():
    found = table("CREATE TABLE t (a int, b int, PRIMARY KEY (a, b))")
    assert [(c.nullable, c.unique, c.primary_key) for c in found.columns] == [(False, False, False)] * 2


def test_a_key_of_one_column_is_the_columns_however_it_is_written():
    found = table(
        "CREATE TABLE t (a int, b int); ALTER TABLE ONLY t ADD CONSTRAINT k UNIQUE (a), ADD FOREIGN "
        "KEY (b) REFERENCES t (a)"
    )
    assert [(c.unique, c.references) for c in found.columns] == [
        (True, None),
        (False, TableName("public", "t")),
    ]


def test_table_of_mysql():
    found = table(
        """CREATE TABLE `t` (
            `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
            `key` varchar(64) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL COMMENT 'a, b; c',
            `at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
            `doc` longtext CHECK (json_valid(`doc`)), `g` int GENERATED ALWAYS AS (`id` + 1) VIRTUAL,
            PRIMARY KEY (`id`) USING BTREE, UNIQUE KEY `u` (`key`(10) DESC), KEY `k` (`at`),
              FULLTEXT INDEX `f` (`doc`),
            UNIQUE KEY `e` ((lower(`key`))),
            CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `x` (`y`) ON DELETE SET NULL ON UPDATE CASCADE
        ) ENGINE=InnoDB AUTO_INCREMENT=8 DEFAULT CHARSET=utf8mb4 COMMENT='x;
        y' PARTITION BY HASH (id) PARTITIONS 4""",
        engine="mysql",
    )
    x = TableName(None, "x")
    assert found.columns == (
        Column(
            "id",
            "bigint(20) unsigned",
            False,
            auto_increment=True,
            unique=True,
            primary_key=True,
            references=x,
            on_delete="set null",
        ),
        Column("key", "varchar(64)", unique=True),
        Column("at", "timestamp", False, "CURRENT_TIMESTAMP", on_update="CURRENT_TIMESTAMP"),
        Column("doc", "longtext", check="json_valid(`doc`)"),
        Column("g", "int", default="`id` + 1", generated="virtual"),
    )
    assert (found.primary_key, found.unique_keys) == (("id",), (("key",),))
    assert found.foreign_keys == (ForeignKey(("id",), x, ("y",), "set null", "cascade"),)


def test_words_that_are_names_where_the_engine_lets_them():
    postgres = table("CREATE TABLE t (key text, index int, comment text, first int, type text, value int)")
    assert names(postgres) == ["key", "index", "comment", "first", "type", "value"]
    assert names(table("CREATE TABLE t (type int, comment text, date date, `key` int)", engine="mysql")) == [
        "type", "comment", "date", "key",
    ]  # fmt: skip


def test_an_existing_table_stays():
    schema = Schema.from_ddl(
        "CREATE TABLE t (a int); CREATE TABLE IF NOT EXISTS t (b int); CREATE TABLE t (c int)", "postgres"
    )
    assert names(schema.tables[0]) == ["a"]
    assert [s.reason for s in schema.skipped] == ["relation t was created before"]
    assert names(table("CREATE TABLE t (a int); CREATE OR REPLACE TABLE t (b int)", engine="mariadb")) == ["b"]


def test_children_have_their_parents_columns_first():
    schema = read(
        """CREATE TABLE p (id int PRIMARY KEY, a int DEFAULT 1, CHECK (a > 0));
           CREATE TABLE q (a int NOT NULL, b text);
           CREATE TABLE c (d int, a int DEFAULT 2) INHERITS (p, q);
           ALTER TABLE p ADD COLUMN e int CHECK (e > 0), ALTER a SET NOT NULL;
           ALTER TABLE ONLY q DROP COLUMN b"""
    )
    child = schema.relations[TableName("public", "c")]
    assert child.columns == (
        Column("id", "int", False),
        Column("a", "int", False, "2"),
        Column("b", "text"),
        Column("d", "int"),
        Column("e", "int", check="e > 0"),
    )
    assert child.parents == (TableName("public", "p"), TableName("public", "q"))
    assert (child.primary_key, child.checks, child.partition_of) == ((), ("a > 0", "e > 0"), None)


def test_partitions_have_their_parents_keys():
    schema = read(
        """CREATE TABLE p (id int PRIMARY KEY, a int REFERENCES u) PARTITION BY RANGE (id);
           CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
           CREATE TABLE p2 (a int, id int NOT NULL);
           ALTER TABLE ONLY p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20);
           ALTER TABLE p ADD CONSTRAINT k UNIQUE (id, a);
           CREATE TABLE p3 PARTITION OF p (a DEFAULT 5 NOT NULL) DEFAULT; ALTER TABLE p DETACH PARTITION p1"""
    )
    parent = TableName("public", "p")
    p1, p2, p3 = (schema.relations[TableName("public", f"p{i}")] for i in (1, 2, 3))
    assert names(p2) == ["a", "id"]
    assert p3.columns[1] == Column("a", "int", False, "5", references=TableName("public", "u"))
    for partition in (p1, p2, p3):
        assert (partition.primary_key, partition.unique_keys, len(partition.foreign_keys)) == (
            ("id",),
            (("id", "a"),),
            1,
        )
    assert [p.partition_of for p in (p1, p2, p3)] == [None, parent, parent]
    assert [p.parents for p in (p1, p2, p3)] == [(), (parent,), (parent,)]


def test_no_table_is_its_own_parent():
    script = (
        "CREATE TABLE a (x int); CREATE TABLE b () INHERITS (a); ALTER TABLE a INHERIT b; ALTER "
        "TABLE a ADD COLUMN y int"
    )
    schema = Schema.from_ddl(script, "postgres")
    assert [names(t) for t in schema.tables] == [["x", "y"], ["x", "y"]]
    assert [s.reason for s in schema.skipped] == ["table b would be a parent of itself"]


def test_like_copies_what_it_is_asked_to():
    source = "CREATE TABLE s (id int PRIMARY KEY, a int DEFAULT 1 CHECK (a > 0), g int GENERATED ALWAYS AS (a) STORED);"
    plain = table(f"{source} CREATE TABLE t (x int, LIKE s, y int)")
    assert plain.columns == (
        Column("x", "int"),
        Column("id", "int", False),
        Column("a", "int"),
        Column("g", "int"),
        Column("y", "int"),
    )
    everything = table(f"{source} CREATE TABLE t (LIKE s INCLUDING ALL EXCLUDING INDEXES)")
    assert everything.columns[1:] == (
        Column("a", "int", default="1"),
        Column("g", "int", default="a", generated="stored"),
    )
    assert (everything.primary_key, everything.checks) == ((), ("a > 0",))
    assert table(
        "CREATE TABLE s (id int PRIMARY KEY, a int DEFAULT 1); CREATE TABLE t LIKE s", engine="mysql"
    ).columns == (
        Column("id", "int", False, unique=True, primary_key=True),
        Column("a", "int", default="1"),
    )


def test_typed_and_foreign_tables():
    schema = read(
        """CREATE TYPE pair AS (x int, y text);
           CREATE TABLE t OF pair (x WITH OPTIONS NOT NULL DEFAULT 1, PRIMARY KEY (x));
           CREATE FOREIGN TABLE f (a int OPTIONS (column_name 'b') NOT NULL) SERVER s OPTIONS (x 'y')"""
    )
    typed, foreign = schema.relations[TableName("public", "t")], schema.relations[TableName("public", "f")]
    assert typed.columns == (
        Column("x", "int", False, "1", unique=True, primary_key=True),
        Column("y", "text"),
    )
    assert typed.of_type == TableName("public", "pair")
    assert (foreign.foreign, foreign.columns) == (True, (Column("a", "int", False),))


def test_a_table_from_the_star_of_another():
    source = "CREATE TABLE s (a int NOT NULL DEFAULT 1, b text);"
    assert table(f"{source} CREATE TABLE t AS SELECT * FROM s WHERE a > 1").columns == (
        Column("a", "int"),
        Column("b", "text"),
    )
    assert names(table(f"{source} CREATE TABLE t (x) AS TABLE s WITH NO DATA")) == ["x", "b"]
    assert table(f"{source} CREATE TABLE t SELECT * FROM s", engine="mysql").columns[0] == Column(
        "a", "int", False, "1"
    )
    assert names(table(f"{source} CREATE TABLE t (c int) ENGINE=InnoDB AS SELECT * FROM s", engine="mysql")) == [
        "c",
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("action", "columns"),
    [
        ("ADD COLUMN c int", ["a", "b", "c"]),
        ("ADD IF NOT EXISTS b text, ADD c int", ["a", "b", "c"]),
        ("DROP COLUMN a", ["b"]),
        ("DROP IF EXISTS x, DROP b", ["a"]),
        ("RENAME COLUMN a TO c", ["c", "b"]),
        ("RENAME a TO c", ["c", "b"]),
    ],
)
def test_columns_come_and_go(action, columns):
    assert names(table(f"CREATE TABLE t (a int, b int); ALTER TABLE t {action}")) == columns


@pytest.mark.parametrize(
    ("action", "columns"),
    [
        ("ADD c int FIRST, ADD d int AFTER a", ["c", "a", "d", "b"]),
        ("MODIFY b bigint FIRST", ["b", "a"]),
        ("CHANGE COLUMN a c text NOT NULL AFTER b", ["b", "c"]),
        ("RENAME COLUMN A TO c", ["c", "b"]),
        ("DROP COLUMN `B`", ["a"]),
    ],
)
def test_columns_of_mysql_have_a_place(action, columns):
    assert names(table(f"CREATE TABLE t (a int, b int); ALTER TABLE t {action}", engine="mysql")) == columns


def test_columns_are_altered():
    found = table(
        """CREATE TABLE t (a int, b int NOT NULL DEFAULT 1, c int, d int GENERATED ALWAYS AS (a) STORED);
           ALTER TABLE t ALTER COLUMN a TYPE bigint USING a::bigint, ALTER a SET NOT NULL,
             ALTER a SET DEFAULT 5,
             ALTER b DROP NOT NULL, ALTER b DROP DEFAULT, ALTER c ADD GENERATED BY DEFAULT AS IDENTITY,
               ALTER d DROP EXPRESSION"""
    )
    assert found.columns == (
        Column("a", "bigint", False, "5"),
        Column("b", "int"),
        Column("c", "int", False, identity="by default"),
        Column("d", "int"),
    )


def test_mysql_modify_keeps_the_keys():
    found = table(
        "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE);"
        "ALTER TABLE t MODIFY id bigint, CHANGE a b text NOT NULL, ALTER b SET INVISIBLE",
        engine="mysql",
    )
    assert found.columns == (
        Column("id", "bigint", False, unique=True, primary_key=True),
        Column("b", "text", False, unique=True, invisible=True),
    )


def test_keys_are_added_and_dropped_by_name():
    found = table(
        """CREATE TABLE t (a int UNIQUE, b int, c int REFERENCES u, d int CHECK (d > 0));
           CREATE UNIQUE INDEX i ON t USING btree (b, c); CREATE UNIQUE INDEX j ON t (lower(b));
           CREATE UNIQUE INDEX k ON t (d) WHERE d > 1;
           ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX i;
           ALTER TABLE t DROP CONSTRAINT t_a_key, DROP CONSTRAINT t_c_fkey, DROP CONSTRAINT t_d_check"""
    )
    assert (found.primary_key, found.unique_keys, found.foreign_keys, found.checks) == (
        ("b", "c"),
        (),
        (),
        (),
    )


def test_keys_of_mysql_are_dropped_by_name():
    found = table(
        """CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE, c int,
             CONSTRAINT f FOREIGN KEY (c) REFERENCES u (x));
           CREATE UNIQUE INDEX i ON t (c); ALTER TABLE t DROP PRIMARY KEY, DROP INDEX b,
             DROP FOREIGN KEY f; DROP INDEX i ON t""",
        engine="mysql",
    )
    assert (found.primary_key, found.unique_keys, found.foreign_keys) == ((), (), ())


def test_a_dropped_column_takes_its_keys_and_a_renamed_one_keeps_them():
    found = table("CREATE TABLE t (a int, b int, UNIQUE (a, b), UNIQUE (b)); ALTER TABLE t DROP a, RENAME b TO c")
    assert found.unique_keys == (("c",),)


def test_a_default_from_its_own_sequence_is_serial():
    owned = "ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;"
    default = "ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);"
    script = "CREATE TABLE public.t (id integer NOT NULL);"
    assert table(script + owned + default).columns == (Column("id", "integer", False, serial=True),)
    shared = table(script + default).columns[0]
    assert (shared.serial, shared.default) == (False, "nextval('public.t_id_seq'::regclass)")


def test_renamed_tables_are_followed():
    schema = read(
        """CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (x int REFERENCES a);
           CREATE TABLE c () INHERITS (a);
           ALTER TABLE a RENAME TO z; ALTER TABLE z SET SCHEMA app; ALTER TABLE app.z ADD COLUMN n int"""
    )
    z = TableName("app", "z")
    assert set(schema.relations) == {z, TableName("public", "b"), TableName("public", "c")}
    assert schema.relations[TableName("public", "b")].foreign_keys[0].table == z
    child = schema.relations[TableName("public", "c")]
    assert (child.parents, names(child)) == ((z,), ["id", "n"])
    assert [t.name.name for t in read("CREATE TABLE a (x int); RENAME TABLE a TO b", "mysql").tables] == ["b"]


def test_dropped_tables_are_gone_with_what_hangs_on_them():
    schema = read(
        """CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END';
           CREATE TRIGGER tr BEFORE INSERT ON t EXECUTE FUNCTION f(); CREATE POLICY p ON t USING (true);
           CREATE VIEW v AS SELECT 1; DROP VIEW v; DROP TABLE IF EXISTS t, nowhere CASCADE;
           DROP FUNCTION f(); DROP TABLE gone"""
    )
    assert (dict(schema.relations), schema.triggers, schema.rules, schema.routines) == ({}, (), (), ())


def test_grants_on_tables_and_columns():
    found = table(
        """CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT 1; GRANT SELECT (a), INSERT (a, b),
             UPDATE (a) ON TABLE t TO app, "Me";
           GRANT SELECT (b) ON t TO app; GRANT ALL ON t TO boss WITH GRANT OPTION; GRANT SELECT,
             DELETE ON t, v TO PUBLIC;
           GRANT USAGE ON SCHEMA public TO app; GRANT boss TO app; REVOKE UPDATE (a) ON t FROM "Me";
           REVOKE ALL ON t FROM nobody;
           REVOKE GRANT OPTION FOR SELECT ON t FROM boss"""
    )
    grants = {(g.role, g.privilege): g.columns for g in found.grants}
    assert grants == {
        ("app", "SELECT"): ("a", "b"),
        ("app", "INSERT"): ("a", "b"),
        ("app", "UPDATE"): ("a",),
        ("Me", "SELECT"): ("a",),
        ("Me", "INSERT"): ("a", "b"),
        ("public", "SELECT"): (),
        ("public", "DELETE"): (),
        **dict.fromkeys((("boss", privilege) for privilege in EVERY_PRIVILEGE), ()),
    }


def test_grants_of_mysql_and_of_a_whole_schema():
    found = table(
        (
            "CREATE TABLE t (a int); GRANT SELECT (a) ON t TO 'app'@'10.%', me; GRANT ALL ON *.* TO root; "
            "GRANT SELECT ON db.* TO x"
        ),
        engine="mysql",
    )
    assert found.grants == (Grant("app@10.%", "SELECT", ("a",)), Grant("me@%", "SELECT", ("a",)))
    everything = table("CREATE TABLE t (a int); GRANT ALL PRIVILEGES ON TABLE t TO app", engine="postgres:17").grants
    assert {grant.privilege for grant in everything} == {*EVERY_PRIVILEGE, "MAINTAIN"}
    assert table("CREATE TABLE t (a int); GRANT SELECT ON ALL TABLES IN SCHEMA public TO app").grants == (
        Grant("app", "SELECT"),
    )


def test_what_a_parent_loses_its_partitions_lose():
    schema = read(
        """CREATE TABLE p (id int REFERENCES u, a int) PARTITION BY RANGE (id);
           CREATE TABLE p1 PARTITION OF p DEFAULT;
           CREATE UNIQUE INDEX i ON p (id, a); ALTER TABLE p DROP CONSTRAINT p_id_fkey"""
    )
    for found in schema.tables:
        assert (found.foreign_keys, found.unique_keys) == ((), (("id", "a"),))
    assert (
        read("CREATE TABLE p (x int) PARTITION BY HASH (x); CREATE TABLE p1 PARTITION OF p; DROP TABLE p").tables == ()
    )


def test_a_sequence_stays_its_first_tables_own():
    child = table("CREATE TABLE p (id serial); CREATE TABLE t (b int) INHERITS (p)")
    assert child.columns[0] == Column("id", "integer", False, "nextval('public.p_id_seq'::regclass)")
    copy = table("CREATE TABLE p (id serial); CREATE TABLE t (LIKE p)")
    assert copy.columns[0] == Column("id", "integer", False)
    identity = table(
        "CREATE TABLE t (id serial);ALTER TABLE t ALTER id DROP DEFAULT, ALTER id ADD GENERATED ALWAYS AS IDENTITY"
    )
    assert identity.columns[0] == Column("id", "integer", False, identity="always")


def test_two_ways_to_one_parent_are_one():
    schema = read(
        """CREATE TABLE a (x int); CREATE TABLE b () INHERITS (a); CREATE TABLE c () INHERITS (a);
           CREATE TABLE d () INHERITS (b, c); ALTER TABLE a RENAME x TO y; ALTER TABLE a DROP COLUMN y"""
    )
    assert [names(found) for found in schema.tables] == [[], [], [], []]


def test_constraints_of_mysql_find_their_columns_in_any_case():
    found = table("CREATE TABLE t (Id int, PRIMARY KEY (ID), UNIQUE KEY k (iD)); DROP INDEX K ON t", engine="mysql")
    assert (found.columns[0], found.primary_key, found.unique_keys) == (
        Column("Id", "int", False, unique=True, primary_key=True),
        ("Id",),
        (),
    )


def test_the_search_path_is_reset():
    schema = read("SET search_path = app; CREATE TABLE a (x int); RESET search_path; CREATE TABLE b (x int)")
    assert set(schema.relations) == {TableName("app", "a"), TableName("public", "b")}


def test_the_rows_times_of_a_versioned_table():
    found = table(
        """CREATE TABLE t (id int, s timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE,
             e timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e))
           WITH SYSTEM VERSIONING""",
        engine="mariadb",
    )
    assert found.columns == (
        Column("id", "int"),
        Column("s", "timestamp(6)", False, generated="stored", invisible=True),
        Column("e", "timestamp(6)", False, generated="stored"),
    )


def test_keys_of_mariadb_that_may_be_there():
    found = table(
        """CREATE TABLE t (a int, b int); ALTER TABLE t ADD PRIMARY KEY IF NOT EXISTS (a),
           ADD UNIQUE KEY IF NOT EXISTS k (b), ADD FOREIGN KEY IF NOT EXISTS f (b) REFERENCES u (x)""",
        engine="mariadb",
    )
    assert (found.primary_key, found.unique_keys, len(found.foreign_keys)) == (("a",), (("b",),), 1)


def test_constraints_have_the_names_the_engine_gives_them():
    script = """CREATE TABLE t (a int, b int, CHECK (a > 0), CHECK (a < b), CHECK (b > a), UNIQUE (a),
          UNIQUE (b, a));
        ALTER TABLE t RENAME CONSTRAINT t_b_a_key TO k; ALTER TABLE t DROP CONSTRAINT """
    assert table(script + "t_a_check").checks == ("a < b", "b > a")
    assert table(script + "t_check1").checks == ("a > 0", "a < b")
    assert table(script + "k").unique_keys == (("a",),)


def test_a_condition_of_one_name_is_merged_into_the_parents():
    schema = read(
        """CREATE TABLE p (a int CONSTRAINT c CHECK (a > 0));
           CREATE TABLE q (CONSTRAINT c CHECK (a > 0)) INHERITS (p);
           ALTER TABLE p ADD CHECK (a < 9), ADD CHECK (a <> 5)"""
    )
    assert [found.checks for found in schema.tables] == [("a > 0", "a < 9", "a <> 5")] * 2


def test_partitions_of_partitions_have_the_keys_too():
    schema = read(
        """CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a);
           CREATE TABLE q (a int NOT NULL) PARTITION BY LIST (a); CREATE TABLE r PARTITION OF q DEFAULT;
           ALTER TABLE p ATTACH PARTITION q DEFAULT; CREATE UNIQUE INDEX i ON q (a)"""
    )
    assert [(found.primary_key, found.unique_keys) for found in schema.tables] == [
        (("a",), ()),
        (("a",), (("a",),)),
        (("a",), (("a",),)),
    ]


def test_what_is_required_may_be_a_constraint():
    found = table("CREATE TABLE t (a int, b int CONSTRAINT x NOT NULL, CONSTRAINT y NOT NULL a)", engine="postgres:18")
    assert [column.nullable for column in found.columns] == [False, False]


def test_an_index_goes_by_its_name_alone():
    found = table("CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a); DROP INDEX CONCURRENTLY IF EXISTS i")
    assert found.unique_keys == ()


def test_a_dropped_child_is_no_child_any_more():
    schema = read("CREATE TABLE p (a int); CREATE TABLE c () INHERITS (p); DROP TABLE c; ALTER TABLE p ADD b int")
    assert [names(found) for found in schema.tables] == [["a", "b"]]


def test_triggers_and_rules_follow_a_renamed_table():
    schema = read(
        """CREATE TABLE t (a int); CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION f();
           CREATE POLICY p ON t USING (true); ALTER TABLE t RENAME TO u"""
    )
    u = TableName("public", "u")
    assert [(trigger.name, trigger.table) for trigger in schema.triggers] == [("x", u)]
    assert [(rule.name, rule.table) for rule in schema.rules] == [("p", u)]


def test_what_decides_how_mysql_alters_a_table_is_kept():
    ddl = """
    CREATE TABLE f (id int, w text, FULLTEXT KEY w (w)) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4;
    CREATE TABLE z (id int) ENGINE=InnoDB ROW_FORMAT=COMPRESSED
    /*!50100 PARTITION BY HASH (id) PARTITIONS 3 */;
    CREATE TABLE v (id int) WITH SYSTEM VERSIONING;
    CREATE FULLTEXT INDEX w ON g (w);
    CREATE TABLE g (w text);
    CREATE FULLTEXT INDEX w ON g (w);
    """
    schema = Schema.from_ddl(ddl, "mariadb:10.11")
    kept = {t.name.name: (t.storage, t.row_format, t.fulltext, t.partitioned, t.versioned) for t in schema.tables}
    assert kept == {
        "f": ("myisam", None, True, False, False),
        "z": ("innodb", "compressed", False, True, False),
        "v": ("innodb", None, False, False, True),
        "g": ("innodb", None, True, False, False),
    }
    assert len(schema.skipped) == 1
