"""The file of erased people's keys: whole lines, also where the disk takes a few bytes at a time."""

from __future__ import annotations

import errno
import json
import os
from uuid import uuid4

import pytest

from leadhouse.privacy import key_file
from leadhouse.settings import settings
from leadhouse.suppression.erased_keys import email_token

TOKENS = [email_token(f"p{number}@x.example") for number in range(5)]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_HOME", str(tmp_path))
    monkeypatch.setenv("LEADHOUSE_ERASURE_KEY", "a key of the tests, long enough")
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def lines():
    return [json.loads(line) for line in key_file.key_file().read_text().splitlines()]


def test_what_is_written_in_parts_is_written_whole(monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, bytes(content)[:7]))
    assert key_file.append_keys(TOKENS, uuid4()) == 5
    assert len({line["key"] for line in lines()}) == 5
    assert key_file.append_keys(TOKENS, uuid4()) == 0


def test_full_disk_is_an_error_and_the_next_attempt_goes_on(monkeypatch):
    write, room = os.write, [100]

    def nearly_full(descriptor, content):
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = write(descriptor, bytes(content)[: room[0]])
        room[0] -= taken
        return taken

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", nearly_full)
        with pytest.raises(OSError, match="No space left"):
            key_file.append_keys(TOKENS, uuid4())
    assert key_file.append_keys(TOKENS, uuid4()) == 5
    whole = [line for line in key_file.key_file().read_text().splitlines() if line.endswith("}")]
    assert len({json.loads(line)["key"] for line in whole}) == 5
