"""An eraser that is killed goes on where it was, and ends as if nobody had killed it; so does a second call."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from leadhouse.privacy.certificates import is_genuine
from leadhouse.privacy.erasing import open_erasures, request_erasure, resume
from tests.privacy.person_world import NAMES, REQUEST, TRACES
from tests.privacy.searching import files_saying, members_saying, tables_saying

pytestmark = pytest.mark.slow

# Kills itself when the work of the step is done and its row is not written yet.
SCRIPT = """
import os, signal, sys
from uuid import UUID
from leadhouse.privacy import erasing, erasures

def record_step(connection, erasure_id, step, counts, write=erasures.record_step):
    if step == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
    write(connection, erasure_id, step, counts)

erasures.record_step = record_step
erasing.resume(UUID(sys.argv[1]), "cli__killed")
"""
STEPS = ("find", "archive", "raw", "resolution", "tables", "history", "marts", "files")


def test_killed_in_the_archive_and_in_the_marts(world):
    killed(world, ("archive", "marts"))


@pytest.mark.prove
def test_killed_in_every_step(world):
    killed(world, STEPS)


def killed(world, steps):
    others = {row["full_name"] for row in world.rows("select full_name from mart_leads.dim_people")} - {
        "Dr. Jörg Müller"
    }
    erasure_id = request_erasure(REQUEST)
    for step in steps:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(erasure_id), step], check=False, capture_output=True, text=True
        )
        assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
        recorded = [row["step"] for row in world.rows("select step from privacy.erasure_steps")]
        assert recorded == list(STEPS[: STEPS.index(step)])
        assert open_erasures() == [erasure_id]
    certificate = resume(erasure_id, "cli__resumed")
    assert is_genuine(certificate.content)
    assert list(certificate.content["erased"]) == list(STEPS)
    assert certificate.content["erased"]["archive"] == {
        "2026-11-20/crawl/0001-000001-00000.warc.gz": 3
    }  # one request names the person as well
    assert certificate.content["erased"]["raw"]["raw.person_records.*"] >= 4
    assert [*tables_saying(world.database, TRACES), *members_saying(TRACES), *files_saying(world.home, TRACES)] == []
    assert {row["full_name"] for row in world.rows("select full_name from mart_leads.dim_people")} == others
    assert [each for each in tables_saying(world.database, NAMES) if each.startswith("privacy.")] == []
    assert resume(erasure_id, "cli__again") == certificate
    assert open_erasures() == []
