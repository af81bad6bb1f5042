"""Liquibase's changelogs as the SQL that `updateSQL` prints."""

from __future__ import annotations

import json

import pytest
import yaml

from scanner.errors import SourceError
from scanner.migrations import history, read
from scanner.model import Engine

POSTGRES, MYSQL = Engine.parse("postgres:16"), Engine.parse("mysql:8.4")
XML = """<?xml version="1.0" encoding="UTF-8"?>
<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">
  <property name="table" value="orders"/>
  <changeSet id="1" author="a">
    <addColumn tableName="${table}">
      <column name="status" type="varchar(20)" defaultValue="new" afterColumn="id">
        <constraints nullable="false"/>
      </column>
      <column name="user_id" type="bigint">
        <constraints nullable="true" foreignKeyName="fk" references="users(id)" unique="true"/>
      </column>
    </addColumn>
  </changeSet>
  <changeSet id="2" author="a" dbms="oracle"><dropTable tableName="orders"/></changeSet>
  <changeSet id="3" author="a">
    <sql>UPDATE orders SET status = 'old' WHERE id &lt; 9</sql><customChange class="X"/>
  </changeSet>
</databaseChangeLog>
"""
SAME = {
    "databaseChangeLog": [
        {"property": {"name": "table", "value": "orders"}},
        {
            "changeSet": {
                "id": 1,
                "author": "a",
                "changes": [
                    {
                        "addColumn": {
                            "tableName": "${table}",
                            "columns": [
                                {
                                    "column": {
                                        "name": "status",
                                        "type": "varchar(20)",
                                        "defaultValue": "new",
                                        "afterColumn": "id",
                                        "constraints": {"nullable": False},
                                    }
                                },
                                {
                                    "column": {
                                        "name": "user_id",
                                        "type": "bigint",
                                        "constraints": {
                                            "nullable": True,
                                            "foreignKeyName": "fk",
                                            "references": "users(id)",
                                            "unique": True,
                                        },
                                    }
                                },
                            ],
                        }
                    }
                ],
            }
        },
        {"changeSet": {"id": 2, "author": "a", "dbms": "oracle", "changes": [{"dropTable": {"tableName": "orders"}}]}},
        {
            "changeSet": {
                "id": 3,
                "author": "a",
                "changes": [
                    {"sql": {"sql": "UPDATE orders SET status = 'old' WHERE id < 9"}},
                    {"customChange": {"class": "X"}},
                ],
            }
        },
    ]
}
EXPECTED = [
    'ALTER TABLE "orders" ADD COLUMN "status" varchar(20) DEFAULT \'new\' NOT NULL',
    'ALTER TABLE "orders" ADD COLUMN "user_id" bigint',
    'ALTER TABLE "orders" ADD UNIQUE ("user_id")',
    'ALTER TABLE "orders" ADD CONSTRAINT "fk" FOREIGN KEY ("user_id") REFERENCES users(id)',
    "UPDATE orders SET status = 'old' WHERE id < 9",
]


@pytest.mark.parametrize("form", ["xml", "yaml", "json"])
def test_one_changelog_three_ways(tmp_path, form):
    text = {"xml": XML, "yaml": yaml.safe_dump(SAME, sort_keys=False), "json": json.dumps(SAME, indent=1)}[form]
    file = tmp_path / f"changelog.{form}"
    file.write_text(text)
    found = read(file, POSTGRES)
    assert [step.sql for step in found.steps] == EXPECTED
    assert [each.what for each in found.not_analysed] == ["customChange"]
    assert found.steps[0].line > 1
    assert read(file, MYSQL).steps[0].sql == (
        "ALTER TABLE `orders` ADD COLUMN `status` varchar(20) DEFAULT 'new' NOT NULL AFTER `id`"
    )


def test_formatted_sql(tmp_path):
    file = tmp_path / "1.sql"
    file.write_text(
        "-- liquibase formatted sql\n--changeset a:1\nALTER TABLE orders ADD COLUMN status text;\n"
        "--rollback ALTER TABLE orders DROP COLUMN status;\n--changeset a:2 dbms:oracle\nDROP TABLE orders;\n"
    )
    (step,) = read(file, POSTGRES).steps
    assert "ADD COLUMN" in step.sql
    assert "DROP" not in step.sql


def test_included_files_run_where_they_are_included(tmp_path):
    (tmp_path / "db" / "sql").mkdir(parents=True)
    (tmp_path / "db" / "sql" / "b.sql").write_text("CREATE TABLE b (id int);")
    (tmp_path / "db" / "sql" / "a.sql").write_text("CREATE TABLE a (id int);")
    root = tmp_path / "db" / "changelog.xml"
    root.write_text(
        '<databaseChangeLog><includeAll path="db/sql"/><include file="gone.xml"/>'
        '<changeSet id="1" author="a"><sqlFile path="sql/a.sql" relativeToChangelogFile="true"/></changeSet>'
        "</databaseChangeLog>"
    )
    found = read(root, POSTGRES)
    assert [step.sql for step in found.steps] == [f"CREATE TABLE {name} (id int);" for name in ("a", "b", "a")]
    assert [each.why for each in found.not_analysed] == ["there is no file gone.xml"]


def test_a_folder_with_a_root_changelog_is_read_once(tmp_path):
    (tmp_path / "one.xml").write_text(
        '<databaseChangeLog><changeSet id="1" author="a"><createTable tableName="t">'
        '<column name="id" type="int" autoIncrement="true"><constraints primaryKey="true"/></column>'
        "</createTable></changeSet></databaseChangeLog>"
    )
    (tmp_path / "root.xml").write_text('<databaseChangeLog><include file="one.xml"/></databaseChangeLog>')
    (found,) = history(tmp_path, POSTGRES)
    assert found.sql == 'CREATE TABLE "t" ("id" integer GENERATED BY DEFAULT AS IDENTITY NOT NULL, PRIMARY KEY ("id"));'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><databaseChangeLog>&a;</databaseChangeLog>', "entities are not read"),
        ("<databaseChangeLog><changeSet></databaseChangeLog>", "is not XML that can be read"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, text, said):
    file = tmp_path / "c.xml"
    file.write_text(text)
    with pytest.raises(SourceError, match=said):
        read(file, POSTGRES)


def test_yaml_that_shares_its_parts_without_end_is_refused(tmp_path):
    lines = ["databaseChangeLog: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"k{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    file = tmp_path / "c.yaml"
    file.write_text("\n".join(lines))
    with pytest.raises(SourceError, match="too large"):
        read(file, POSTGRES)


def test_a_root_changelog_as_the_schema_ends_before_a_file_that_does_not_count(tmp_path):
    root = tmp_path / "root.xml"
    root.write_text(
        '<databaseChangeLog><include file="a.sql"/><include file="b.sql"/><include file="c.sql"/>'
        '<changeSet id="9" author="a"><dropTable tableName="a"/></changeSet></databaseChangeLog>'
    )
    for name in "abc":
        (tmp_path / f"{name}.sql").write_text(f"CREATE TABLE {name} (id int);")
    for place in (root, tmp_path):
        (found,) = history(place, POSTGRES, {(tmp_path / "b.sql").resolve()})
        assert [step.sql for step in found.steps] == ["CREATE TABLE a (id int);"]
