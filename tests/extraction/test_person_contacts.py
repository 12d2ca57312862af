"""Which e-mail address, phone and profile are a person's, by the layout they stand in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.records import PersonAttribute

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOST = "muehlbach-werke.de"
FIELDS = (PersonAttribute.EMAIL, PersonAttribute.PHONE_E164, PersonAttribute.SOCIAL_URL)
MARIA, PETER = f"maria@{HOST}", f"peter@{HOST}"

LAYOUTS: dict[str, tuple[str, dict[str, tuple[str | None, str | None, str | None]]]] = {
    "lines of two paragraphs": (
        f"<p>Maria Svensson<br>Einkauf<br>+49 5251 123456<br>{MARIA}</p><p>Peter Lindqvist<br>Lager<br>"
        "+49 5251 123457</p>",
        {"Maria Svensson": (MARIA, "+495251123456", None), "Peter Lindqvist": (None, "+495251123457", None)},
    ),
    "cards with links": (
        f"<div><h3>Maria Svensson</h3><p>Einkauf</p><p><a href='mailto:{MARIA}'>E-Mail</a> "
        "<a href='tel:+495251123456'>Anruf</a> <a href='https://www.linkedin.com/in/maria-svensson'>in</a></p></div>"
        "<div><h3>Peter Lindqvist</h3><p>Lager</p></div>",
        {
            "Maria Svensson": (MARIA, "+495251123456", "https://www.linkedin.com/in/maria-svensson"),
            "Peter Lindqvist": (None, None, None),
        },
    ),
    "rows of a table": (
        f"<table><tr><td>Maria Svensson</td><td>Einkauf</td><td>{MARIA}</td><td>05251 123456</td></tr>"
        f"<tr><td>Peter Lindqvist</td><td>Lager</td><td>{PETER}</td><td>05251 123457</td></tr></table>",
        {"Maria Svensson": (MARIA, "+495251123456", None), "Peter Lindqvist": (PETER, "+495251123457", None)},
    ),
    "one line a person": (
        f"<p>Maria Svensson, Einkäuferin, {MARIA}, 05251 123456<br>Peter Lindqvist, Lagerleiter, {PETER}</p>",
        {"Maria Svensson": (MARIA, "+495251123456", None), "Peter Lindqvist": (PETER, None, None)},
    ),
    "the company's number below the list": (
        f"<h3>Maria Svensson</h3><p>Einkauf</p><h3>Peter Lindqvist</h3><p>Lager</p>"
        f"<p>Rufen Sie uns an: 05251 123400 oder info@{HOST}</p>",
        {"Maria Svensson": (None, None, None), "Peter Lindqvist": (None, None, None)},
    ),
    "fax and date of birth": (
        "<h3>Maria Svensson</h3><p>Einkauf</p><p>Fax: 05251 123499</p><p>seit 25.04.2005 im Haus</p>"
        "<h3>Peter Lindqvist</h3><p>Lager</p>",
        {"Maria Svensson": (None, None, None), "Peter Lindqvist": (None, None, None)},
    ),
    "name in capitals": (
        f"<h3>MARIA SVENSSON</h3><p>Einkauf</p><p>Tel. 05251 123456</p><p>{MARIA}</p>",
        {"Maria Svensson": (MARIA, "+495251123456", None)},
    ),
}


@pytest.mark.parametrize("case", LAYOUTS)
def test_contacts_belong_to_the_person_of_their_card(case: str) -> None:
    body, expected = LAYOUTS[case]
    html = f'<!doctype html><html lang="de"><meta charset="utf-8"><title>Team</title><h1>Unser Team</h1>{body}</html>'
    found = extract_page(html.encode(), f"https://{HOST}/team", "text/html", SiteContext(host=HOST), NOW)
    stated = {
        person.values[PersonAttribute.FULL_NAME][0].value: tuple(
            person.values[field][0].value if field in person.values else None for field in FIELDS
        )
        for person in found.persons
    }
    assert stated == expected
