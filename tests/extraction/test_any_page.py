"""Shapes of bytes that once raised, or took for ever: texts that no text can hold, numbers of thousands of digits."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page
from leadhouse.extraction.markup.charset import decode
from leadhouse.records import Extraction

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
DIGITS = "9" * 5000


def read(body: str) -> Extraction:
    context = SiteContext(host="www.acme.example")
    return extract_page(body.encode(), "https://www.acme.example/imprint", "text/html; charset=utf-8", context, NOW)


@pytest.mark.parametrize("half", ["\\ud800", "\\udc00", "\\ud800x\\udc00"])
def test_half_a_pair_of_surrogates_is_one_unknown_character(half: str) -> None:
    place = {"streetAddress": "Hauptstr.X 5", "postalCode": "10115", "addressLocality": "BerlinX"}
    person = {"@type": "Person", "name": "Anna BergX", "jobTitle": "DirectorX", "email": "annaX@acme.example"}
    stated = {
        "@type": "Organization", "name": "AcmeX GmbH", "email": "infoX@acme.example", "telephone": "+49X 30 901820",
        "address": {"@type": "PostalAddress", **place}, "employee": person, "vatID": "DEX1",
        "sameAs": "https://www.facebook.com/acmeX",
    }  # fmt: skip
    data = json.dumps(stated).replace("X", half)
    found = read(f"<title>Acme</title><script type='application/ld+json'>{data}</script><p>Write to us.")
    names = {each.value for company in found.companies for each in company.values.get("name", ())}
    assert "Acme\ufffd GmbH" in names or "Acme\ufffdx\ufffd GmbH" in names
    assert found.model_dump_json().encode()


@pytest.mark.parametrize(
    "body",
    [
        f"<script type='application/ld+json'>{{&quot;name&quot;:&quot;Acme&quot;,&#{DIGITS};</script>",
        f'<script type="application/ld+json">{{"@type":"Organization","numberOfEmployees":{DIGITS}}}</script>',
        f"<script>var addy1 = 'info' + '@' + '&#{DIGITS};'; document.write('mailto:' + addy1)</script>",
        f"<script>document.write('<a href=mailto:' + '&#{DIGITS};')</script>",
        f"<script>x = String.fromCharCode({DIGITS},64,97) + 'mailto:'</script>",
        "<script>document.write('mailto:' + '\\ud800@acme.example')</script>",
        f"<p>Employees: {DIGITS}<p>Tel. {DIGITS}<p>{DIGITS} Berlin<p>USt-IdNr. DE{DIGITS}<p>HRB {DIGITS}",
        f"<a href='tel:{DIGITS}'>{DIGITS}</a><a href='mailto:{DIGITS}@acme.example'>x</a>",
        f"<p>© {DIGITS} Acme GmbH<p>Page {DIGITS} of {DIGITS}",
    ],
    ids=lambda body: body[:40],
)
def test_numbers_without_end_are_read(body: str) -> None:
    assert read(f"<title>Acme</title>{body}<p>Write to info@acme.example.").content_hash


@pytest.mark.parametrize("name", ["punycode", "idna", "unicode_escape", "raw_unicode_escape", "utf-7", "undefined"])
def test_what_is_a_codec_of_python_alone_is_no_charset(name: str) -> None:
    body = b"caf\xe9 \\u0041 +AGE- " + b"-a9" * 100_000
    began = time.process_time()
    text, codec = decode(body, f"text/html; charset={name}")
    assert (text[:12], codec) == ("café \\u0041 ", "cp1252")
    assert time.process_time() - began < 2
