"""What the world consists of: companies with people, addresses and the third parties that appear on their sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Make(StrEnum):
    """How a site is built; each has its own markup for the same facts."""

    CLASSIC = "classic"  # hand-written, tables
    WORDPRESS = "wordpress"
    SHOP = "shop"  # JSON-LD Organization
    MICRODATA = "microdata"  # schema.org itemprop
    ONEPAGE = "onepage"  # one page and the imprint
    AGENCY = "agency"  # cards


class Obfuscation(StrEnum):
    """How a site hides its e-mail addresses from harvesters."""

    PLAIN = "plain"
    AT = "at"  # name (at) host
    ENTITY = "entity"  # decimal character references
    SPLIT = "split"  # two data attributes, joined by script


class Quirk(StrEnum):
    """What is unusual about a host; `NONE` is an ordinary site."""

    NONE = "none"
    ROBOTS_CLOSED = "robots_closed"
    RATE_LIMITED = "rate_limited"  # 429 with a short Retry-After, then answers
    ALWAYS_429 = "always_429"
    SOFT_404 = "soft_404"  # unknown paths answer 200
    ENDLESS_CALENDAR = "endless_calendar"
    LYING_ETAG = "lying_etag"  # same ETag although the bytes changed
    LOSES_PEOPLE = "loses_people"  # from day 1 the team stands in a script bundle only
    DEAD = "dead"  # connection refused behind the proxy: 502
    NXDOMAIN = "nxdomain"
    REDIRECT_LOOP = "redirect_loop"
    BOMB = "bomb"  # a few MB of gzip that unpack to hundreds
    OVERSIZED = "oversized"  # plain bytes without end
    REDIRECT_LOOPBACK = "redirect_loopback"
    REDIRECT_METADATA = "redirect_metadata"
    PARKED = "parked"
    LOGIN_WALL = "login_wall"


class MailRoute(StrEnum):
    """What the name server says about a domain's mail."""

    MX = "mx"
    IMPLICIT = "implicit"  # no MX but an address record (RFC 5321 section 5.1)
    NONE = "none"  # neither MX nor address
    NULL_MX = "null_mx"  # RFC 7505
    NXDOMAIN = "nxdomain"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as printed."""

    street: str
    postal_code: str
    city: str
    country_code: str

    @property
    def text(self) -> str:
        """One line, in the order the country writes it."""
        if self.country_code == "GB":
            return f"{self.street}, {self.city} {self.postal_code}"
        return f"{self.street}, {self.postal_code} {self.city}"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who works at a company. `shown_email` says whether the site prints the address."""

    key: str
    given: str
    family: str
    title: str
    email: str
    shown_email: bool = False
    honorific: str = ""
    phone: str | None = None
    imprint_name: str | None = None  # another spelling on the imprint
    legal_head: bool = False

    @property
    def name(self) -> str:
        """Given and family name as the team page spells them."""
        return f"{self.given} {self.family}"

    @property
    def printed(self) -> str:
        """With the academic title, if any."""
        return f"{self.honorific} {self.name}".strip()

    @property
    def on_imprint(self) -> str:
        """As the imprint spells it."""
        return self.imprint_name or self.printed


@dataclass(frozen=True, slots=True)
class Trap:
    """Something on a site that is not a fact about its owner; `field` is email, phone, person, name or social."""

    kind: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """A web agency, data-protection officer or chamber that a site names."""

    kind: str
    name: str
    email: str = ""
    phone: str = ""
    person: str = ""
    title: str = ""

    @property
    def traps(self) -> list[Trap]:
        """Its values by field."""
        pairs = [("name", self.name), ("email", self.email), ("phone", self.phone), ("person", self.person)]
        return [Trap(self.kind, name, value) for name, value in pairs if value]


@dataclass(frozen=True, slots=True)
class Company:
    """One company in its state of one day. `domains` are registrable, main one first, as A-labels."""

    index: int
    name: str
    legal_name: str
    country: str
    language: str
    trade: str
    make: Make
    domains: tuple[str, ...]
    address: Address
    phone: str
    fax: str
    emails: tuple[str, ...]
    vat_id: str
    printed_vat_id: str
    register_id: str
    founded: int
    employees: int
    people: tuple[Person, ...]
    socials: tuple[str, ...]
    quirk: Quirk = Quirk.NONE
    obfuscation: Obfuscation = Obfuscation.PLAIN
    third_parties: tuple[ThirdParty, ...] = ()
    features: frozenset[str] = frozenset()  # fax_link, wrong_json_ld, theme_phone, team_pdf, no_team
    www: bool = False  # the canonical host carries www.
    changed_on: int = 0  # last day on which a fact changed
    former: tuple[Person, ...] = field(default=())  # left; their mailbox still answers

    @property
    def domain(self) -> str:
        """The main domain."""
        return self.domains[0]

    @property
    def mail_domain(self) -> str:
        """The domain of the company's addresses."""
        return self.emails[0].rpartition("@")[2]

    def host(self, domain: str) -> str:
        """The canonical host name of one of its domains."""
        return f"www.{domain}" if self.www else domain


@dataclass(frozen=True, slots=True)
class HostileSite:
    """A host without a company behind it."""

    host: str
    quirk: Quirk


@dataclass(slots=True)
class Answer:
    """One HTTP answer. `stream` replaces `body` where it is endless or huge; it is sent chunked and made lazily."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    stream: Callable[[], Iterator[bytes]] | None = None
