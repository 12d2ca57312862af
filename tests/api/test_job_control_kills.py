"""A crawl steered over HTTP while its process and the API's server die by signal 9: no page lost, no state sticks."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from uuid import uuid4

import pytest
import requests

from leadhouse.jobs import control
from leadhouse.settings import settings
from tests.scrapers.conftest import serve
from tests.scrapers.test_resume import kill, wait_for

pytestmark = pytest.mark.slow

WORK = """
import sys
from uuid import UUID
from leadhouse.jobs import control, crawl, requests, shards
job_id, run_id = UUID(sys.argv[1]), sys.argv[2]
crawl.RENEW_SECONDS = 0.2
requests.start(job_id)
shards.plan_shards(job_id, 1)
try:
    requests.finish(job_id, crawl.run_shard(job_id, 0, run_id))
except control.StoppedError:
    control.settle(job_id)
"""
ROUNDS = int(os.environ.get("LEADHOUSE_STEERED_ROUNDS", "8"))
SEED = os.environ.get("LEADHOUSE_STEERED_SEED")  # of the first round; unset: drawn, and printed


class Server:
    """The command `leadhouse api` in a process of its own."""

    def __init__(self):
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            port = listening.getsockname()[1]
        command = [sys.executable, "-m", "leadhouse.cli", "api", "--port", str(port)]
        self.process = subprocess.Popen(
            command, cwd=settings().project, env={**os.environ, "PYTHONPATH": str(settings().project / "plugins")},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.url = f"http://127.0.0.1:{port}/api/v1"

    def is_up(self):
        assert self.process.poll() is None, "the server ended by itself"
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/health/ready", timeout=10).ok
        return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Api:
    """Two servers: when one dies, its client asks the other, and a third takes its place."""

    def __init__(self, sign_in):
        self.sign_in_anew, self.kills = sign_in, 0
        self.sign_in()
        self.now, self.next = Server(), Server()
        wait_for(self.now.is_up, 300)

    def sign_in(self):
        """Tokens as good as new."""
        self.headers = self.sign_in_anew()

    def prepare(self):
        """Two servers are up, so that a kill takes no time."""
        self.next = self.next or Server()
        wait_for(self.next.is_up, 300)

    def close(self):
        self.now.kill()
        if self.next:
            self.next.kill()

    def ask(self, method, path, body=None, key=None):
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        return requests.request(method, f"{self.now.url}{path}", headers=headers, json=body, timeout=60)

    def steer_and_die(self, job_id, verb, chance):
        """The server dies before its answer, or just after it; the same request goes to the other one."""
        key, path = uuid4().hex, f"/jobs/{job_id}/{verb}"

        def send():
            with suppress(requests.RequestException):
                self.ask("POST", path, key=key)

        self.prepare()
        sending = threading.Thread(target=send)
        sending.start()
        sending.join(chance.uniform(0, 0.2))
        self.now.kill()
        sending.join()
        self.now, self.next, self.kills = self.next, None, self.kills + 1
        answer = self.ask("POST", path, key=key)
        assert answer.status_code == 200, answer.text


class Steered:
    """One job over one site of the test's web."""

    def __init__(self, api, world, web, organization, pages):
        self.api, self.world, self.web, self.pages = api, world, web, pages
        api.sign_in()  # an access token lives ten minutes, a round under load some
        self.host = f"s{uuid4().hex[:8]}.example"
        web.site(self.host, pages=pages)
        body = {"kind": "crawl", "urls": [f"http://{self.host}/"], "pages": 2 * pages}
        made = api.ask("POST", "/jobs/create", body)
        assert made.status_code == 201, made.text
        self.job_id, self.interruptions, self.worker = made.json()["jobId"], 0, None

    def work(self, run_id):
        self.worker = subprocess.Popen(
            [sys.executable, "-c", WORK, self.job_id, run_id], cwd=settings().project,
            env={**os.environ, "PYTHONPATH": str(settings().project / "plugins")}, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def asked(self):
        return [path for path in self.web.paths(self.host) if path not in ("/robots.txt", "/sitemap.xml")]

    def reach(self, pages):
        wait_for(lambda: len(set(self.asked())) >= pages or self.worker.poll() is not None)

    def kill_worker(self):
        if self.worker.poll() is None:
            kill(self.worker)
        self.interruptions += 1

    def stopped(self, status):
        """The worker stops at a safe point, or was killed before: then the dispatcher's look settles it."""
        self.worker.wait(120)
        self.world.rows("update app.shards set leased_until = now() where job_id = %s", self.job_id)
        control.settle_abandoned(0)
        self.interruptions += 1
        found = self.api.ask("GET", f"/jobs/{self.job_id}").json()
        assert (found["status"], found["wantedStatus"]) == (status, None)

    def check_pages(self):
        """Every page of the site, each kept once; asked again only what was on its way when something died."""
        pages = {path for host, path in self.web.routes if host == self.host} - {"/robots.txt", "/sitemap.xml"}
        asked = self.asked()
        assert len(pages) == self.pages + 2
        assert pages <= set(asked)
        assert len(asked) - len(set(asked)) <= self.interruptions
        kept = self.world.rows("select url, outcome::text from raw.fetches where job_id = %s", self.job_id)
        assert len(kept) == len({row["url"] for row in kept})
        assert {f"http://{self.host}{path}" for path in pages} <= {r["url"] for r in kept if r["outcome"] == "fetched"}


@pytest.fixture(scope="module")
def module_database(migrated_database):
    return migrated_database


@pytest.fixture
def stage(world, monkeypatch):
    """The server, a web, and who asks."""
    with serve() as web:
        monkeypatch.setenv("LEADHOUSE_CRAWL_PROXY", web.url)
        monkeypatch.setenv("LEADHOUSE_CRAWL_DELAY_SECONDS", "0.2")
        settings.cache_clear()
        person = world.member("organization_admin")
        api = Api(lambda: world.headers(person))
        yield api, web, person
        api.close()
    settings.cache_clear()


def pause_kill_resume(steered, chance, *, kills_worker, is_whole):
    """Pause at some page, both sides die, resume, and the worker dies once more; then to the end."""
    steered.api.prepare()
    steered.work(f"job__{steered.job_id}")
    steered.reach(chance.randrange(3, steered.pages // 2))
    steered.api.steer_and_die(steered.job_id, "pause", chance)
    if kills_worker:
        steered.kill_worker()
    steered.stopped("paused")
    if is_whole:
        steered.api.steer_and_die(steered.job_id, "resume", chance)
    else:
        assert steered.api.ask("POST", f"/jobs/{steered.job_id}/resume").status_code == 200
    second = f"job__{steered.job_id}__2"
    steered.work(second)
    steered.reach(chance.randrange(steered.pages // 2, steered.pages))
    if is_whole:
        steered.kill_worker()
        steered.work(second)
    assert steered.worker.wait(120) == 0
    assert steered.api.ask("GET", f"/jobs/{steered.job_id}").json()["status"] == "completed"
    steered.check_pages()


def cancel_while_killed(steered, chance):
    """Cancelled while the worker dies: it ends as cancelled and cannot be steered any more."""
    steered.api.prepare()
    steered.work(f"job__{steered.job_id}")
    steered.reach(chance.randrange(1, steered.pages // 2))
    steered.api.steer_and_die(steered.job_id, "cancel", chance)
    steered.kill_worker()
    steered.stopped("cancelled")
    for verb in ("start", "pause", "resume", "cancel"):
        assert steered.api.ask("POST", f"/jobs/{steered.job_id}/{verb}").status_code == 409, verb
    assert len(set(steered.asked())) < steered.pages


def test_a_job_is_paused_and_resumed_while_worker_and_server_die(stage, world):
    api, web, person = stage
    pause_kill_resume(
        Steered(api, world, web, person.organization, 14), random.Random(6), kills_worker=True, is_whole=False
    )


@pytest.mark.prove
def test_jobs_are_steered_while_worker_and_server_die_again_and_again(stage, world, record_property):
    record_property("checked", "every page landed once; paused, resumed and cancelled as answered; no state sticks")
    record_property("killed the API's server during pause, resume and cancel", 3 * ROUNDS)
    api, web, person = stage
    first = int(SEED) if SEED is not None else random.SystemRandom().randrange(10**9)
    for seed in range(first, first + ROUNDS):
        chance, began = random.Random(seed), time.monotonic()
        print(f"\nround {seed - first + 1} of {ROUNDS}, LEADHOUSE_STEERED_SEED={seed}", end="", flush=True)
        steered = Steered(api, world, web, person.organization, 40)
        pause_kill_resume(steered, chance, kills_worker=chance.random() < 0.5, is_whole=True)
        cancelled = Steered(api, world, web, person.organization, 40)
        cancel_while_killed(cancelled, chance)
        again = len(steered.asked()) - len(set(steered.asked()))
        print(
            f": paused, resumed, completed, {again} of {len(set(steered.asked()))} pages asked for twice;"
            f" cancelled after {len(set(cancelled.asked()))}; {time.monotonic() - began:.0f} s",
            end="",
            flush=True,
        )
    assert api.kills == 3 * ROUNDS
    print(f"\n{api.kills} kills of the server")
