"""`make environment` with an installer of the test: one line while all is well, every line where it is not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leadhouse.settings import PROJECT

LISTED = 290
UV = f"""#!/bin/bash
case " $* " in *" --quiet "*) ;; *) for n in $(seq {LISTED}); do echo " + package-$n"; done;; esac
case " $* " in *" -r requirements.txt "*) sleep "${{UV_SECONDS:-0}}";; esac
case " $* $UV_FAILS " in *" -r requirements.txt "*fails*) echo "no version"; echo "for it" >&2; exit 2;; esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environment has an installer that lists packages, as uv does unless it is quiet."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    (tmp_path / "requirements.txt").write_text("uv==1.0 \\\n    --hash=sha256:0\na==2.0\n")
    folder = tmp_path / ".venv" / "bin"
    folder.mkdir(parents=True)
    for name, text in (("python", "#!/bin/bash\n"), ("uv", UV)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return tmp_path


def make(checkout: Path, fails: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    own = ("MAKE", "UV_CACHE_DIR")  # `make test` is one
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return subprocess.run(
        ["make", "environment"], cwd=checkout,
        env={**inherited, "UV_FAILS": fails, "PYTHON": sys.executable, **settings},
        capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip


def test_an_installation_says_in_three_lines_what_it_does(checkout: Path) -> None:
    done = make(checkout)
    assert done.returncode == 0, done.stderr
    environment, packages, installed = done.stdout.splitlines()
    assert environment.startswith("==> environment: Python 3")
    assert packages == "==> packages: 2 pinned by hash"
    assert installed.strip().startswith("installed in ")
    assert make(checkout).stdout.startswith("make: Nothing to be done")


def test_a_long_installation_says_now_and_then_that_it_lives(checkout: Path) -> None:
    done = make(checkout, SAY_EVERY="1", UV_SECONDS="2.6")
    _, packages, *lives, installed = done.stdout.splitlines()
    assert packages.startswith("==> packages")
    assert lives
    assert all(re.fullmatch(r" +installing, \d+ s", line) for line in lives)
    assert installed.strip().startswith("installed in ")


def test_what_is_fetched_stays_in_the_checkout(checkout: Path) -> None:
    target = checkout / "cache.txt"
    (checkout / ".venv" / "bin" / "uv").write_text(f'#!/bin/bash\necho "$UV_CACHE_DIR" > {target}\n')
    assert make(checkout).returncode == 0
    assert target.read_text().strip() == str(checkout / ".venv" / "cache")
    (checkout / ".venv" / "ready").unlink()
    assert make(checkout, UV_CACHE_DIR="/elsewhere").returncode == 0
    assert target.read_text().strip() == "/elsewhere"


def test_what_goes_wrong_is_told_whole_and_tried_again(checkout: Path) -> None:
    failed = make(checkout, "fails")
    assert failed.returncode == 2
    assert "no version" in failed.stdout
    assert "for it" in failed.stderr
    assert "installed in" not in failed.stdout
    assert make(checkout).returncode == 0
