"""When a field counts as lost, and what a statement that lost it may say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadhouse.landing.watching import Limits, held_since, hold, judge, values_of
from leadhouse.records import CompanyAttribute, CompanyRecord, Extraction, PersonAttribute, PersonRecord, Value

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
NAME, EMAIL = PersonAttribute.FULL_NAME, PersonAttribute.EMAIL


def values(count, of="person.full_name"):
    return {of: {f"value {number}" for number in range(count)}}


def verdict(before, found, since=None, limits=Limits()):  # noqa: B008
    return judge(before, found, since or {}, NOW, limits)


@pytest.mark.parametrize(
    ("before", "found", "kind"),
    [(1, 0, "ordinary"), (2, 0, "ordinary"), (3, 0, "layout_changed"), (3, 1, "ordinary"), (8, 2, "layout_changed"),
     (10, 8, "ordinary"), (1000, 700, "layout_changed"), (1000, 790, "ordinary"), (0, 50, "ordinary"),
     (12, 2, "too_few"), (12, 40, "too_many"), (9, 40, "ordinary")],
)  # fmt: skip
def test_what_chance_does_not_explain_is_a_change_of_layout(before, found, kind):
    assert verdict(values(before), values(found)).kind == kind


def test_other_fields_keep_the_load_going():
    before = values(4) | values(20, "company.email")
    found = verdict(before, values(20, "company.email"))
    assert (found.kind, found.held) == ("layout_changed", ("person.full_name",))
    assert "person.full_name (4 → 0)" in found.explain()


def test_what_stays_away_for_two_weeks_is_let_go():
    limits, lost = Limits(), {"person.full_name": NOW - timedelta(days=13)}
    assert verdict(values(4), {}, lost).held == ("person.full_name",)
    lost["person.full_name"] = NOW - timedelta(days=limits.held_days + 1)
    gone = verdict(values(4), {}, lost)
    assert (gone.kind, gone.held, gone.released) == ("ordinary", (), ("person.full_name",))


def test_a_source_has_its_own_limits_with_a_reason():
    stated = {"kept_share": 0.1, "held_days": 0, "reason": "a fair's list of exhibitors changes every week"}
    assert verdict(values(8), values(3), limits=Limits.of(stated)).kind == "ordinary"
    assert Limits.of({}) == Limits()
    for wrong in ({"kept_share": 0.1}, {"keep": 1, "reason": "x"}, {"kept_share": "a", "reason": "x"}):
        with pytest.raises(ValueError, match=r"config\.watch"):
            Limits.of(wrong)


def person(name, **more):
    said = {NAME: (Value(value=name, locator="json-ld"),)} | {
        PersonAttribute(key): (Value(value=value),) for key, value in more.items()
    }
    return PersonRecord(record_key=name, values=said, company_key="acme")


COMPANY = CompanyRecord(record_key="acme", values={CompanyAttribute.EMAIL: (Value(value="a@acme.example"),)})


def statement(*persons, companies=(COMPANY,)):
    return Extraction(
        source_key="web/acme.example", unit_key="http://acme.example/team", extractor="company_site",
        extractor_version="1", content_hash="0" * 64, observed_at=NOW, companies=companies, persons=persons,
    )  # fmt: skip


def test_lost_people_come_back_whole_and_say_since_when():
    held = hold(statement(), [COMPANY, person("Anna", title="Head")], ["person.full_name"], "2026-11-20")
    assert [each.record_key for each in held.persons] == ["Anna"]
    assert held.persons[0].values[NAME][0].locator == "held since 2026-11-20: json-ld"
    assert held_since(held.persons)["person.full_name"] == datetime(2026, 11, 20, tzinfo=UTC)
    assert values_of(held.persons, with_held=False) == {}
    again = hold(statement(), [COMPANY, *held.persons], ["person.full_name"], "2026-11-25")
    assert again.statement_hash == held.statement_hash


def test_one_attribute_comes_back_into_what_the_page_says_now():
    former = [person("Anna", email="anna@acme.example"), person("Bruno", email="bruno@acme.example")]
    held = hold(statement(person("Anna", title="New head")), former, ["person.email"], "2026-11-20")
    assert [each.record_key for each in held.persons] == ["Anna"]
    assert held.persons[0].values[EMAIL][0].value == "anna@acme.example"
    assert held.persons[0].values[PersonAttribute.TITLE][0].value == "New head"


def test_a_held_person_names_no_company_that_is_not_stated():
    held = hold(statement(companies=()), [person("Anna")], ["person.full_name"], "2026-11-20")
    assert held.persons[0].company_key is None
