"""A client of Airflow's public REST API: starts runs, and finds what became of them.

It imports no Airflow: the dispatcher is small.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import quote

import requests

TIMEOUT_SECONDS = 10.0


class AirflowUnavailableError(RuntimeError):
    """Airflow does not answer, does not know the DAG yet, or is failing: worth another try later."""


class DagMissingError(AirflowUnavailableError):
    """Airflow answers, and does not know the DAG (yet): runs of others may begin."""


class RunRefusedError(RuntimeError):
    """Airflow refuses the run for good; the message is Airflow's own."""


class Triggered(StrEnum):
    """What became of a request for a run."""

    STARTED = "started"
    ALREADY_STARTED = "already_started"


@dataclass
class AirflowApi:
    """One Airflow, signed in as `username`; the token is fetched when first needed and again when it has expired."""

    url: str
    username: str
    password: str = field(repr=False)
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def trigger(self, dag_id: str, dag_run_id: str, note: str | None = None) -> Triggered:
        """Start the run of this name, with a note that Airflow shows beside it; one that exists already is left alone.

        Raises:
            AirflowUnavailableError: try again later. DagMissingError: of this DAG alone.
            RunRefusedError: no retry will help.
        """
        body: dict[str, object] = {"dag_run_id": dag_run_id, "logical_date": None, "conf": {}, "note": note}
        response = self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)
        if response.ok:
            return Triggered.STARTED
        if response.status_code == HTTPStatus.CONFLICT:
            return Triggered.ALREADY_STARTED
        message = f"Airflow at {self.url} answered {response.status_code} to a run of {dag_id}: {response.text[:500]}"
        if response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
            raise RunRefusedError(message)
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise DagMissingError(message)
        raise AirflowUnavailableError(message)

    def find_state(self, dag_id: str, dag_run_id: str) -> str | None:
        """The run's state: ``queued``, ``running``, ``success`` or ``failed``; None: there is no such run any more.

        Raises:
            AirflowUnavailableError: it is not known.
        """
        response = self._ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/{quote(dag_run_id, safe='')}")
        if response.ok:
            return str(response.json()["state"])
        if response.status_code == HTTPStatus.NOT_FOUND and dag_run_id in response.text:  # not a proxy's own answer
            return None
        raise AirflowUnavailableError(
            f"Airflow at {self.url} answered {response.status_code} to a question about {dag_run_id}: "
            f"{response.text[:500]}"
        )

    def _ask(self, method: str, path: str, body: dict[str, object] | None = None) -> requests.Response:
        """The answer; signed in anew where the token has expired, or Airflow has new secrets."""
        response = self._ask_once(method, path, body)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            self.session.headers.pop("Authorization", None)
            response = self._ask_once(method, path, body)
        return response

    def _ask_once(self, method: str, path: str, body: dict[str, object] | None) -> requests.Response:
        try:
            if "Authorization" not in self.session.headers:
                self._sign_in()
            return self.session.request(method, self.url + path, json=body, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise AirflowUnavailableError(f"Airflow at {self.url} does not answer: {error}") from error

    def _sign_in(self) -> None:
        credentials = {"username": self.username, "password": self.password}
        response = self.session.post(f"{self.url}/auth/token", json=credentials, timeout=TIMEOUT_SECONDS)
        if not response.ok:
            raise AirflowUnavailableError(
                f"Airflow at {self.url} refuses the sign-in of {self.username!r} ({response.status_code}). "
                "Correct LEADHOUSE_AIRFLOW_USERNAME and LEADHOUSE_AIRFLOW_PASSWORD, or run `leadhouse up`."
            )
        self.session.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
