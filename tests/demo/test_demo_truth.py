"""Truth, score, exports and the plan hang together."""

from __future__ import annotations

import csv
import io
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from email_validator import EmailNotValidError, validate_email

from demo.exports import KESTREL_DEFECTS, write_exports
from demo.score import FIELDS, score_facts
from demo.seed import UNLISTED, seed_plan
from demo.truth import truth
from demo.world import World
from demo.world.mailboxes import mail_route

WORLD = World()
TRUTH = truth(WORLD)
KEYS = ("domains", "names", "emails", "phones", "socials", "addresses", "people")


def perfect() -> list[dict[str, Any]]:
    return [{key: deepcopy(company[key]) for key in KEYS} for company in TRUTH["companies"]]


def company(found: list[dict[str, Any]], domain: str) -> dict[str, Any]:
    return next(entry for entry in found if domain in entry["domains"])


def test_truth_is_json_and_equal_on_every_call() -> None:
    assert json.dumps(truth(World()), sort_keys=True) == json.dumps(TRUTH, sort_keys=True)
    assert json.loads(json.dumps(TRUTH))["day"] == 0


def test_pairs_name_known_companies() -> None:
    by_domain = {domain: entry for entry in TRUTH["companies"] for domain in entry["domains"]}
    for first, second in TRUTH["must_merge"]:
        assert by_domain[first] is by_domain[second]
    twins, partners = TRUTH["must_not_merge"]
    assert by_domain[twins[0]]["name"] == by_domain[twins[1]]["name"]
    assert by_domain[twins[0]]["vat_id"] != by_domain[twins[1]]["vat_id"]
    printed = {by_domain[domain]["printed_vat_id"] for domain in partners}
    assert printed == {TRUTH["wrong_merge"]["shared_vat_id"]}
    assert by_domain[partners[0]]["vat_id"] != by_domain[partners[1]]["vat_id"]


def test_the_truth_itself_scores_one() -> None:
    report = score_facts(perfect(), TRUTH)
    assert all(report[field]["f1"] == 1.0 for field in FIELDS), report
    assert report["traps"] == {}
    assert report["merges"] == {"joined": 0, "split": 0, "planted_joined": False}


def test_faults_are_counted_where_they_belong() -> None:
    found = perfect()
    lindner = company(found, "zahnarzt-lindner.example")
    lindner["emails"].append("dsb@datenschutz-kontor.example")
    lindner["phones"] = ["+12025550147"]
    lindner["people"] = [*lindner["people"][1:], {"name": "Viktor Sandberg"}]
    found.append(
        {"domains": ["domain-zu-verkaufen.test"], "names": ["For Sale"], "emails": ["sales@domain-broker.example"]}
    )
    report = score_facts(found, TRUTH)
    assert report["traps"] == {"data_protection_officer": 2, "theme_demo": 1}  # address and person
    assert (report["people"]["fp"], report["people"]["fn"]) == (1, 1)
    assert report["companies"]["fp"] == 1
    assert (report["emails"]["fp"], report["phones"]["fp"]) == (2, 1)
    assert report["emails"]["recall"] == 1.0


def test_merge_errors_are_told_apart() -> None:
    found = perfect()
    twins, partners = TRUTH["must_not_merge"]
    company(found, twins[0])["domains"].append(twins[1])
    company(found, partners[0])["domains"].append(partners[1])
    assert score_facts(found, TRUTH)["merges"] == {"joined": 1, "split": 2, "planted_joined": True}


def rows_of(path: Path, encoding: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline=""), delimiter=delimiter))


def test_exports_hold_what_spreadsheets_do_to_data(tmp_path: Path) -> None:
    paths = write_exports(WORLD, tmp_path)
    raw = paths["nordlicht"].read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfKundenkartei")
    rows = rows_of(paths["nordlicht"], "utf-8-sig", ";")
    assert rows[1][:5] == ["Firma", "Vorname", "Nachname", "Position", "E-Mail"]
    assert any("\n" in cell for row in rows for cell in row)
    assert any(cell.startswith("=cmd|") for row in rows for cell in row)
    assert {len(row) for row in rows[1:] if row} == {14, 16}
    assert any(row[11:12] == ["ja"] for row in rows)
    assert write_exports(WORLD, tmp_path / "again")["kestrel"].read_bytes() == paths["kestrel"].read_bytes()


def test_the_exports_contradict_each_other_about_the_same_people(tmp_path: Path) -> None:
    paths = write_exports(WORLD, tmp_path)
    german = {row[4]: row for row in rows_of(paths["nordlicht"], "utf-8-sig", ";")[2:] if len(row) == 14}
    english = {row[4]: row for row in rows_of(paths["kestrel"], "cp1252", ",")[1:] if len(row) == 14}
    shared = set(german) & set(english) - {""}
    assert len(shared) >= 10
    assert sum(german[email][5] != english[email][5] for email in shared) >= 3
    assert sum(german[email][3] != english[email][3] for email in shared) >= 3
    assert german["jose.garcia@clinica-ortega.example"][1] == "Jose"
    assert english["jose.garcia@clinica-ortega.example"][1] == "José"


def test_the_six_defects_stand_in_the_export_and_are_defects(tmp_path: Path) -> None:
    plan = seed_plan(WORLD)
    kestrel = plan["organizations"][1]
    planted = {defect["rule"]: defect["email"] for defect in kestrel["campaign"]["defects"]}
    assert len(planted) == len(KESTREL_DEFECTS) == 6
    settled = {row["rule"]: row["email"] for row in kestrel["campaign"]["settled"]}
    emails = [row[4] for row in rows_of(write_exports(WORLD, tmp_path)["kestrel"], "cp1252", ",") if len(row) == 14]
    assert all(address in emails for address in (*planted.values(), *settled.values()))
    with pytest.raises(EmailNotValidError):
        validate_email(planted["email_syntax"], check_deliverability=False)
    assert settled["suppressed"] in [entry["value"] for entry in kestrel["suppressions"]]
    assert mail_route(WORLD, planted["null_mx"].partition("@")[2]) == "null_mx"
    assert mail_route(WORLD, planted["no_mx"].partition("@")[2]) == "none"
    assert mail_route(WORLD, planted["gone_domain"].partition("@")[2]) == "nxdomain"
    assert emails.count(settled["duplicate_person"]) == 2


def test_the_plan_covers_every_site_once() -> None:
    plan = seed_plan(WORLD)
    assert json.loads(json.dumps(plan)) == plan
    urls = [source["start_url"] for source in plan["sources"]]
    unlisted = {site["start_url"] for site in TRUTH["sites"].values() if site["company"] in {f"c{i}" for i in UNLISTED}}
    assert len(unlisted) == len(UNLISTED), "what the lead search of the night is to find"
    assert sorted(urls) == sorted({site["start_url"] for site in TRUTH["sites"].values()} - unlisted)
    assert {source["expected_outcome"] for source in plan["sources"]} == {"fetched", "blocked", "empty", "broken"}
    assert [entry["slug"] for entry in plan["organizations"]] == ["nordlicht", "kestrel"]
    suppressed = [entry["value"] for entry in plan["organizations"][0]["suppressions"]]
    printed = [email for entry in TRUTH["companies"] for email in entry["emails"]]
    assert set(suppressed[:2]) <= set(printed)


def test_a_small_world_has_no_plan() -> None:
    with pytest.raises(ValueError, match="20 companies"):
        seed_plan(World(companies=5))
