"""Only global addresses, and the explicit exceptions."""

from __future__ import annotations

import ast
import http.server
import ipaddress
import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest
import requests

from leadhouse import network
from leadhouse.network import addresses
from leadhouse.settings import PROJECT, settings
from leadhouse.webhooks import posting

NOT_GLOBAL = [
    "127.0.0.1", "127.1", "0x7f.1", "2130706433", "0", "localhost", "10.0.0.1", "172.16.5.4", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "0.0.0.0",
    "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:db8::1",
    "::7f00:1", "::127.0.0.1", "::ffff:0:7f00:1", "fec0::1", "4000::1", "3fff::1", "5f00::1", "100::1", "100:0:0:1::1",
    "2001:20::1", "2001:0:7f00:1::", "2600::5efe:7f00:1", "2600::200:5efe:10.0.0.1", "fd00:ec2::254", "fe80::1%lo",
    "192.0.0.8", "192.0.0.192", "192.88.99.1", "100.100.100.200", "168.63.129.16", "240.0.0.1", "017700000001",
    "0177.0.0.1", "0x7f000001",
]  # fmt: skip


@pytest.fixture
def allow(monkeypatch):
    def set_rules(*rules):
        monkeypatch.setenv("LEADHOUSE_TENANT_ADDRESSES", ",".join(rules))
        settings.cache_clear()

    set_rules()
    yield set_rules
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("host", NOT_GLOBAL)
def test_what_is_not_global_is_refused(allow, host):
    with pytest.raises(network.AddressRefusedError):
        network.assert_allowed(host, 80)


@pytest.mark.parametrize("host", ["a\x00b", "x" * 80, "127.0.0.1:80", "fe80::1%25lo", "", "http://[fe80::1%25lo]/"])
def test_what_is_no_name_raises_nothing_but_oserror(allow, host):
    with pytest.raises(OSError):
        network.assert_allowed(host, 80)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:port/", "http://[::1/", "http:///x", "http://127.0.0.1:99999/",
     "http://2130706433:80/", "ftp://localhost/"],
)  # fmt: skip
def test_a_url_that_cannot_be_understood_is_refused(allow, url):
    with pytest.raises(network.AddressRefusedError):
        network.assert_allowed(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/admin", "http://[::ffff:7f00:1]/", "https://2130706433/"])
def test_a_url_is_judged_by_its_host(allow, url):
    with pytest.raises(network.AddressRefusedError):
        network.assert_allowed(url)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::"]
)
def test_global_addresses_pass(address):
    assert network.is_global(ipaddress.ip_address(address))


def test_whatever_python_calls_local_is_not_global():
    """Our table is the stricter one, at every edge of every network of either."""
    private = ipaddress.IPv4Address._constants._private_networks + ipaddress.IPv6Address._constants._private_networks
    for area in [*private, *addresses._NOT_GLOBAL]:
        for address in (area[0], area[-1], area[area.num_addresses // 2]):
            if address not in addresses._NAT64 and getattr(address, "ipv4_mapped", None) is None:
                assert not network.is_global(address), address


def test_web_sites_live_at_web_ports():
    assert all(map(network.is_web_port, (80, 443, 8080, 8443, 3000)))
    assert not any(map(network.is_web_port, (0, 22, 25, 53, 110, 445, 587, 993, 5060, 6667, 10080, 65536)))


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "127.0.0.1"])
def test_spellings_of_an_address_are_told_from_names(host):
    assert str(network.numeric_address(host)) == "127.0.0.1"
    assert network.numeric_address(f"{host}.example") is None


def test_an_exception_names_host_and_port(allow):
    allow("127.0.0.1:8099", "10.1.0.0/16")
    assert network.assert_allowed("127.0.0.1", 8099)
    assert network.assert_allowed("10.1.2.3", 25)
    with pytest.raises(network.AddressRefusedError, match="LEADHOUSE_TENANT_ADDRESSES"):
        network.assert_allowed("127.0.0.1", 8098)
    with pytest.raises(network.AddressRefusedError):
        network.assert_allowed("10.2.0.1", 25)


def test_what_the_operator_named_is_out_of_a_tenants_reach(allow, monkeypatch):
    """One list for both would be a way from a webhook to a language model, a mail server, a provider's simulator."""
    monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", "127.0.0.1:8099,10.1.0.0/16")
    allow("127.0.0.1:8100")
    for host, port in (("127.0.0.1", 8099), ("10.1.2.3", 25)):
        assert network.assert_allowed(host, port, "operator")
        with pytest.raises(network.AddressRefusedError, match="LEADHOUSE_TENANT_ADDRESSES"):
            network.assert_allowed(host, port)
    assert network.assert_allowed("127.0.0.1", 8100, "operator") == network.assert_allowed("127.0.0.1", 8100)
    with pytest.raises(network.AddressRefusedError, match="LEADHOUSE_ALLOWED_ADDRESSES"):
        network.assert_allowed("127.0.0.1", 8101, "operator")


def test_a_session_reaches_what_its_side_may(allow, server, monkeypatch):
    monkeypatch.setenv("LEADHOUSE_ALLOWED_ADDRESSES", f"127.0.0.1:{server.server_port}")
    allow()
    url = f"http://127.0.0.1:{server.server_port}/x"
    with pytest.raises(requests.ConnectionError):
        network.checked_session().get(url, timeout=5)
    assert server.seen == []
    assert network.checked_session("operator").get(url, timeout=5).status_code == 200
    with pytest.raises(requests.ConnectionError):  # a redirect leads to no other service of the operator
        network.checked_session("operator").get(url.removesuffix("x"), timeout=5)
    assert server.seen == ["/x", "/"]


def test_an_exception_may_be_a_name(allow):
    allow("localhost:1025", "no-such-host.invalid:25")
    assert network.assert_allowed("127.0.0.1", 1025)
    with pytest.raises(network.AddressRefusedError):
        network.assert_allowed("127.0.0.1", 25)


class _Redirect(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append(self.path)  # before the answer, after which the client looks
        self.send_response(302 if self.path == "/" else 200)
        self.send_header("Location", f"http://127.0.0.2:{self.server.server_port}/secret")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Redirect)
    httpd.seen = []
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield httpd
    httpd.shutdown()
    httpd.server_close()


def test_a_session_connects_to_allowed_targets_and_stops_at_a_redirect_elsewhere(allow, server):
    session = network.checked_session()
    with pytest.raises(requests.ConnectionError):
        session.get(f"http://127.0.0.1:{server.server_port}/x", timeout=5)
    assert server.seen == []
    allow(f"127.0.0.1:{server.server_port}")
    assert session.get(f"http://127.0.0.1:{server.server_port}/x", timeout=5).status_code == 200
    with pytest.raises(requests.ConnectionError, match=r"127\.0\.0\.2"):
        session.get(f"http://127.0.0.1:{server.server_port}/", timeout=5)
    assert server.seen == ["/x", "/"]


@contextmanager
def trickling(start: bytes):
    """A server that sends a byte now and then after `start`, for as long as somebody reads; its port."""
    stopped = threading.Event()

    def serve(listener):
        with suppress(OSError), listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(start)
            while not stopped.wait(0.05):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]
        stopped.set()


def test_a_name_with_many_silent_addresses_takes_no_longer_than_one(monkeypatch):
    silent = [ipaddress.ip_address(f"192.0.2.{last}") for last in range(1, 41)]
    moment, asked = [100.0], []

    def connect(address, timeout):
        asked.append(address[0])
        moment[0] += timeout
        raise TimeoutError("timed out")

    monkeypatch.setattr("leadhouse.network.connections.assert_allowed", lambda *_: silent)
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    with pytest.raises(TimeoutError):
        network.open_connection("many.example", 443, 10.0)
    assert moment[0] - 100.0 <= 10.0
    assert len(asked) > 1  # the first takes not all of the time


HEAD = b"HTTP/1.1 200 OK\r\nX-Slow: "
HANDSHAKE = b"\x16\x03\x03\x40\x00"  # a record of 16 KiB that is to follow (RFC 8446, 5.1)


@pytest.mark.parametrize(("scheme", "start"), [("http", HEAD), ("https", HANDSHAKE)])
def test_who_trickles_a_head_or_a_handshake_keeps_nobody(allow, scheme, start):
    with trickling(start) as port:
        allow(f"127.0.0.1:{port}")
        before = time.monotonic()
        with pytest.raises(requests.RequestException):
            network.checked_session().get(f"{scheme}://127.0.0.1:{port}/", timeout=0.3)
        assert time.monotonic() - before < 10
    with trickling(start) as port:
        allow(f"127.0.0.1:{port}")
        before = time.monotonic()
        answer = posting.post(f"{scheme}://127.0.0.1:{port}/", b"{}", {}, seconds=0.5)
        assert (answer.status, answer.error) == (None, "no answer within 0.5 seconds")
        assert time.monotonic() - before < 10


CLIENTS = {"requests", "urllib3", "urllib.request", "httpx", "aiohttp", "http.client", "smtplib", "imaplib", "poplib",
           "ftplib", "websockets"}  # fmt: skip
# who speaks to other machines by a client of their own, and why that is right
SPEAKERS = {
    "plugins/leadhouse/network/sessions.py": "the one check itself",
    "plugins/leadhouse/api/openid.py": "checked_session, and Authlib's with its adapter",
    "plugins/leadhouse/connectors/api_client.py": "checked_session with its adapter",
    "plugins/leadhouse/connectors/rest_api.py": "dlt's client over that session",
    "plugins/leadhouse/delivery/transport.py": "SMTP over open_connection",
    "plugins/leadhouse/enrichment/language_model.py": "checked_session",
    "plugins/leadhouse/enrichment/smtp_probe.py": "the operator's own relay, by a setting that no user sets",
    "plugins/leadhouse/enrichment/provider_client.py": "checked_session",
    "plugins/leadhouse/jobs/source_care.py": "checked_session",
    "plugins/leadhouse/local/airflow_stack.py": "this machine's own Airflow",
    "plugins/leadhouse/webhooks/posting.py": "http.client over open_connection, shut down when its time is over",
    "scrapers/connections.py": "every socket's address is checked where it is made",
    "scrapers/http_handler.py": "over those connections",
    "scrapers/resolver.py": "asks checked_addresses for what it hands over",
    "plugins/leadhouse/orchestration/airflow_api.py": "the operator's own Airflow, by a setting that no user sets",
}


def test_nobody_else_speaks_to_other_machines():
    found = set()
    for folder in ("plugins/leadhouse", "scrapers"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if CLIENTS & {*names, *(name.partition(".")[0] for name in names)}:
                    found.add(str(path.relative_to(PROJECT)))
    assert found == SPEAKERS.keys()
