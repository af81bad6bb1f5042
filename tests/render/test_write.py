import json
import os
import subprocess
import sys

import pytest

from scanner.errors import UsageError
from scanner.render import FORMATS, render, write


@pytest.mark.parametrize("suffix", [".html", ".csv", ".json", ".md", ".HTML"])
def test_the_suffix_chooses_the_format(report, tmp_path, suffix):
    target = tmp_path / f"impact{suffix}"
    write(report, target)
    assert target.read_text(encoding="utf-8") == render(report, suffix)
    assert os.listdir(tmp_path) == [target.name]


def test_a_format_that_is_named_goes_before_the_suffix(report, tmp_path):
    write(report, tmp_path / "impact", ".json")
    assert (tmp_path / "impact").read_text(encoding="utf-8") == render(report, ".json")


@pytest.mark.parametrize("name", ["report.pdf", "report", "report.html.gz"])
def test_other_suffixes_are_refused_with_those_that_exist(report, tmp_path, name):
    with pytest.raises(UsageError, match=r"\.html, \.csv, \.json, \.md") as refused:
        write(report, tmp_path / name)
    assert name in str(refused.value)
    assert not os.listdir(tmp_path)


def test_an_older_report_is_replaced(report, tmp_path):
    target = tmp_path / "impact.json"
    target.write_text("old")
    write(report, str(target))
    assert json.loads(target.read_text())["schema_version"] == 1


def test_what_was_there_stays_when_writing_fails(report, tmp_path, monkeypatch):
    target = tmp_path / "impact.json"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(UsageError, match=r"could not be written to .*impact\.json: No space left on device"):
        write(report, target)
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["impact.json"]


def test_a_directory_that_is_not_there_is_one_sentence(report, tmp_path):
    with pytest.raises(UsageError, match="No such file or directory"):
        write(report, tmp_path / "missing" / "impact.csv")


def test_choosing_a_format_loads_no_heavy_library():
    code = "import sys, scanner.render; print({'pandas', 'jinja2', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_every_format_takes_hostile_text(hostile):
    for suffix in FORMATS:
        assert render(hostile[1], suffix).encode("utf-8")
