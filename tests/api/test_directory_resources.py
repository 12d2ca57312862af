"""Companies and people over HTTP, with where each value stands: shared ones, private ones, and whose leads they are."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from leadhouse.api import directory
from leadhouse.leads.facts import project_facts
from leadhouse.transform import build_marts
from tests.api.resource_world import Resources, calls_by_route, ids, is_camel, walk
from tests.leads.conftest import LeadsWorld


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def on(api, world):
    """A company and a person each in Germany and France, open to all, one in Spain that north alone knows."""
    made, marts = Resources(api, world), LeadsWorld(world.database)
    known = SimpleNamespace()
    for key, country, title, organization in [
        ("de", "DE", "Head of Sales", None), ("fr", "FR", "CTO", None), ("es", "ES", "Sales Director", made.north),
    ]:  # fmt: skip
        subjects = marts.state(
            f"https://{key}.example/",
            {"c": {"name": f"Firm {key}", "country_code": country, "phone_e164": f"+49{ord(key[0])}"}},
            {"p": ({"full_name": f"Person {key}", "title": title, "email": f"p@{key}.example"}, "c")},
            source=f"web/{key}.example",
            organization=organization,
        )
        setattr(known, f"{key}_company", marts.entity("company", subjects["c"], organization=organization))
        setattr(known, f"{key}_person", marts.entity("person", subjects["p"], organization=organization))
    [known.lead] = marts.adopt(made.north, known.de_person)
    world.rows("update app.leads set owner_id = %s where lead_id = %s", made.people["rep"].user, known.lead)
    build_marts("cli__directory")
    project_facts("cli__directory")
    made.known = known
    return made


def test_companies_are_those_that_the_organization_sees(on):
    everything = {on.known.de_company, on.known.fr_company, on.known.es_company}
    assert set(ids(on.manager.get("/companies", pageSize=100), "companyId")) == everything
    assert set(ids(on.stranger.get("/companies"), "companyId")) == everything - {on.known.es_company}
    on.stranger.get(f"/companies/{on.known.es_company}", 404)
    found = on.manager.get(f"/companies/{on.known.es_company}")
    assert (found["name"], found["isPrivate"], found["countryCode"]) == ("Firm es", True, "ES")
    assert is_camel(found)


def test_each_value_says_where_it_stands(on):
    found = on.manager.get(f"/companies/{on.known.de_company}", attribute="name")
    [value] = found["values"]
    assert (value["value"], value["url"], value["sourceKey"], value["isWinner"]) == (
        "Firm de", "https://de.example/", "web/de.example", True,
    )  # fmt: skip
    assert value["ruleId"]
    person = on.manager.get(f"/people/{on.known.de_person}")
    assert {each["attribute"] for each in person["values"]} >= {"full_name", "email", "title"}
    assert (person["fullName"], person["emailNormalized"], person["titleRaw"]) == (
        "Person de", "p@de.example", "Head of Sales",
    )  # fmt: skip
    assert person["companyId"] == str(on.known.de_company)


def test_people_are_filtered_and_searched(on):
    assert ids(on.manager.get("/people", companyId=str(on.known.fr_company)), "personId") == [on.known.fr_person]
    assert ids(on.manager.get("/people", search="person fr"), "personId") == [on.known.fr_person]
    assert ids(on.manager.get("/companies", search="firm de"), "companyId") == [on.known.de_company]
    assert ids(on.manager.get("/companies", countryCode=["ES", "FR"], sortBy="name"), "companyId") == [
        on.known.es_company, on.known.fr_company,
    ]  # fmt: skip
    assert on.manager.get("/people", seniority="unheard")["data"] == []
    assert on.manager.get("/people", emailStatus="valid")["data"] == []
    assert on.manager.get("/companies", industryCode="62.01")["data"] == []
    on.manager.get("/companies", 422, countryCode="Germany")


@pytest.mark.parametrize(
    ("path", "key", "sorts"),
    [("/companies", "companyId", ("name", "domain", "sourceCount", "completenessRatio", "lastVerifiedAt")),
     ("/people", "personId", ("fullName", "sourceCount", "lastVerifiedAt"))],
    ids=["companies", "people"],
)  # fmt: skip
def test_pages_by_number_and_by_cursor_agree(on, path, key, sorts):
    for sort in sorts:
        for order in ("asc", "desc"):
            assert len(walk(on.manager, path, key, pageSize=1, sortBy=sort, sortOrder=order)) == 3


def test_a_rep_reads_all_and_a_client_its_own(on):
    assert len(on.rep.get("/people")["data"]) == 3
    assert on.client.get("/people")["data"] == []
    assert on.client.get("/companies")["data"] == []
    on.client.get(f"/people/{on.known.de_person}", 404)


def test_a_lead_says_why_its_values_are_so(on):
    path = f"/leads/{on.known.lead}/provenance"
    found = on.rep.get(path)
    assert (found["personId"], found["companyId"]) == (str(on.known.de_person), str(on.known.de_company))
    assert {each["url"] for each in found["person"] + found["company"]} == {"https://de.example/"}
    assert {each["attribute"] for each in on.manager.get(path, attribute="email")["person"]} == {"email"}
    on.mate.get(path, 404)
    on.stranger.get(path, 404)
    entered = on.manager.post("/leads/create", {"fullName": "New Person", "emailNormalized": "n@n.example"}, 201)
    assert on.manager.get(f"/leads/{entered['leadId']}/provenance")["person"] == []


@pytest.mark.slow
def test_a_lead_that_was_entered_is_in_the_marts_of_the_next_night(on):
    from leadhouse.resolution import resolve_unread

    body = {"fullName": "Ines Roca", "emailNormalized": "ines@roca.example", "companyName": "Roca SL",
            "domain": "roca.example", "title": "CEO"}  # fmt: skip
    lead = on.manager.post("/leads/create", body, 201)
    resolve_unread("cli__entered")
    build_marts("cli__entered")
    project_facts("cli__entered")
    found = on.manager.get(f"/leads/{lead['leadId']}")
    assert (found["fullName"], found["companyName"], found["domain"]) == ("Ines Roca", "Roca SL", "roca.example")
    assert found["companyId"]
    assert on.stranger.get("/people", search="ines roca")["data"] == []
    told = on.manager.get(f"/leads/{lead['leadId']}/provenance")
    assert {each["sourceKey"] for each in told["person"]} == {f"entered/{on.north}"}
    assert on.manager.put(f"/leads/{lead['leadId']}", {"companyName": "Roca Hermanos SL"})["companyName"] == (
        "Roca Hermanos SL"
    )


def test_every_operation_was_called(app):
    found = calls_by_route(app, [directory.companies, directory.people, directory.of_leads])
    assert [name for name, calls in found.items() if not calls] == []
    assert len(found) == 5
