"""What is said of the order in which a whole run takes the files."""

from __future__ import annotations

from tests.conftest import longest_first


def test_files_that_are_begun_first_exist():
    assert [path for path in longest_first() if not path.is_file()] == []
