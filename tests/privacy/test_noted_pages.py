"""Pages of the archive that a landing notes for the eraser: once each, by the landing alone and not by the API."""

from __future__ import annotations

import psycopg
import pytest

from leadhouse.database.queries import load

PAGES = {"uris": ["a.warc.gz", "a.warc.gz", "b.warc.gz"], "offsets": [0, 512, 0], "lengths": [512, 90, 70]}


def test_a_page_is_noted_once(module_database):
    for _ in range(2):
        with module_database.connect("landing") as connection:
            connection.execute(load("suppression").note_pages, PAGES)
    with module_database.owner() as connection:
        noted = connection.execute("select warc_uri, warc_offset, warc_length from privacy.pages_due").fetchall()
    assert sorted(tuple(row.values()) for row in noted) == sorted(zip(*PAGES.values(), strict=True))


def test_a_component_that_lands_nothing_may_note_nothing(module_database):
    with module_database.connect("quality") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(load("suppression").note_pages, PAGES)
