"""Migrations written in SQL, as Flyway and others order and fill them."""

from __future__ import annotations

from scanner.migrations import history, read, sources
from scanner.model import Engine

POSTGRES = Engine.parse("postgres:16")


def names(folder, until=None):
    return [each.name for each in history(folder, POSTGRES, {(folder / until).resolve()} if until else ())]


def test_flyways_order(tmp_path):
    for name in ("V10__c.sql", "V2__b.sql", "V1.1__a.sql", "V1__z.sql", "R__view.sql", "U2__b.sql"):
        (tmp_path / name).write_text("SELECT 1;")
    assert names(tmp_path) == ["V1__z.sql", "V1.1__a.sql", "V2__b.sql", "V10__c.sql", "R__view.sql"]
    assert names(tmp_path, "V2__b.sql") == ["V1__z.sql", "V1.1__a.sql"]


def test_numbers_count_as_numbers(tmp_path):
    for name in ("10_c.sql", "2_b.sql", "2_b.down.sql", "1_a.up.sql"):
        (tmp_path / name).write_text("SELECT 1;")
    assert names(tmp_path) == ["1_a.up.sql", "2_b.sql", "10_c.sql"]


def test_files_for_another_engine_are_left_out(tmp_path):
    for name in ("1_a.sql", "2_b.sql.postgres", "2_b.sql.sqlite", "2_b.sql.mysql", "3_c.SQL.PG"):
        (tmp_path / name).write_text("SELECT 1;")
    assert names(tmp_path) == ["1_a.sql", "2_b.sql.postgres", "3_c.SQL.PG"]
    assert [each.name for each in sources(tmp_path, POSTGRES)] == names(tmp_path)
    assert [each.name for each in history(tmp_path, Engine.parse("mariadb:10.11"))] == ["1_a.sql", "2_b.sql.mysql"]


def test_placeholders_have_the_values_of_flyways_configuration(tmp_path):
    (tmp_path / "flyway.conf").write_text("flyway.placeholders.table = orders\n")
    (tmp_path / "sql").mkdir()
    file = tmp_path / "sql" / "V1__x.sql"
    file.write_text("-- one\nALTER TABLE ${table} ADD COLUMN ${name} text;")
    found = read(file, POSTGRES)
    assert found.sql == "-- one\nALTER TABLE orders ADD COLUMN name text;"
    assert [(each.line, each.what) for each in found.not_analysed] == [(2, "${name}")]
    (tmp_path / "flyway.conf").unlink()
    (tmp_path / "flyway.toml").write_text('[flyway.placeholders]\ntable = "t"\nname = "n"\n')
    assert read(file, POSTGRES).sql.endswith("ALTER TABLE t ADD COLUMN n text;")


def test_the_way_back_is_left_out(tmp_path):
    for up, down in (("+goose Up", "+goose Down"), ("migrate:up", "migrate:down")):
        file = tmp_path / "1_x.sql"
        file.write_text(f"-- {up}\nALTER TABLE t ADD a int;\n-- {down}\nALTER TABLE t DROP a;\n")
        assert "DROP" not in read(file, POSTGRES).sql
        file.write_text(f"-- {down}\nALTER TABLE t DROP a;\n-- {up}\nALTER TABLE t ADD a int;\n")
        sql = read(file, POSTGRES).sql
        assert "DROP" not in sql
        assert sql.index("ALTER") > sql.index("\n\n")


def test_a_word_like_it_is_no_way_back(tmp_path):
    file = tmp_path / "1_x.sql"
    file.write_text("-- rollback is not needed\nALTER TABLE t ADD a int;\n")
    assert "ALTER" in read(file, POSTGRES).sql
