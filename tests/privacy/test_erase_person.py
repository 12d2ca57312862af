"""A person is erased everywhere, and does not come back; a namesake and whoever shares the page stay."""

from __future__ import annotations

from leadhouse.privacy.certificates import is_genuine
from leadhouse.privacy.erasing import erase_person
from tests.privacy.person_world import HOST, NAMES, REQUEST, TRACES
from tests.privacy.searching import files_saying, members_saying, tables_saying


def traces(world):
    return [
        *tables_saying(world.database, TRACES),
        *members_saying(TRACES),
        *files_saying(world.home, TRACES),
    ]


def test_the_person_was_everywhere(world):
    places = {each.partition(":")[0].partition(".2")[0] for each in tables_saying(world.database, (*TRACES, *NAMES))}
    print(sorted(places))
    assert len(places) > 20


def test_erased(world, capfd):
    certificate = erase_person(REQUEST, "cli__erase")
    print(certificate.text)
    assert traces(world) == []
    assert is_genuine(certificate.content)
