"""Files over HTTP: in one piece and in parts, as owner, as another role and from another organization."""

from __future__ import annotations

import hashlib
from uuid import uuid4

import pytest

from leadhouse.api import stored_files
from leadhouse.settings import settings
from tests.api.resource_world import Resources, calls_by_route, is_camel, walk

ROWS = b"name,email\r\n" + b"".join(b"P %d,p%d@x.example\r\n" % (number, number) for number in range(2000))


@pytest.fixture(scope="module")
def on(api, world, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADHOUSE_FILES_ROOT", str(tmp_path_factory.mktemp("files")))
        settings.cache_clear()
        yield Resources(api, world)


def upload(on, name="manager", content=ROWS, file_name="leads.csv", kind="text/csv", expect=201, **fields):
    files = {"file": (file_name, content, kind)}
    return getattr(on, name).ask("POST", "/files", expect, files=files, data=fields).json()


def test_a_file_is_uploaded_read_deleted_and_restored(on):
    made = upload(on)
    path = f"/files/{made['objectId']}"
    assert (made["bucket"], made["originalName"], made["sizeBytes"]) == ("imports", "leads.csv", len(ROWS))
    assert made["sha256"] == hashlib.sha256(ROWS).hexdigest()
    assert is_camel(made)
    assert on.manager.get(path) == made
    read = on.manager.ask("GET", f"{path}/content", 200)
    assert read.content == ROWS
    assert read.headers["content-disposition"] == 'attachment; filename="leads.csv"'
    assert read.headers["content-type"].startswith("text/csv")
    on.manager.delete(path)
    on.manager.get(path, 404)
    on.manager.ask("GET", f"{path}/content", 404)
    assert on.manager.post(f"{path}/restore")["objectId"] == made["objectId"]
    on.manager.post(f"{path}/restore", None, 404)


@pytest.mark.parametrize("name", ["stranger", "rep", "client"])
def test_who_does_not_reach_a_file_finds_none(on, name):
    path = f"/files/{upload(on)['objectId']}"
    member = getattr(on, name)
    member.get(path, 404)
    member.ask("GET", f"{path}/content", 404)
    member.delete(path, 404)
    member.post(f"{path}/restore", None, 404)


def test_who_only_reads_uploads_nothing(on):
    path = f"/files/{upload(on)['objectId']}"
    assert on.reader.get(path)["contentType"] == "text/csv"
    on.reader.delete(path, 403)
    upload(on, "reader", expect=403)
    own = upload(on, "rep")
    on.rep.delete(f"/files/{own['objectId']}")


def test_a_file_that_its_bucket_refuses(on):
    upload(on, kind="application/x-msdownload", expect=422)
    upload(on, content=b"%PDF-1.7\n" + b"\x00" * 100, expect=422)  # declared as something else
    upload(on, bucket="nowhere", expect=404)
    key = f"taken/{uuid4().hex}"
    upload(on, key=key)
    assert "taken" in upload(on, key=key, expect=422)["detail"]
    on.manager.ask("POST", "/files", 422, data={"bucket": "imports"})


def test_names_of_files_do_no_harm(on):
    made = upload(on, file_name='../../etc/"pass\\wd; x=y.csv')
    assert "/" not in made["originalName"]
    header = on.manager.ask("GET", f"/files/{made['objectId']}/content", 200).headers["content-disposition"]
    assert header.count('"') == 2
    assert "\\" not in header


def test_files_are_searched_sorted_and_paged(on):
    word = uuid4().hex[:8]
    for number in range(5):
        upload(on, file_name=f"{word}-{number}.csv")
    for sort in ("createdAt", "originalName", "sizeBytes"):
        for order in ("asc", "desc"):
            found = walk(on.manager, "/files", "objectId", search=word, pageSize=2, sortBy=sort, sortOrder=order)
            assert len(found) == 5
    assert on.manager.get("/files", search=word, bucket="exports")["data"] == []
    assert on.stranger.get("/files", search=word)["data"] == []


def begin(on, name="manager"):
    body = {"bucket": "imports", "originalName": "big.csv", "contentType": "text/csv"}
    return f"/file-uploads/{getattr(on, name).post('/file-uploads', body, 201)['uploadId']}"


def send(member, path, number, content, expect=200):
    headers = {"Content-Type": "application/octet-stream"}
    return member.ask("PUT", f"{path}/parts/{number}", expect, content=content, headers=headers).json()


def test_a_file_comes_in_parts_in_any_order_and_again(on):
    path, half = begin(on), len(ROWS) // 2
    second = send(on.manager, path, 2, ROWS[half:])
    assert second == {"partNumber": 2, "sizeBytes": len(ROWS) - half, "etag": hashlib.sha256(ROWS[half:]).hexdigest()}
    send(on.manager, path, 1, b"wrong")
    send(on.manager, path, 1, ROWS[:half])
    assert [each["partNumber"] for each in on.manager.get(f"{path}/parts")] == [1, 2]
    on.manager.post(f"{path}/complete", {"sizeBytes": 5}, 422)
    on.manager.post(f"{path}/complete", {"sizeBytes": len(ROWS), "sha256": "0" * 64}, 422)
    made = on.manager.post(
        f"{path}/complete", {"sizeBytes": len(ROWS), "sha256": hashlib.sha256(ROWS).hexdigest()}, 201
    )
    assert on.manager.ask("GET", f"/files/{made['objectId']}/content", 200).content == ROWS
    on.manager.post(f"{path}/complete", {"sizeBytes": len(ROWS)}, 404)


def test_an_upload_is_its_senders(on):
    path = begin(on)
    for name in ("stranger", "rep"):
        member = getattr(on, name)
        send(member, path, 1, b"x", 404)
        member.post(f"{path}/complete", {"sizeBytes": 1}, 404)
        member.delete(path, 404)
        member.get(f"{path}/parts", 404)
    send(on.manager, path, 0, b"x", 422)
    send(on.manager, path, 10_001, b"x", 422)
    send(on.manager, path, 1, b"x")
    on.manager.delete(path)
    send(on.manager, path, 2, b"x", 404)


def test_a_repeated_upload_makes_one_file(on):
    key = {"Idempotency-Key": uuid4().hex}
    files = {"file": ("once.csv", ROWS, "text/csv")}
    first = on.manager.ask("POST", "/files", 201, files=files, headers=key).json()
    assert on.manager.ask("POST", "/files", 201, files=files, headers=key).json() == first


def test_every_operation_was_called(app):
    found = calls_by_route(app, [stored_files.router, stored_files.uploads])
    assert [name for name, calls in found.items() if not calls] == []
    assert len(found) == 11
