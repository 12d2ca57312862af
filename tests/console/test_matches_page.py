"""The Matches page: what waits, why, and a person's answer, by a form without scripts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from uuid import UUID, uuid4

import pytest

from leadhouse.resolution import decide, resolve_unread
from leadhouse.resolution.review import read_weight, waiting_pairs
from tests.console.conftest import SECONDS
from tests.resolution.conftest import World

PAGE = "https://kessler-optik.example/"
PEOPLE = [{"full_name": "Annegret Wiesental"}, {"full_name": "Annegret Wiesenthal"}]


@pytest.fixture
def world(database):
    """Two colleagues whose names differ by a letter: the model is not sure."""
    world = World(database)
    world.land(PAGE, {"name": "Kessler <i>Optik</i>", "domain": "kessler-optik.example"}, PEOPLE)
    resolve_unread("first")
    return world


class Forms(HTMLParser):
    """The forms of a page: their hidden fields, and the answers that their buttons give."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "form":
            self.found.append(({}, []))
        elif tag == "input" and told.get("type") == "hidden":
            self.found[-1][0][told["name"]] = told["value"]
        elif tag == "button":
            self.found[-1][1].append(told["value"])


def people(world):
    return [world.entity(PAGE, kind="person", number=number) for number in (0, 1)]


def plain(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_empty_queue_has_a_page(site, database):
    page = site.get("matches")
    assert page.status_code == 200
    assert "Shared: 0 waiting" in page.text
    assert "Nothing waits" in page.text


def test_a_pair_shows_what_is_stated_and_what_was_weighed(site, world):
    page = site.get("matches")
    text = plain(page.text)
    assert "Shared: 1 waiting" in text
    assert "Annegret Wiesental" in text
    assert "Annegret Wiesenthal" in text
    assert "Kessler &lt;i&gt;Optik&lt;/i&gt;" in page.text  # of the page's company, escaped
    assert PAGE in text
    [pair] = waiting_pairs()
    parts = read_weight(pair.reason)
    assert parts[0].attribute == "prior"
    assert {"given_name", "family_name", "employer"} <= {part.attribute for part in parts}
    assert abs(sum(part.weight for part in parts) - pair.match_weight) < 0.1 * len(parts)
    for part in parts:
        assert f"{part.attribute.replace('_', ' ')} " in text
        assert f"{part.weight:+.1f}" in text
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert site.seconds["matches"] < SECONDS


def test_an_answer_by_the_form_joins_and_another_takes_it_back(site, world):
    [(fields, answers)] = Forms(site.get("matches").text).found
    assert answers == ["same", "different", "undecided"]
    said = site.post("matches", {**fields, "decision": "same", "reason": "met <her>"})
    assert said.status_code == 303
    assert len(set(people(world))) == 1
    page = site.get(said.headers["Location"])
    assert "Decided: the same." in page.text
    assert "airflow eva" in page.text
    assert "met &lt;her&gt;" in page.text
    assert "Shared: 0 waiting" in page.text
    [(fields, answers)] = Forms(page.text).found
    assert answers == ["different", "undecided"]
    assert site.post("matches", {**fields, "decision": "undecided"}).status_code == 303
    assert len(set(people(world))) == 2
    assert waiting_pairs() == []


def test_who_comes_second_is_told_what_was_said(site, world):
    [(fields, _)] = Forms(site.get("matches").text).found
    decide(UUID(fields["entity_a"]), UUID(fields["entity_b"]), "different", decided_by="tom", run_id="x")
    late = site.post("matches", {**fields, "decision": "same"})
    assert late.status_code == 409
    assert "This pair waits no more: tom has said different." in late.text
    assert len(set(people(world))) == 2


def test_a_form_of_another_site_decides_nothing(site, world):
    [(fields, _)] = Forms(site.get("matches").text).found
    answer = {**fields, "decision": "same"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        refused = site.post("matches", answer, **headers)
        assert refused.status_code == 403
        assert "another site" in refused.text
    assert len(waiting_pairs()) == 1
    assert site.post("matches", answer, Origin=site.url).status_code == 303


def test_the_queue_of_an_organization_is_its_own(site, world):
    world.land("list.csv", {"name": "Kessler Optik", "domain": "kessler-optik.example"}, PEOPLE[1:], owner="north")
    world.land("other.csv", {"name": "Delta", "domain": "delta.example"}, [{"full_name": "Ole Sund"},
               {"full_name": "Ole Sundt"}], owner="north")  # fmt: skip
    resolve_unread("later")
    north = world.organizations["north"]
    shared, own = site.get("matches").text, site.get(f"matches?organization={north}").text
    assert "Ole Sund" not in shared
    assert f"?organization={north}" in shared
    fields = next(fields for fields, _ in Forms(own).found if fields["organization"] == str(north))
    said = site.post("matches", {**fields, "decision": "different"})
    assert said.headers["Location"].startswith(f"matches?organization={north}&decided=")
    rows = world.query("select organization_id from resolution.match_decisions where decided_by = 'airflow eva'")
    assert rows == [{"organization_id": north}]
    assert "Decided by people" not in site.get("matches").text


def test_what_has_become_one_meanwhile_is_not_asked(site, world):
    one, other = people(world)
    world.land("https://third.example/", None, [{"full_name": "A. Wiesental", "email": "a@third.example"}])
    resolve_unread("third")
    third = world.entity("https://third.example/", kind="person")
    for entity in (one, other):
        decide(entity, third, "same", decided_by="tom", run_id="x")
    assert waiting_pairs() == []
    assert "Shared: 0 waiting" in site.get("matches").text


def test_what_is_wrong_is_said(site, world):
    assert site.get(f"matches?organization={uuid4()}").status_code == 404
    pair = {"entity_a": str(uuid4()), "entity_b": str(uuid4()), "decision": "same"}
    missing = site.post("matches", pair)
    assert missing.status_code == 409
    assert "There is no entity" in missing.text
    assert site.post("matches", {**pair, "decision": "perhaps"}).status_code == 422
    assert site.post("matches", {**pair, "organization": "north"}).status_code == 422
    assert site.post("matches", {**pair, "match_decision_id": str(uuid4())}).status_code == 409
