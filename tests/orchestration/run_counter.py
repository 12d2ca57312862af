"""An HTTP server that answers like Airflow's API as far as starting runs goes, and can fail at the worst moments."""

from __future__ import annotations

import json
import secrets
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


class RunCounter:
    """`runs` counts the runs that were started by (dag_id, run_id): more than one is what must never happen."""

    def __init__(self) -> None:
        self.runs: Counter[tuple[str, str]] = Counter()
        self.asked: Counter[str] = Counter()
        self.notes: dict[str, str | None] = {}
        self.tokens: set[str] = set()
        self.states: dict[str, str] = {}  # of runs that are no more than queued
        self.fail_next: list[str] = []  # "lost": start the run, answer nothing; a number: answer that status
        counter = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                counter.answer(self, body)

            def do_GET(self) -> None:
                counter.tell(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> RunCounter:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        if request.path == "/auth/token":
            token = secrets.token_hex(8)
            self.tokens.add(token)
            return self._say(request, 201, {"access_token": token})
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self._say(request, 401, {"detail": "Token Expired"})
        run = (request.path.split("/")[4], body["dag_run_id"])
        self.asked[body["dag_run_id"]] += 1
        self.notes[body["dag_run_id"]] = body["note"]
        failure = self.fail_next.pop(0) if self.fail_next else ""
        if failure.isdigit():
            return self._say(request, int(failure), {"detail": "as the test says"})
        if run in self.runs:
            return self._say(request, 409, {"detail": "already exists"})
        self.runs[run] += 1
        if failure == "lost":
            request.close_connection = True
            return None
        return self._say(request, 200, {"dag_run_id": run[1]})

    def tell(self, request: BaseHTTPRequestHandler) -> None:
        """The state of a run, or in Airflow's words that there is none."""
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self._say(request, 401, {"detail": "Token Expired"})
        dag_id, run_id = request.path.split("/")[4], unquote(request.path.split("/")[6])
        if self.fail_next:
            return self._say(request, int(self.fail_next.pop(0)), {"detail": "as the test says"})
        if (dag_id, run_id) not in self.runs:
            detail = f"The DagRun with dag_id: `{dag_id}` and run_id: `{run_id}` was not found"
            return self._say(request, 404, {"detail": detail})
        return self._say(request, 200, {"dag_run_id": run_id, "state": self.states.get(run_id, "queued")})

    def _say(self, request: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)
