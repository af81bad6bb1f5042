"""The pattern language of .gitignore, as git itself reads it."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.path_patterns import path_pattern
from scanner.trees import read_ignore_file


def matches(pattern: str, path: str, *, is_folder: bool = False) -> bool:
    found = path_pattern(pattern)
    if found.folders_only and not is_folder:
        return False
    return re.fullmatch(found.expression, path.rsplit("/", 1)[-1] if found.of_name else path) is not None


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.py", ["a.py", "x/y.py"], ["a.pyc", "py"]),
        ("/a", ["a"], ["b/a"]),
        ("a/b", ["a/b"], ["x/a/b", "a/b/c"]),
        ("a/*", ["a/b"], ["a/b/c", "a"]),
        ("a/**", ["a/b", "a/b/c"], ["a"]),
        ("**/c", ["c", "a/c", "a/b/c"], ["a/bc"]),
        ("a/**/c", ["a/c", "a/b/c", "a/b/d/c"], ["ac", "c"]),
        ("a?c", ["abc"], ["ac", "a/c"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "x"]),
        ("[!a-c]x", ["dx"], ["ax"]),
        ("[]a]", ["]", "a"], ["b"]),
        (r"\!a", ["!a"], ["a"]),
        (r"\?", ["?"], ["a"]),
        ("[[:digit:]]", ["1"], ["a"]),
        ("[a", [], ["[a", "a"]),
        ("[z-a]", [], ["z", "a", "-"]),
        ("a\\", [], ["a", "a\\"]),
    ],
)
def test_a_pattern_matches_as_git_says(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in yes if not matches(pattern, path)] == []
    assert [path for path in no if matches(pattern, path)] == []


def test_a_slash_at_the_end_means_folders() -> None:
    assert matches("a/", "x/a", is_folder=True)
    assert not matches("a/", "x/a")


def test_many_stars_cost_little() -> None:
    began = time.perf_counter()
    assert not matches("*a" * 60 + "*b", "a" * 250)
    assert not matches("**/a/" * 40 + "b", "a/" * 200 + "c")
    assert time.perf_counter() - began < 1


_NAMES = ("a", "b", "ab", "a.b", "[", "a b", "!a", "#a")
_PATHS = st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4).map("/".join)
_PIECES = ("a", "b", ".", "*", "?", "[ab]", "[!a]", "[^b]", "\\a", "\\*", " ", "!", "#")
_SEGMENTS = st.just("**") | st.lists(st.sampled_from(_PIECES), min_size=1, max_size=4).map("".join).filter(
    lambda name: "**" not in name  # stars beside others are as one to git's manual, if not always to git
)
_LINES = st.lists(
    st.builds(
        lambda no, start, names, end: no + start + "/".join(names) + end,
        st.sampled_from(("", "", "!")),
        st.sampled_from(("", "/")),
        st.lists(_SEGMENTS, min_size=1, max_size=4),
        st.sampled_from(("", "/")),
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


@settings(max_examples=60, deadline=None)
@given(lines=_LINES, paths=st.lists(_PATHS, min_size=1, max_size=12, unique=True))
def test_any_patterns_and_paths_are_judged_as_git_does(repository: Path, lines: list[str], paths: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    (repository / ".gitignore").write_text(text)
    ignored = read_ignore_file(text, "")
    assert [path for path in paths if _ignored(ignored, path)] == _git_ignores(repository, paths)


def _ignored(ignored: object, path: str) -> bool:
    """As a walk decides: folder by folder from the top."""
    names = path.split("/")
    steps = ["/" + "/".join(names[:length]) for length in range(1, len(names) + 1)]
    says = ignored.says  # type: ignore[attr-defined]
    return any(says(step, step.rsplit("/", 1)[1], is_folder=step != steps[-1]) for step in steps)


def _git_ignores(repository: Path, paths: list[str]) -> list[str]:
    command = ["git", "-C", str(repository), "check-ignore", "--no-index", "--stdin", "-z"]
    run = subprocess.run(command, input="\0".join(paths), capture_output=True, text=True, check=False)
    return [path for path in run.stdout.split("\0") if path]
