"""Plans as files: what runs, what is a comment, and what is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.errors import UsageError
from scanner.model import Check, Engine, Phase, Plan, Statement
from scanner.render.plan import phase_file, plan_files, script, write_plan

POSTGRES, MYSQL = Engine("postgres", (15,)), Engine("mysql", (8, 0))


def test_each_phase_is_a_file_and_what_takes_it_back_another(report, tmp_path):
    written = write_plan(report, tmp_path / "made" / "here")
    assert [path.name for path in written] == ["01_expand.sql", "01_expand.back.sql", "02_deploy.sql"]
    assert (tmp_path / "made" / "here" / "01_expand.sql").read_text() == (
        "-- A phase of a plan, no migration: scanner check --base leaves this file out.\n"
        "-- 1. expand: add status\n-- Nobody waits.\n\n"
        "BEGIN;\nALTER TABLE orders ADD COLUMN status text;\nCOMMIT;\n\n"
        "-- Or: gh-ost --execute\n\n-- Verify: SELECT <b>1</b>\n-- → 1\n\n-- Watch: SELECT 2\n"
    )


def test_a_plan_that_is_there_already_is_left_alone(report, tmp_path):
    write_plan(report, tmp_path)
    with pytest.raises(UsageError, match="holds a plan already"):
        write_plan(report, tmp_path)


def test_a_place_that_cannot_be_written_is_said_in_a_sentence(report, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="could not be written"):
        write_plan(report, tmp_path / "file")


def test_a_report_without_a_plan_has_no_files(report):
    assert plan_files(replace(report, plan=None)) == {}


def test_what_commits_by_itself_stands_in_no_transaction():
    assert script((Statement("CREATE INDEX CONCURRENTLY i", outside_transaction=True),), POSTGRES) == (
        "CREATE INDEX CONCURRENTLY i;\n"
    )
    assert script((Statement("SELECT 1"),), MYSQL) == "SELECT 1;\n"


def test_a_body_is_kept_whole_by_the_client_of_mysql():
    assert script((Statement("BEGIN SELECT 1; END"),), MYSQL) == "DELIMITER //\nBEGIN SELECT 1; END //\nDELIMITER ;\n"


def test_a_name_with_a_line_break_does_not_end_a_comment():
    phase = Phase("expand", 'add "a\nDROP TABLE t; --"', "why\x1b", verify=(Check("SELECT\n1", "1"),))
    lines = phase_file(1, phase, POSTGRES).splitlines()
    assert all(line.startswith("--") or not line for line in lines)
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("blanks", [1, 30])
def test_a_command_is_not_cut(blanks):
    run = f"scanner impact '{'ALTER TABLE tickets ADD COLUMN priority int ' * blanks}' --fail-on changes-results"
    phase = Phase(
        "deploy",
        "code",
        "why " * 60,
        verify=(Check(run, "exits with 0", tool=True),),
        watch=(run,),
        alternatives=(Statement(run, tool=True),),
    )
    lines = phase_file(1, phase, POSTGRES).splitlines()
    assert [line for line in lines if "changes" in line] == [f"-- {word}: {run}" for word in ("Or", "Verify", "Watch")]
    assert max(len(line) for line in lines if "why" in line) < 120


def test_blanks_are_named_at_the_head():
    statement = Statement("UPDATE t SET x = <<value of x>>", blanks=("value of x",))
    text = phase_file(1, Phase("backfill", "fill x", "", (statement,)), POSTGRES)
    assert "-- Write first, in place of <<…>>: value of x\n" in text


def test_a_plan_without_phases_is_no_file(report):
    assert plan_files(replace(report, plan=Plan((), ("It cannot be.",)))) == {}
