"""Whether a domain takes mail, by DNS (RFC 5321 section 5.1, RFC 7505). "No answer" is not "no exchanger"."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import dns.exception
import dns.resolver

LOOKUP_SECONDS = 5.0  # for one question, all tries together
LOOKUPS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class MailRoute:
    """What DNS says: `takes_mail` is null when it gave no answer; `reason` names what is unusual."""

    takes_mail: bool | None
    reason: str | None = None


def make_resolver(server: str | None) -> dns.resolver.Resolver:
    """A resolver that asks `server` (host:port, or a bare host), the system's name servers when None."""
    if server is None:
        resolver = dns.resolver.Resolver()
    else:
        host, _, port = server.rpartition(":") if server.count(":") == 1 or "]" in server else (server, "", "")
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = [(host or server).strip("[]")]
        resolver.port = int(port or 53)
    resolver.lifetime = LOOKUP_SECONDS
    return resolver


def find_routes(domains: Iterable[str], server: str | None) -> dict[str, MailRoute]:
    """The mail route of each domain (A-labels), several lookups at a time."""
    wanted = sorted(set(domains))
    resolver = make_resolver(server)
    with ThreadPoolExecutor(LOOKUPS_AT_ONCE) as pool:
        return dict(zip(wanted, pool.map(lambda domain: find_route(domain, resolver), wanted), strict=True))


def find_route(domain: str, resolver: dns.resolver.Resolver) -> MailRoute:
    """Exchangers, else the address of the domain itself; a null exchanger refuses all mail."""
    try:
        exchangers = [record.exchange.to_text() for record in resolver.resolve(domain, "MX")]
    except dns.resolver.NXDOMAIN:
        return MailRoute(False, "no_domain")
    except dns.resolver.NoAnswer:
        return _implicit_route(domain, resolver)
    except (dns.exception.DNSException, OSError, UnicodeError):
        return MailRoute(None, "no_answer")
    return MailRoute(False, "null_mx") if exchangers == ["."] else MailRoute(True)


def _implicit_route(domain: str, resolver: dns.resolver.Resolver) -> MailRoute:
    for kind in ("A", "AAAA"):
        try:
            resolver.resolve(domain, kind)
        except dns.resolver.NoAnswer:
            continue
        except dns.resolver.NXDOMAIN:
            return MailRoute(False, "no_domain")
        except (dns.exception.DNSException, OSError, UnicodeError):
            return MailRoute(None, "no_answer")
        return MailRoute(True, "implicit_mx")
    return MailRoute(False, "no_mx")
