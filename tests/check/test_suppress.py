"""Findings that somebody has decided to live with."""

from __future__ import annotations

import json

import pytest

from scanner.cli import run

IMPACT = (
    "impact",
    "orders",
    "status text NOT NULL",
    "-o",
    "out.json",
    "-o",
    "out.md",
    "-o",
    "out.html",
    "-o",
    "out.csv",
)


def answers(folder):
    report = json.loads((folder / "out.json").read_text())
    suppressed = [
        (each["rule"], each["suppression"]["reason"], each["suppression"]["place"]) for each in report["suppressed"]
    ]
    return sorted(each["rule"] for each in report["findings"]), suppressed


def comment(folder, line, text):
    code = folder / "app" / "code.py"
    lines = code.read_text().splitlines()
    lines[line] += text
    code.write_text("\n".join(lines) + "\n")


@pytest.fixture(autouse=True)
def only_the_start(repository):
    (repository / "migrations" / "V2__status.sql").unlink()


@pytest.mark.parametrize("line", [6, 7])
def test_a_comment_on_the_line_or_above_it(repository, line):
    comment(repository, line, "  # scanner: ignore[SC202] goes away on Friday")
    assert run(IMPACT) == 0
    assert answers(repository) == (["SC103"], [("SC202", "goes away on Friday", f"app/code.py:{line + 1}")])


def test_a_comment_elsewhere_means_nothing(repository):
    comment(repository, 2, "  # scanner: ignore[SC202] not here")
    assert run(IMPACT) == 0
    assert answers(repository) == (["SC103", "SC202"], [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  # scanner: ignore[SC202]", "app/code.py:8 ignores SC202 without a reason"),
        ("  # scanner: ignore SC202 it is fine", "app/code.py:8 names no rule: write scanner: ignore[SC101] and why"),
        ("  # scanner: ignore[SC999] so", "app/code.py:8 ignores SC999, which is no rule"),
    ],
)
def test_a_comment_that_is_no_decision_is_an_error(repository, capsys, text, said):
    comment(repository, 7, text)
    assert run(IMPACT) == 2
    assert said in capsys.readouterr().err


def configure(folder, text):
    config = folder / "scanner.toml"
    config.write_text(f"{config.read_text()}\n[[suppress]]\n{text}\n")


@pytest.mark.parametrize("paths", ["", 'paths = ["app"]', 'paths = ["app/*.py"]', 'paths = ["other", "app/code.py"]'])
def test_an_entry_of_the_configuration(repository, paths):
    configure(repository, f'rule = "required-column"\nreason = "known"\n{paths}\nexpires = 2999-12-31')
    assert run(IMPACT) == 0
    assert answers(repository) == (["SC103"], [("SC202", "known", "scanner.toml")])


def test_a_path_that_is_another_one(repository):
    configure(repository, 'rule = "SC202"\nreason = "known"\npaths = ["ap", "app/code.p"]')
    assert run(IMPACT) == 0
    assert answers(repository) == (["SC103", "SC202"], [])


def test_one_that_has_expired_is_said_and_hides_nothing(repository):
    configure(repository, 'rule = "SC202"\nreason = "known"\nexpires = 2020-01-31')
    assert run(IMPACT) == 0
    assert answers(repository) == (["SC103", "SC202"], [])
    spots = json.loads((repository / "out.json").read_text())["blind_spots"]
    assert [spot["message"] for spot in spots if spot["source"] == "suppression"] == [
        "Ignoring SC202 expired on 2020-01-31 and holds no longer: mend what it hid, or renew it."
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('rule = "SC999"\nreason = "x"', "ignores SC999, which is no rule"),
        ('rule = "SC202"', "has no reason"),
        ('rule = "SC202"\nreason = "x"\nexpires = "soon"', "expires must be a date"),
        ('rule = "SC202"\nreason = "x"\npath = "app"', "has the key 'path'"),
    ],
)
def test_an_entry_that_means_nothing_is_an_error(repository, capsys, text, said):
    configure(repository, text)
    assert run(IMPACT) == 2
    assert said in capsys.readouterr().err


def test_every_format_lists_what_is_suppressed(repository, capsys):
    configure(repository, 'rule = "SC202"\nreason = "known to us"')
    assert run(IMPACT) == 0
    for suffix in ("json", "md", "html", "csv"):
        assert "known to us" in (repository / f"out.{suffix}").read_text()
    assert run(IMPACT[:3]) == 0
    assert "1 suppressed finding" in capsys.readouterr().out
    assert run([*IMPACT[:3], "--explain"]) == 0
    assert "known to us (scanner.toml)" in capsys.readouterr().out


def test_a_query_with_nothing_else_is_not_lost(repository):
    configure(repository, 'rule = "SC202"\nreason = "known"')
    configure(repository, 'rule = "SC103"\nreason = "known"')
    configure(repository, 'rule = "SC101"\nreason = "known"')
    assert run(IMPACT) == 0
    assert answers(repository)[0] == []
    rows = (repository / "out.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in rows if row.startswith("suppressed")] == ["suppressed"] * 3


FOLDED = """
import psycopg

conn = psycopg.connect("")


def last():
    # scanner: ignore[SC104] the pool is started anew
    return conn.execute("SELECT * FROM orders WHERE id = 1").fetchone()[-1]
"""


def test_what_a_suppressed_finding_stood_for_stands_for_itself(repository):
    (repository / "app" / "code.py").write_text(FOLDED)
    assert run(IMPACT) == 0
    found, suppressed = answers(repository)
    assert [rule for rule, *_ in suppressed] == ["SC104"]
    assert found == ["SC103"]


def test_a_place_or_a_rule_more_is_new_to_a_baseline(repository):
    plain = FOLDED.replace("    # scanner: ignore[SC104] the pool is started anew\n", "").replace("[-1]", "")
    (repository / "app" / "code.py").write_text(plain)
    (repository / "migrations" / "V2__status.sql").write_text("ALTER TABLE orders ADD COLUMN status text;\n")
    assert run(["check", "--base", "main", "--write-baseline", "known.json"]) == 0
    assert run(["check", "--base", "main", "--baseline", "known.json"]) == 0
    (repository / "app" / "more.py").write_text(plain.replace("fetchone()", "fetchone()[-1]"))
    assert run(["check", "--base", "main", "--baseline", "known.json"]) == 1


def test_a_mistake_in_a_suppression_ends_a_check(repository, capsys):
    configure(repository, 'rule = "SC999"\nreason = "x"')
    (repository / "migrations" / "V2__status.sql").write_text("ALTER TABLE orders ADD COLUMN status text NOT NULL;\n")
    assert run(["check", "--base", "main"]) == 2
    assert capsys.readouterr().err == (
        "scanner: scanner.toml: [[suppress]] ignores SC999, which is no rule: scanner rule lists them all.\n"
    )


def test_a_kept_scan_that_has_the_column_already_is_no_all_clear(repository, capsys):
    new = repository / "migrations" / "V2__status.sql"
    new.write_text("ALTER TABLE orders ADD COLUMN status text NOT NULL;\n")
    assert run(["scan", "-o", "kept.db"]) == 0
    assert run(["impact", "--migration", "migrations/V2__status.sql", "--scan", "kept.db"]) == 2
    assert "leave out --scan" in capsys.readouterr().err
