"""docker-compose.yaml against what it names: commands, settings, Airflow's configuration, the other services."""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer

from leadhouse.cli import app
from leadhouse.orchestration import dispatcher
from leadhouse.settings import PROJECT, Settings
from tests.deploy.compose_file import COMPOSE, MissingVariableError, interpolate, load_compose

FILE = load_compose()
SERVICES = FILE["services"]
OWN = {name: service for name, service in SERVICES.items() if service["image"].startswith("leadhouse:")}
SET = {"POSTGRES_PASSWORD": "secret"}
AIRFLOW = """
import json
from airflow.cli import cli_parser
from airflow.configuration import conf
from airflow.providers_manager import ProvidersManager
ProvidersManager().initialize_providers_configuration()
options = {section: sorted(found["options"]) for section, found in conf.configuration_description.items()}
print(json.dumps({"options": options, "commands": sorted(cli_parser.ALL_COMMANDS_DICT)}))
"""


@pytest.fixture(scope="module")
def airflow(tmp_path_factory):
    """Airflow's own sections with their options, and its commands, its providers' included."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    home = tmp_path_factory.mktemp("airflow")
    ran = subprocess.run(
        [sys.executable, "-c", AIRFLOW], env={**kept, "AIRFLOW_HOME": str(home)}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def command_lines(service):
    """The programs that a service runs, each as its words."""
    command = service["command"]
    if command[:2] == ["sh", "-c"]:
        return [shlex.split(part) for part in command[2].split("&&")]
    return [command]


def names_of(prefix):
    """Environment variables of the services that begin so."""
    return {name for service in OWN.values() for name in service["environment"] if name.startswith(prefix)}


def test_every_service_of_the_image_runs_something_that_exists(airflow):
    root = typer.main.get_command(app)
    assert set(OWN) >= {"migrate", "airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "dispatcher"}
    for service, words in ((name, words) for name in OWN for words in command_lines(OWN[name])):
        match words:
            case ["leadhouse", "airflow", command, *_]:
                assert "airflow" in root.commands
                assert command in airflow["commands"], service
            case ["leadhouse", command, *_]:
                assert command in root.commands, service
            case ["python", "-m", module, *_]:
                found = importlib.util.find_spec(module)
                assert found is not None, service
                assert 'if __name__ == "__main__":' in Path(found.origin).read_text(), service
            case _:
                pytest.fail(f"{service} runs {words}, which nothing here knows")


def test_dependencies_exist_and_can_come_true():
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in SERVICES, f"{name} waits for {needed}"
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[needed], f"{name} waits for the health of {needed}"
            else:
                assert how["condition"] == "service_completed_successfully"
                assert SERVICES[needed]["restart"] in {"no", "on-failure"}, f"{needed} never ends"


def test_everything_waits_for_the_migration():
    waiting = {name for name, service in OWN.items() if "migrate" in service.get("depends_on", {})}
    assert waiting == set(OWN) - {"migrate"}
    assert [words[:3] for words in command_lines(OWN["migrate"])] == [
        ["leadhouse", "migrate"],
        ["leadhouse", "airflow", "db"],
    ]


def test_profile_of_celery_brings_worker_and_broker():
    profiled = {name for name, service in SERVICES.items() if service.get("profiles") == ["celery"]}
    assert profiled == {"airflow-worker", "redis"}
    assert command_lines(OWN["airflow-worker"]) == [["leadhouse", "airflow", "celery", "worker"]]
    assert "redis" in OWN["airflow-worker"]["depends_on"]
    brokers = {urlsplit(service["environment"]["AIRFLOW__CELERY__BROKER_URL"]).hostname for service in OWN.values()}
    assert brokers == {"redis"}
    started = {needed for name in set(SERVICES) - profiled for needed in SERVICES[name].get("depends_on", {})}
    assert not started & profiled, "a service of every stack waits for one of a profile"


@pytest.mark.parametrize(("chosen", "executor"), [({}, "LocalExecutor"), (True, "CeleryExecutor")])
def test_executor_is_one_variable(chosen, executor):
    variables = SET | ({"LEADHOUSE_EXECUTOR": "CeleryExecutor"} if chosen else {})
    found = {interpolate(each["environment"]["AIRFLOW__CORE__EXECUTOR"], variables) for each in OWN.values()}
    assert found == {executor}


def test_ports_are_published_on_loopback_alone():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"airflow-api-server", "mailpit"}
    assert [port for ports in published.values() for port in ports if not str(port).startswith("127.0.0.1:")] == []
    environment = OWN["airflow-api-server"]["environment"]
    assert published["airflow-api-server"] == [f"127.0.0.1:8080:{environment['AIRFLOW__API__PORT']}"]
    assert f":{environment['AIRFLOW__API__PORT']}/" in OWN["airflow-api-server"]["healthcheck"]["test"][-1]


def test_images_are_pinned():
    for name, service in SERVICES.items():
        _, _, tag = service["image"].rpartition(":")
        assert re.match(r"v?\d", tag), f"{name}: {service['image']}"
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    assert {service["image"] for service in OWN.values()} == {f"leadhouse:{version}"}


def test_secrets_come_from_the_environment_or_nothing_starts():
    with pytest.raises(MissingVariableError, match=r"POSTGRES_PASSWORD: set POSTGRES_PASSWORD"):
        interpolate(SERVICES["postgres"], {})
    with pytest.raises(MissingVariableError):
        interpolate(OWN["migrate"], {})
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|_KEY$", variable):
                assert re.fullmatch(r"\$\{\w+:\?.+\}", value), f"{name}: {variable}"
    assert re.findall(r"\$\{\w*(?:PASSWORD|SECRET|TOKEN|KEY)\w*(?!\w|:\?)", COMPOSE.read_text()) == []


def test_database_is_the_service_or_the_one_that_is_named():
    server = interpolate(SERVICES["postgres"]["environment"], SET)
    url = urlsplit(interpolate(OWN["migrate"]["environment"]["DATABASE_URL"], SET))
    assert (url.hostname, url.username, url.password, url.path) == (
        "postgres", server["POSTGRES_USER"], "secret", f"/{server['POSTGRES_DB']}",
    )  # fmt: skip
    other = interpolate(OWN["migrate"]["environment"]["DATABASE_URL"], {"DATABASE_URL": "postgresql://a@b/c"})
    assert other == "postgresql://a@b/c"


def test_settings_exist():
    known = {f"LEADHOUSE_{name}".upper() for name in Settings.model_fields}
    assert names_of("LEADHOUSE_")
    assert names_of("LEADHOUSE_") - known == set()


def test_options_of_airflow_exist(airflow):
    found = [name.removeprefix("AIRFLOW__").lower().split("__", 1) for name in sorted(names_of("AIRFLOW__"))]
    assert found
    assert [key for key in found if key[1] not in airflow["options"].get(key[0], ())] == []


def test_heartbeats_are_asked_of_the_api_server_by_airflows_own_names():
    from airflow.api_fastapi.core_api.datamodels.monitor import HealthInfoResponse

    asked = {
        name: re.search(r'\["(\w+)"\]\["status"\]', service["healthcheck"]["test"][-1])[1]
        for name, service in OWN.items()
        if "monitor/health" in str(service.get("healthcheck")) and name != "airflow-api-server"
    }
    assert asked == {f"airflow-{key.replace('_', '-')}": key for key in ("scheduler", "dag_processor", "triggerer")}
    assert set(asked.values()) <= set(HealthInfoResponse.model_fields)


def test_what_runs_on_says_whether_it_is_well():
    running = {name for name, service in OWN.items() if service["restart"] == "unless-stopped"}
    assert running == set(OWN) - {"migrate"}
    assert {name for name in running if "healthcheck" not in SERVICES[name]} == set()
    home = OWN["dispatcher"]["environment"]["LEADHOUSE_HOME"]
    assert f'"{home}/{dispatcher.BEAT}"' in OWN["dispatcher"]["healthcheck"]["test"][-1]
    pinged = re.search(r"--app (\S+)\.app ", OWN["airflow-worker"]["healthcheck"]["test"][-1])[1]
    assert importlib.util.find_spec(pinged) is not None


def test_nothing_of_ours_gains_rights_or_fills_the_disk():
    for name, service in OWN.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["init"], f"{name}: process 1 reaps what tasks have forked"
    endless = {
        name for name, service in SERVICES.items() if service["restart"] not in {"no", "on-failure"}
    }  # what ends says little
    assert {name for name in endless if "max-size" not in SERVICES[name]["logging"]["options"]} == set()


def test_services_reach_each_other_by_names_that_exist():
    urls = {
        str(value)
        for service in OWN.values()
        for name, value in interpolate(service["environment"], SET).items()
        if re.search(r"URL$", name) and "://" in str(value)
    }
    assert {urlsplit(url).hostname for url in urls} <= set(SERVICES) | {"localhost"}
    assert {urlsplit(url).hostname for url in urls} >= {"postgres", "redis", "airflow-api-server"}


def test_data_stand_on_named_volumes():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", ()):
            assert volume.partition(":")[0] in FILE["volumes"], f"{name}: {volume}"
    home = {f"leadhouse-home:{service['environment']['LEADHOUSE_HOME']}" for service in OWN.values()}
    assert [service["volumes"] for service in OWN.values()] == [[*home]] * len(OWN)
    # from 18 on the image keeps its data in a folder of the version below this one
    assert SERVICES["postgres"]["volumes"] == ["postgres-data:/var/lib/postgresql", "postgres-archive:/archive"]


def test_every_change_reaches_an_archive_beside_the_data():
    words = SERVICES["postgres"]["command"]
    given = dict(word.split("=", 1) for before, word in itertools.pairwise(words) if before == "-c")
    assert (given["archive_mode"], given["wal_level"]) == ("on", "replica")
    assert 0 < int(given["archive_timeout"]) <= 600
    assert "%p" in given["archive_command"]
    assert given["archive_command"].startswith("if test -f /archive/wal/%f; then cmp -s %p /archive/wal/%f;"), (
        "a segment must never be written over, and one that is offered again is archived"
    )
    archive = SERVICES["postgres-archive"]
    assert archive["volumes"] == ["postgres-archive:/archive"]
    assert set(archive["entrypoint"][-2:]) == {"/archive/wal", "/archive/base"}
