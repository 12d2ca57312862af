"""A person gets everything that is held about them, and nothing of a namesake."""

from __future__ import annotations

import json
import zipfile

import pytest

from leadhouse.privacy.erasures import ErasureError, PersonRequest
from leadhouse.privacy.exporting import export_person, write_export
from tests.privacy.person_world import HOST, REQUEST


@pytest.fixture(scope="module")
def export(world):
    return export_person(REQUEST)


def test_facts_work_and_mail_with_provenance(world, export):
    records = export["records"]
    assert {
        "raw.person_records", "mart_leads.fct_person_values", "app.leads", "app.messages", "app.corrections",
        "app.suppressions", "raw.email_events", "quality.snapshot_members", "provenance",
    } <= records.keys()  # fmt: skip
    assert {row["notes"] for row in records["app.leads"]} == {"Jörg Müller likes tea"}
    pages = {row["page_or_file"].partition("#")[0] for row in records["provenance"]}
    assert pages == {f"https://{HOST}/team", f"https://{HOST}/team/joerg-mueller", "file:contacts.csv"}
    assert export["person"]["addresses"] == [f"joerg.mueller@{HOST}"]


def test_nothing_of_others(export):
    text = json.dumps(export["records"]["raw.person_records"], ensure_ascii=False)
    assert "Anna Schmidt" not in text
    assert "beta.example" not in json.dumps(export)


def test_as_a_folder_and_as_a_zip(export, tmp_path):
    folder = write_export(export, tmp_path / "joerg")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert json.loads((folder / "person.json").read_text())["person"] == export["person"]
    packed = write_export(export, tmp_path / "joerg.zip")
    assert packed.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(packed) as archive:
        assert json.loads(archive.read("records/app.leads.json")) == export["records"]["app.leads"]
    with pytest.raises(FileExistsError):
        write_export(export, packed)


@pytest.mark.parametrize(
    "request_of", [PersonRequest(), PersonRequest(emails=("nobody",)), PersonRequest(names=(("Jörg", "acme.example"),))]
)
def test_a_request_that_names_nobody_is_refused(world, request_of):
    with pytest.raises(ErasureError):
        export_person(request_of)
