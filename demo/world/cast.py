"""The twenty planted companies and the hosts without a company: each is there for one lesson."""

from __future__ import annotations

from dataclasses import dataclass

from demo.world.model import HostileSite, Make, Obfuscation, Quirk


@dataclass(frozen=True, slots=True)
class Role:
    """What is fixed about a company; the generator draws the rest. `site` is the main domain."""

    country: str
    city: str
    trade: str
    make: Make
    name: str = ""
    site: str = ""
    second_domain: str = ""
    quirk: Quirk = Quirk.NONE
    obfuscation: Obfuscation = Obfuscation.PLAIN
    features: frozenset[str] = frozenset()
    people: int = 3
    agency_is: int | None = None  # the company of the world that built the site
    vat_of: int | None = None  # prints another company's VAT id


def _has(*names: str) -> frozenset[str]:
    return frozenset(names)


CAST: tuple[Role, ...] = (
    Role("DE", "Berlin", "dental", Make.WORDPRESS, "Zahnarztpraxis Lindner", "zahnarzt-lindner.example", agency_is=17,
         features=_has("dpo", "chamber", "theme_phone"), people=4),
    # Two of one name in two towns: they must not merge.
    Role("DE", "Köln", "trades", Make.CLASSIC, "Müller Haustechnik", "mueller-haustechnik-koeln.example", agency_is=17,
         features=_has("chamber")),
    Role("DE", "Dresden", "trades", Make.MICRODATA, "Müller Haustechnik", "mueller-haustechnik-dresden.example"),
    # One company under two domains: they must merge by VAT id.
    Role("DE", "Frankfurt am Main", "law", Make.MICRODATA, "Brandt & Kollegen Rechtsanwälte",
         "brandt-kollegen.example", second_domain="brandt-recht.example", features=_has("dpo", "chamber"), people=5),
    # The planted wrong merge: the franchise partner's imprint carries the neighbour's VAT id.
    Role("FR", "Lyon", "shop", Make.SHOP, "Optique Verdier", "optique-verdier.example", features=_has("dpo")),
    Role("FR", "Grenoble", "shop", Make.WORDPRESS, "Optique Saint-Clair", "optique-saint-clair.example", vat_of=4),
    Role("ES", "Madrid", "clinic", Make.WORDPRESS, "Clínica Ortega", "clinica-ortega.example",
         features=_has("accents", "dpo"), people=4),
    Role("IT", "Firenze", "restaurant", Make.WORDPRESS, "Trattoria Fontana", "trattoria-fontana.example",
         quirk=Quirk.ENDLESS_CALENDAR, obfuscation=Obfuscation.ENTITY, people=2),
    Role("GB", "Manchester", "agency", Make.AGENCY, "Marlowe Creative", "marlowe-creative.example",
         obfuscation=Obfuscation.SPLIT, features=_has("testimonial"), people=6),
    Role("IL", "תל אביב", "law", Make.MICRODATA, "לוי ברק עורכי דין", "levi-barak.example", people=4),
    Role("DE", "Hamburg", "shop", Make.SHOP, "Bücherstube Jäger", "xn--bcherstube-jger-clb01b.example",
         second_domain="buecherstube-jaeger.example", features=_has("wrong_json_ld", "second_redirects", "testimonial"),
         people=2),
    Role("FR", "Nantes", "shop", Make.SHOP, "Cycles Moreau", "cycles-moreau.example", people=3),
    Role("AT", "Salzburg", "restaurant", Make.ONEPAGE, "Landhotel Pichler", "landhotel-pichler.example",
         features=_has("no_team"), people=1),
    Role("DE", "München", "engineering", Make.CLASSIC, "Hartmann Präzisionstechnik",
         "hartmann-praezision.example", agency_is=17, features=_has("team_pdf", "no_team"), people=5),
    Role("GB", "Birmingham", "law", Make.AGENCY, "Ashworth & Langley LLP", "ashworth-langley.example",
         quirk=Quirk.LOSES_PEOPLE, features=_has("chamber"), people=5),
    Role("ES", "Valencia", "trades", Make.CLASSIC, "Fontanería Ibáñez", "fontaneria-ibanez.example",
         quirk=Quirk.RATE_LIMITED, people=2),
    Role("IT", "Milano", "clinic", Make.WORDPRESS, "Poliambulatorio Rinaldi", "poliambulatorio-rinaldi.example",
         quirk=Quirk.SOFT_404, features=_has("dpo"), people=4),
    Role("DE", "Frankfurt am Main", "agency", Make.AGENCY, "Pixelwerk Studio", "pixelwerk-studio.example",
         quirk=Quirk.LYING_ETAG, features=_has("testimonial"), people=5),
    Role("GB", "Edinburgh", "restaurant", Make.CLASSIC, "The Hargreaves Arms", "hargreaves-arms.example",
         features=_has("fax_link"), people=2),
    Role("FR", "Strasbourg", "law", Make.MICRODATA, "Cabinet Bérard Avocats", "berard-avocats.example",
         obfuscation=Obfuscation.AT, features=_has("chamber", "dpo"), people=3),
)  # fmt: skip

HOSTILE: tuple[HostileSite, ...] = (
    HostileSite("sperrzone-archiv.example", Quirk.ROBOTS_CLOSED),
    HostileSite("geduldsprobe.example", Quirk.ALWAYS_429),
    HostileSite("tote-leitung.example", Quirk.DEAD),
    HostileSite("gibtsnichtmehr.example", Quirk.NXDOMAIN),
    HostileSite("kreisverkehr.example", Quirk.REDIRECT_LOOP),
    HostileSite("reissverschluss.example", Quirk.BOMB),
    HostileSite("endlosband.example", Quirk.OVERSIZED),
    HostileSite("hintertuer.example", Quirk.REDIRECT_LOOPBACK),
    HostileSite("wolkenblick.example", Quirk.REDIRECT_METADATA),
    HostileSite("domain-zu-verkaufen.test", Quirk.PARKED),
    HostileSite("mitglieder-intern.test", Quirk.LOGIN_WALL),
)

MERGE_PAIRS = (("brandt-kollegen.example", "brandt-recht.example"),)
SAME_NAME_PAIR = (1, 2)
WRONG_MERGE_PAIR = (4, 5)
EMPLOYER_CHANGE = {"day": 1, "from": 8, "to": 18, "person": 1}
PHONE_CHANGE = {"day": 1, "company": 12}
LAYOUT_CHANGE_DAY = 1
