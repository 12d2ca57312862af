"""The Value page says why: source, time, extractor, rule, and what lost."""

from __future__ import annotations

import re
from uuid import uuid4

from leadhouse.console.rule_words import LOST, WON
from leadhouse.settings import PROJECT
from tests.console.conftest import SECONDS


def test_search_finds_company_by_name_and_domain_and_escapes_it(site, marts):
    for text in ("acme", "acme.example"):
        page = site.get(f"value?q={text}")
        assert page.status_code == 200
        assert f"value/company/{marts.acme}" in page.text
    assert "Acme &lt;b&gt;bold&lt;/b&gt;" in page.text
    assert "<b>bold</b>" not in page.text


def test_search_takes_wildcards_as_letters(site, marts):
    assert "No company matches" in site.get("value?q=%25%25").text
    assert "No company matches" in site.get("value?q=a_me").text


def test_each_value_has_source_time_extractor_and_rule_and_losers_stay(site, marts):
    page = site.get(f"value/company/{marts.acme}")
    assert page.status_code == 200
    for shown in ("https://acme.example/imprint", "Acme GmbH", "+4930111", "Ann Acker"):
        assert shown in page.text
    assert page.text.count('class="won"') >= 3
    assert page.text.count('class="lost"') >= 1
    assert "<h2>Shared" in page.text
    assert "ACME North" in page.text
    assert site.seconds[f"value/company/{marts.acme}"] < SECONDS


def test_why_is_told_in_words(site, marts):
    page = " ".join(site.get(f"value/company/{marts.acme}").text.split())
    assert "won: it was read with more confidence" in page
    assert "lost: the other was read with more confidence" in page
    assert 'title="confidence"' in page


def test_every_rule_of_the_models_has_words():
    """The rules that `survivorship_rules` and `ranked_values` name; a new one would be told by its name."""
    macros = PROJECT / "dbt_project" / "macros"
    order, ranked = (macros / "survivorship.sql").read_text(), (macros / "ranked_values.sql").read_text()
    compared = re.findall(r"\('(\w+)', '\w+'\)", order)
    named = {*compared, *re.findall(r"(?:then|else) '(\w+)'", order + ranked)}
    assert "tie_break" in named
    assert named == WON.keys()
    assert named - {"only_candidate", "kept_beside_primary"} == LOST.keys()


def test_without_a_search_there_is_a_hint_and_somewhere_to_begin(site, marts):
    page = site.get("value").text
    assert 'aria-describedby="hint"' in page
    assert "two letters at least" in page
    assert f"value/company/{marts.acme}" in page
    assert "Two letters at least" in site.get("value?q=a").text


def test_person_leads_to_the_company(site, marts):
    page = site.get(f"value/person/{marts.ann}")
    assert page.status_code == 200
    assert f"../company/{marts.acme}" in page.text
    assert "ann@acme.example" in page.text


def test_what_is_not_there_is_said(site, marts):
    page = site.get(f"value/company/{uuid4()}")
    assert page.status_code == 404
    assert "The marts have no company" in page.text
    assert site.get("value/company/not-an-id").status_code == 422
    assert site.get(f"value/animal/{marts.acme}").status_code == 422


def test_before_the_first_build_the_page_says_so(site, database):
    page = site.get("value?q=acme")
    assert page.status_code == 200
    assert "The marts are not built yet" in page.text
