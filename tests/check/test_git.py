"""What is taken from the repository of a checked branch."""

from __future__ import annotations

import os
from pathlib import Path

from scanner.check.git import write_tree
from tests.check.conftest import git


def test_links_that_lead_out_of_a_tree_are_left_out_of_it(repository: Path, tmp_path_factory) -> None:
    os.symlink("jobs", repository / "near")
    os.symlink("/etc/passwd", repository / "far")
    (repository / "jobs").mkdir(exist_ok=True)
    (repository / "jobs" / "new.py").write_text("A = 1\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "links")
    found = write_tree(repository, "HEAD", tmp_path_factory.mktemp("at") / "tree")
    assert (found / "near" / "new.py").read_text() == "A = 1\n"
    assert not os.path.lexists(found / "far")
