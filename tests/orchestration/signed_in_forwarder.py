"""A forwarder on loopback that adds a session's cookie, for a browser that cannot be told one."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

HOP_BY_HOP = {"connection", "transfer-encoding", "content-encoding", "content-length", "keep-alive"}


class SignedInForwarder:
    """`url` answers as `target` does to whoever holds `token`."""

    def __init__(self, target: str, token: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = requests.get(
                    target + self.path, cookies={"_token": token}, timeout=60, allow_redirects=False,
                    headers={"Accept": self.headers.get("Accept", "*/*")},
                )  # fmt: skip
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value.replace(target, f"http://{self.headers['Host']}"))
                body = answer.content.replace(target.encode(), f"http://{self.headers['Host']}".encode())
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> SignedInForwarder:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
