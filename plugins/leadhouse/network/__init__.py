"""Which addresses the platform may connect to, and the connections and HTTP sessions that go to no others."""

from leadhouse.network.addresses import (
    AddressRefusedError,
    IPAddress,
    NamedBy,
    assert_addresses_allowed,
    assert_allowed,
    exceptions_for,
    is_allowed,
    is_global,
    is_web_port,
    numeric_address,
    resolve,
)
from leadhouse.network.closed import SocketRefusedError, without_sockets
from leadhouse.network.connections import Deadline, open_connection
from leadhouse.network.sessions import CheckedAdapter, checked_session

__all__ = [
    "AddressRefusedError",
    "CheckedAdapter",
    "Deadline",
    "IPAddress",
    "NamedBy",
    "SocketRefusedError",
    "assert_addresses_allowed",
    "assert_allowed",
    "checked_session",
    "exceptions_for",
    "is_allowed",
    "is_global",
    "is_web_port",
    "numeric_address",
    "open_connection",
    "resolve",
    "without_sockets",
]
