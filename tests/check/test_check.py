"""scanner check, from the repository to the exit code."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from scanner.cli import run
from tests.check.conftest import git

BASE = ("check", "--base", "main")


def effects(path):
    return sorted((each["ruleId"], each.get("suppressions", [{}])[0].get("kind")) for each in sarif(path)["results"])


def sarif(path):
    return json.loads(path.read_text())["runs"][0]


def test_a_new_migration_that_breaks_something_fails(repository, capsys):
    assert run([*BASE, "--sarif", "out.sarif"]) == 1
    assert effects(repository / "out.sarif") == [("SC103", None), ("SC202", None)]
    assert capsys.readouterr().err == "scanner: 2 findings at or above breaks.\n"


def test_it_is_the_same_once_it_is_committed(repository):
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "status")
    assert run([*BASE, "--sarif", "out.sarif"]) == 1


@pytest.mark.usefixtures("repository")
def test_the_migration_can_be_named(capsys):
    assert run(["check", "migrations/V2__status.sql"]) == 1
    assert "breaks 2 queries in 1 service" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.usefixtures("repository")
def test_only_reported():
    assert run([*BASE, "--fail-on", "never"]) == 0


def test_a_statement_that_the_engine_refuses_leaves_the_others_judged(repository, capsys):
    migration = repository / "migrations" / "V2__status.sql"
    migration.write_text(
        "ALTER TABLE orders ADD COLUMN x itn[;\nALTER TABLE orders ADD COLUMN good int, ADD y int COMMENT 'y';\n"
        "ALTER TABLE ordrs ADD COLUMN z int;\nALTER TABLE orders ADD COLUMN status text NOT NULL;\n"
    )
    assert run([*BASE, "--markdown", "-"]) == 1
    said = capsys.readouterr()
    assert "Adding orders.status breaks 2 queries" in said.out
    assert "orders.good" not in said.out
    assert "A part of migrations/V2__status.sql could not be checked: " in said.err
    assert "PostgreSQL has no type int comment 'y'" in said.err
    assert "There is no table ordrs" in said.err
    assert run([*BASE, "--fail-on", "never"]) == 3


@pytest.mark.parametrize(
    ("definition", "why"),
    [
        ("x itn", "there is no type itn in PostgreSQL or in the schema; did you mean int? Only possible: an extension"),
        ("x int PRIMARY KEY", "42P16: orders has a primary key already, and a second one is not allowed."),
    ],
)
def test_a_change_that_the_engine_refuses_is_not_checked(definition, why, repository, capsys):
    migration = repository / "migrations" / "V2__status.sql"
    migration.write_text(f"ALTER TABLE orders ADD COLUMN {definition};")
    assert run([*BASE, "--fail-on", "never"]) == 3
    assert why in capsys.readouterr().err


def test_a_file_whose_name_says_an_engine_is_a_migration_of_its_databases(repository, capsys):
    migration = repository / "migrations" / "V2__status.sql"
    text = migration.read_text()
    migration.unlink()
    config = repository / "scanner.toml"
    config.write_text(config.read_text().replace('"migrations"', '"migrations/V1__start.sql"'))
    for engine in ("postgres", "mysql", "sqlite"):
        (repository / "migrations" / f"2_status.sql.{engine}").write_text(text)
    assert run([*BASE, "--markdown", "-"]) == 1
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("## ")] == [
        "## `migrations/2_status.sql.postgres`"
    ]
    assert run(["check", "migrations/2_status.sql.mysql"]) == 3
    assert "2_status.sql.mysql is for another engine than PostgreSQL, as its name says." in capsys.readouterr().err


KNOWS = """
def read(cur):
    cur.execute("SELECT id, total, status FROM orders")


def write(cur):
    cur.execute("INSERT INTO orders (id, total, status) VALUES (%s, %s, %s)", (1, 2, "new"))
"""


def test_the_code_that_still_runs_is_judged_where_the_branch_changes_it_too(repository, capsys):
    (repository / "app" / "code.py").write_text(KNOWS)
    assert run([*BASE]) == 1
    said = capsys.readouterr()
    new, title, old = said.out.partition("migrations/V2__status.sql with the code of main\n")
    assert title
    assert "Adding orders.status breaks 2 queries" in old.replace("\n", " ")
    assert "breaks" not in new
    assert "not judged" not in said.out.replace("\n", " ")
    assert said.err == "scanner: 2 findings at or above breaks.\n"
    assert new.endswith("\n\n")
    assert run([*BASE, "--sarif", "out.sarif"]) == 1
    texts = [each["message"]["text"] for each in sarif(repository / "out.sarif")["results"]]
    assert all(text.startswith("Adding orders.status: In the code of main: ") for text in texts)
    assert len(texts) == 2
    assert not list(repository.glob("*.tar"))


def test_what_the_branch_meets_too_is_told_once(repository, capsys):
    (repository / "app" / "code.py").write_text(
        "\n\n# further down now\n" + (repository / "app" / "code.py").read_text()
    )
    assert run([*BASE]) == 1
    assert "with the code of main" not in capsys.readouterr().out


def test_code_that_does_not_run_beside_the_new_one_is_not_judged(repository):
    (repository / "app" / "code.py").write_text(KNOWS)
    config = repository / "scanner.toml"
    config.write_text(config.read_text() + "[rollout]\nside_by_side = false\n")
    assert run([*BASE]) == 0


@pytest.mark.usefixtures("repository")
def test_without_a_base_it_is_said_that_the_code_that_still_runs_is_not_judged(repository, capsys):
    (repository / "app" / "code.py").write_text(KNOWS)
    assert run(["check", "migrations/V2__status.sql", "--explain"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "The code knows status already: what runs until it is deployed is not judged" in said


def test_nothing_new(repository, capsys):
    (repository / "migrations" / "V2__status.sql").unlink()
    assert run([*BASE]) == 0
    assert capsys.readouterr().err == "No new migrations.\n"


def test_the_files_of_a_plan_are_no_new_migrations(repository, capsys):
    (repository / "migrations" / "V2__status.sql").unlink()
    assert run(["impact", "orders", "status text NOT NULL", "--plan", "rollout"]) == 0
    assert "ADD COLUMN" in (repository / "rollout" / "02_expand.sql").read_text()
    capsys.readouterr()
    assert run([*BASE]) == 0
    assert capsys.readouterr().err == "No new migrations.\n"
    (repository / "rollout" / "02_expand.sql").rename(repository / "migrations" / "V2__status.sql")
    assert run([*BASE]) == 1
    assert "status" in capsys.readouterr().out


def test_a_dump_of_the_schema_is_taken_as_the_branch_found_it(repository):
    (repository / "schema.sql").write_text("CREATE TABLE orders (id int PRIMARY KEY, total int);")
    (repository / "scanner.toml").write_text(
        (repository / "scanner.toml").read_text().replace('"migrations"', '"schema.sql"')
    )
    git(repository, "add", "schema.sql", "scanner.toml")
    git(repository, "commit", "-q", "-m", "dump")
    git(repository, "branch", "-f", "main")
    (repository / "schema.sql").write_text("CREATE TABLE orders (id int PRIMARY KEY, total int, status text NOT NULL);")
    assert run([*BASE, "--sarif", "out.sarif"]) == 1
    assert len(effects(repository / "out.sarif")) == 2


def test_tables_of_another_new_migration_are_no_change(repository):
    (repository / "migrations" / "V2__status.sql").write_text("CREATE TABLE parcels (id int);\n")
    (repository / "migrations" / "V3__more.sql").write_text("ALTER TABLE parcels ADD COLUMN weight int;\n")
    assert run([*BASE]) == 0


def test_a_table_that_is_not_there_could_not_be_checked(repository, capsys):
    (repository / "migrations" / "V3__more.sql").write_text("ALTER TABLE parcels ADD COLUMN weight int;\n")
    assert run([*BASE, "--fail-on", "never", "--junit", "j.xml"]) == 3
    assert "V3__more.sql could not be checked: There is no table parcels" in capsys.readouterr().err
    suites = {suite.get("name"): suite for suite in ElementTree.parse(repository / "j.xml").getroot()}
    assert suites["migrations/V3__more.sql"].get("errors") == "1"


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check"], "Name the migrations, or what they are new against"),
        (["check", "--base", "nowhere"], "git knows no nowhere"),
        (["check", "gone.sql"], "There is no migration at"),
        (["check", "migrations"], "migrations is a folder: name the files in it, or what they are new against"),
        (["check", "--base", "main", "--baseline", "gone.json"], "The baseline gone.json cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said(capsys, arguments, said):
    assert run(arguments) == 2
    assert said in capsys.readouterr().err


def test_outside_of_git(repository, capsys, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("plain")
    (folder / "scanner.toml").write_text((repository / "scanner.toml").read_text())
    (folder / "app").mkdir()
    monkeypatch.chdir(folder)
    assert run([*BASE]) == 2
    assert "name a base with --base, or the migrations themselves" in capsys.readouterr().err


@pytest.mark.usefixtures("repository")
def test_a_baseline_fails_no_more(repository, capsys):
    assert run([*BASE, "--write-baseline", "known.json"]) == 0
    assert "2 findings written to known.json." in capsys.readouterr().err
    assert run([*BASE, "--baseline", "known.json", "--sarif", "out.sarif", "--github"]) == 0
    assert all(suppressions for _, suppressions in effects(repository / "out.sarif"))
    assert "::error" not in capsys.readouterr().out
    (repository / "app" / "more.py").write_text((repository / "app" / "code.py").read_text())
    assert run([*BASE, "--baseline", "known.json", "--write-baseline", "both.json", "--github"]) == 0
    assert capsys.readouterr().out.count("::error") > 0
    assert len(json.loads((repository / "both.json").read_text())["findings"]) == 3


def test_annotations_and_the_step_summary(repository, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(repository / "summary.md"))
    assert run([*BASE, "--github"]) == 1
    first, second = sorted(capsys.readouterr().out.splitlines())
    assert first.startswith(
        "::error file=app/code.py,line=3,title=SC103 positional-rows::Adding orders.status: app/code.py:4"
    )
    assert second.startswith("::error file=app/code.py,line=8,title=SC202 required-column::")
    assert "SC202 required-column" in (repository / "summary.md").read_text()


def test_locations_are_relative_to_the_working_tree(repository):
    inner = repository / "services"
    inner.mkdir()
    for name in ("app", "migrations", "scanner.toml"):
        (repository / name).rename(inner / name)
    new = inner / "migrations" / "V2__status.sql"
    text = new.read_text()
    new.unlink()
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "moved")
    git(repository, "branch", "-f", "main")
    new.write_text(text)
    code = run([*BASE, "--config", "services/scanner.toml", "--gitlab", "g.json"])
    assert code == 1
    paths = {each["location"]["path"] for each in json.loads((repository / "g.json").read_text())}
    assert paths == {"services/app/code.py"}


def test_several_new_migrations_are_each_seen_on_the_schema_before_all_of_them(repository):
    (repository / "migrations" / "V2__status.sql").unlink()
    for number, name in ((9, "status"), (10, "kind")):
        file = repository / "migrations" / f"V{number}__{name}.sql"
        file.write_text(f"ALTER TABLE orders ADD COLUMN {name} text NOT NULL;\n")
    assert run([*BASE, "--junit", "j.xml"]) == 1
    suites = ElementTree.parse(repository / "j.xml").getroot()
    assert {suite.get("name"): suite.get("failures") for suite in suites} == {
        "migrations/V10__kind.sql": "2",
        "migrations/V9__status.sql": "2",
    }


def test_through_a_link_and_from_another_folder(repository, tmp_path_factory, monkeypatch):
    link = tmp_path_factory.mktemp("links") / "linked"
    link.symlink_to(repository)
    asked = ["--config", str(link / "scanner.toml")]
    assert run([*BASE, *asked]) == 1
    assert run(["check", str(link / "migrations" / "V2__status.sql"), *asked]) == 1
    assert run(["impact", "--migration", "migrations/V2__status.sql", *asked, "--fail-on", "breaks"]) == 1
    monkeypatch.chdir(repository / "app")
    assert run(["impact", "--migration", "../migrations/V2__status.sql", "--fail-on", "breaks"]) == 1


def test_a_baseline_does_not_hide_what_could_not_be_checked(repository):
    (repository / "migrations" / "V3__more.sql").write_text("ALTER TABLE parcels ADD COLUMN weight int;\n")
    assert run([*BASE, "--write-baseline", "known.json"]) == 3


def test_a_summary_that_cannot_be_written_is_said(repository, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(repository))
    assert run([*BASE, "--github"]) == 2
    assert "The step summary could not be written to" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["ALTER TABEL orders ADD COLUMN kind text;", "\0\x01 garbage"])
def test_a_migration_that_is_no_sql_is_not_taken_for_one_that_adds_nothing(repository, capsys, text):
    (repository / "migrations" / "V3__kind.sql").write_text(text)
    assert run(["check", "migrations/V3__kind.sql"]) == 3
    assert "V3__kind.sql could not be checked: The change cannot be read" in capsys.readouterr().err
