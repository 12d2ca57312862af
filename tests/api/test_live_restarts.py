"""Streams outlive their server: who comes back with Last-Event-ID to another misses nothing, hears nothing twice."""

from __future__ import annotations

import json

from websockets.sync.client import connect as connect_socket

from tests.api.real_server import serving
from tests.api.test_live import EVENTS, campaign, first, reading

NAMES = frozenset({"eventNo", "resource", "table", "id", "verb", "changedColumns", "channels", "changedAt"})


def numbers(told):
    return [number for _, number, _ in told]


def test_a_stream_goes_on_at_another_server(app, world):
    person = world.member("organization_admin")
    headers = world.headers(person)
    with serving(app) as former, reading(former, headers) as reader:
        campaign(world, person)
        [(kind, heard, data)] = first(reader, 1)
        assert (kind, data["resource"]) == ("change", "campaigns")
    missed = [str(campaign(world, person)) for _ in range(3)]  # while there is no server
    again = {**headers, "Last-Event-ID": str(heard)}
    with serving(app) as latter:
        with reading(latter, again) as reader:
            told = first(reader, 3)
        assert [data["id"] for _, _, data in told] == missed
        assert numbers(told) == sorted({*numbers(told)} - {heard})
        assert {frozenset(data) for _, _, data in told} == {NAMES}  # nothing of what the rows hold
        with connect_socket(latter.replace("http", "ws") + EVENTS + "/ws", additional_headers=again) as socket:
            assert json.loads(socket.recv(10))["type"] == "heartbeat"
            assert [json.loads(socket.recv(10))["id"] for _ in missed] == missed
