"""A source that changes its layout: the field that would be lost is held, the others land, and a person is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from leadhouse.jobs.crawl import run_shard
from leadhouse.settings import settings
from tests.scrapers.conftest import Answer, Crawl, go_through, serve

FIRST = date(2026, 11, 1)
HOSTS = (
    "lost.example", "calm.example", "thin.example", "shut.example", "down.example", "void.example", "much.example",
)  # fmt: skip
PEOPLE = ("Anna Berg", "Bruno Keller", "Clara Vogt", "David Stein", "Emil Frank")
MANY = tuple(
    f"{given} {family}"
    for given in ("Anna", "Bruno", "Clara", "David", "Emil", "Frieda")
    for family in ("Berg", "Keller", "Vogt", "Stein", "Frank", "Lorenz")
)


def person(name: str) -> str:
    said = {"@context": "https://schema.org", "@type": "Person", "name": name, "jobTitle": "Engineer"}
    return json.dumps({**said, "email": f"{name.lower().replace(' ', '.')}@acme.example"})


def team(names: tuple[str, ...]) -> str:
    items = "".join(f'<script type="application/ld+json">{person(name)}</script>' for name in names)
    return f"{items}<h1>Our team of {len(names)}</h1><p>We are a team of builders and engineers.</p>"


def contact(email: str, phone: str) -> str:
    return f'<p>Write to <a href="mailto:{email}">{email}</a> or call <a href="tel:{phone}">{phone}</a>.</p>'


def lay_out(web: Any, host: str, names: tuple[str, ...], email: str = "info@acme.example") -> None:
    web.page(
        host, "/", f"Welcome to Acme, we have built things for years. Edition {len(names)}.", ("/team", "/contact")
    )
    web.page(host, "/team", team(names), ("/",))
    web.page(host, "/contact", contact(email, "+49 30 901820"), ("/",))


def night(crawl: Crawl, number: int, *hosts: str) -> Any:
    """Crawls the hosts; the job's id."""
    job_id = crawl.plan(*hosts, pages=12, run_on=FIRST + timedelta(days=number))
    run_shard(job_id, 0, f"night-{number}")
    return job_id


def standing(crawl: Crawl, host: str, table: str, attribute: str) -> set[str]:
    """Values of the attribute in the statements that stand."""
    found = crawl.rows(
        f"select jsonb_array_elements(record.payload -> %s) ->> 'value' as value from raw.{table} as record"  # noqa: S608
        " join lateral (select run_on, extraction_id from raw.applications"
        " where unit_id = (select unit_id from raw.extractions as own"
        " where own.run_on = record.run_on and own.extraction_id = record.extraction_id)"
        " order by observed_at desc, applied_at desc limit 1) as newest using (run_on, extraction_id)"
        " where source_key = %s",
        attribute,
        f"web/{host}",
    )
    return {row["value"] for row in found}


def notice(crawl: Crawl, host: str) -> dict[str, Any]:
    rows = crawl.rows(
        "select outcome, message, counts from quality.step_outcomes where stage = 'watch_source' and subject = %s"
        " order by finished_at desc limit 1",
        f"web/{host}",
    )
    return rows[0] if rows else {}


@pytest.fixture(scope="module")
def crawl(module_database: Any) -> Iterator[Crawl]:
    """Two nights of seven sites, of which six change."""
    with serve() as web, pytest.MonkeyPatch.context() as patch:
        go_through(web, patch)
        made = Crawl(module_database, web)
        for host in HOSTS:
            lay_out(web, host, PEOPLE[:2] if host == "much.example" else PEOPLE)
        night(made, 0, *HOSTS)
        lay_out(web, "lost.example", (), email="office@acme.example")
        lay_out(web, "calm.example", PEOPLE[:-1])
        for path in ("/", "/team", "/contact"):
            web.page("thin.example", path, f"A new look for {path.strip('/') or 'home'}.", ("/team", "/contact", "/"))
            web.routes["shut.example", path] = Answer(b"no", 403, {"Content-Type": "text/html"})
            web.routes["down.example", path] = Answer(b"no", 500, {"Content-Type": "text/html"})
            web.page("void.example", path, "This domain is for sale. Buy this domain now.", ())
        lay_out(web, "much.example", MANY)
        made.job_id = night(made, 1, *HOSTS)  # type: ignore[attr-defined]
        yield made
        settings.cache_clear()


def test_a_lost_field_is_held_and_the_others_land(crawl: Any) -> None:
    assert standing(crawl, "lost.example", "person_records", "full_name") == set(PEOPLE)
    assert "office@acme.example" in standing(crawl, "lost.example", "company_records", "email")
    said = notice(crawl, "lost.example")
    assert (said["outcome"], said["counts"]["kind"]) == ("partial", "layout_changed")
    assert "person.full_name (5 → 0)" in said["message"]


def test_one_value_less_is_ordinary(crawl: Any) -> None:
    assert standing(crawl, "calm.example", "person_records", "full_name") == set(PEOPLE[:-1])
    said = notice(crawl, "calm.example")
    assert (said["outcome"], said["counts"]["kind"], said["counts"]["person.full_name"]) == ("succeeded", "ordinary", 4)


def test_too_little_stops_the_load(crawl: Any) -> None:
    assert notice(crawl, "thin.example")["counts"]["kind"] == "too_few"
    assert standing(crawl, "thin.example", "person_records", "full_name") == set(PEOPLE)
    assert standing(crawl, "thin.example", "company_records", "phone_e164") == {"+4930901820"}


@pytest.mark.parametrize(
    ("host", "said"), [("shut.example", "blocked: http_403"), ("down.example", "broken: http_500")]
)
def test_a_closed_site_says_another_thing_and_loses_nothing(crawl: Any, host: str, said: str) -> None:
    assert notice(crawl, host)["message"].startswith(said)
    assert standing(crawl, host, "person_records", "full_name") == set(PEOPLE)


def test_a_parked_site_is_empty_and_what_was_not_read_stands(crawl: Any) -> None:
    assert notice(crawl, "void.example")["message"].startswith("empty: ")
    assert notice(crawl, "void.example")["counts"]["kind"] == "empty"
    assert standing(crawl, "void.example", "person_records", "full_name") == set(PEOPLE)


def test_far_too_much_is_told_and_lands(crawl: Any) -> None:
    told = notice(crawl, "much.example")
    assert (told["outcome"], told["counts"]["kind"]) == ("partial", "too_many")
    assert standing(crawl, "much.example", "person_records", "full_name") == set(MANY)


def test_the_job_tells_each_of_them(crawl: Any) -> None:
    rows = crawl.rows("select message, details from app.job_logs where job_id = %s and level = 'warning'", crawl.job_id)
    told = {row["details"]["source_key"]: row["details"]["kind"] for row in rows}
    assert told == {
        "web/lost.example": "layout_changed", "web/thin.example": "too_few",
        "web/shut.example": "blocked", "web/down.example": "broken",
        "web/void.example": "empty", "web/much.example": "too_many",
    }  # fmt: skip


def test_held_again_nothing_lands_and_found_again_the_marks_go(crawl: Any) -> None:
    before = crawl.rows("select count(*) as n from raw.person_records")[0]["n"]
    crawl.web.page("lost.example", "/team", "Nobody here, on another day.", ("/",))
    night(crawl, 2, "lost.example")
    assert standing(crawl, "lost.example", "person_records", "full_name") == set(PEOPLE)
    assert crawl.rows("select count(*) as n from raw.person_records")[0]["n"] == before
    lay_out(crawl.web, "lost.example", PEOPLE[:4])
    night(crawl, 3, "lost.example")
    assert standing(crawl, "lost.example", "person_records", "full_name") == set(PEOPLE[:4])
    assert notice(crawl, "lost.example")["outcome"] == "succeeded"
