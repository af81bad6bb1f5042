"""Which files of a tree are its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.trees import Walk, source_files


def found(root: Path, walk: Walk | None = None) -> list[str]:
    return [path.relative_to(root).as_posix() for path in source_files(root, lambda name: name.endswith(".py"), walk)]


def make(tree: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    return tree


def test_what_git_ignores_is_left_out_and_named(tmp_path: Path) -> None:
    files = {
        ".gitignore": "generated/\n*_pb2.py\n!keep_pb2.py\n",
        "a.py": "",
        "generated/b.py": "",
        "c_pb2.py": "",
        "keep_pb2.py": "",
        "sub/.gitignore": "*.py\n!d.py\n",
        "sub/d.py": "",
        "sub/e.py": "",
    }
    walk = Walk()
    assert found(make(tmp_path, files), walk) == ["a.py", "keep_pb2.py", "sub/d.py"]
    assert walk.ignored == ["generated", "c_pb2.py", "sub/e.py"]
    assert list(walk.left_out()) == ["Not read, ignored by git: generated, c_pb2.py, sub/e.py."]


def test_rules_above_the_root_hold_up_to_the_top_of_the_repository(tmp_path: Path) -> None:
    files = {
        ".gitignore": "*.py\n",
        "repo/.git/info/exclude": "private.py\n",
        "repo/.gitignore": "/src/app/made.py\nother.py\n",
        "repo/src/app/a.py": "",
        "repo/src/app/made.py": "",
        "repo/src/app/other.py": "",
        "repo/src/app/private.py": "",
    }
    assert found(make(tmp_path, files) / "repo" / "src" / "app") == ["a.py"]


def test_the_root_is_read_even_if_it_is_ignored(tmp_path: Path) -> None:
    make(tmp_path, {".git/HEAD": "", ".gitignore": "build/\n", "build/a.py": ""})
    assert found(tmp_path / "build") == ["a.py"]
    assert found(tmp_path) == []


def test_installed_vendored_and_built_trees_are_skipped_and_named(tmp_path: Path) -> None:
    files = {
        "node_modules/x/a.py": "",
        "env/pyvenv.cfg": "",
        "env/lib/a.py": "",
        "build/lib/a.py": "",
        "vendor/lib/a.py": "",
        "shop/vendor/__init__.py": "",
        "shop/vendor/models.py": "",
        ".git/hooks/a.py": "",
    }
    walk = Walk()
    assert found(make(tmp_path, files), walk) == ["shop/vendor/__init__.py", "shop/vendor/models.py"]
    assert walk.skipped == ["build", "env", "node_modules", "vendor"]


def test_many_are_counted(tmp_path: Path) -> None:
    make(tmp_path, {".gitignore": "*.py\n", **{f"{name}.py": "" for name in "abcdefgh"}})
    walk = Walk()
    assert found(tmp_path, walk) == []
    assert list(walk.left_out()) == ["Not read, ignored by git: a.py, b.py, c.py, d.py, e.py and 3 more."]


_PATTERNS = st.lists(
    st.sampled_from(("*.py", "a/", "/a", "!a/b.py", "b.py", "!b.py", "a/**", "**/c", "c/*", "!c/", "!*.py", "")),
    max_size=5,
)


@settings(max_examples=25, deadline=None)
@given(top=_PATTERNS, inner=_PATTERNS)
def test_any_rules_leave_the_files_that_git_would_track(top: list[str], inner: list[str], tmp_path_factory) -> None:
    tree = tmp_path_factory.mktemp("tree")
    subprocess.run(["git", "init", "--quiet", str(tree)], check=True)
    files = ("a.py", "b.py", "a/a.py", "a/b.py", "a/c/a.py", "c/b.py", "c/c/a.py")
    make(tree, {".gitignore": "\n".join(top), "a/.gitignore": "\n".join(inner)} | dict.fromkeys(files, ""))
    command = ["git", "-C", str(tree), "ls-files", "--others", "--exclude-standard", "*.py"]
    tracked = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert sorted(found(tree)) == sorted(tracked)
